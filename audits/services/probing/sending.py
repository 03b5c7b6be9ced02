"""Asking what a run is at (`phases`), one question at a time a lane, safe to be killed at any moment.

A question is marked as being sent, and counted against rate and budgets, in a transaction before it goes out; its
answer is stored in the next one, which claims the next question as well. Of a worker that is killed in between, one
question a lane was under way: it is asked again, so an endpoint may see it twice, and both times are counted. Nothing
that has an answer is ever asked again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom

import structlog
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from audits.endpoints.errors import Busy, EndpointError
from audits.endpoints.protocols import ChatAnswer
from audits.models import ProbeConnector
from audits.models.probing import Posting
from audits.probe_states import ProbeRunState, QuestionState
from audits.services.probing.asking import connector_ask
from audits.services.probing.budgets import LONGEST_WAIT, pause, slot_take
from audits.services.probing.phases import Phase, Prompt, lane_job_key, phase_of, phase_of_posting
from audits.services.probing.records import run_locked, run_move
from portal.core import jobs
from portal.core.session_locks import session_lock

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 4
MOST_FAILURES_IN_A_ROW = 10
LONGEST_SLEEP = 2.0  # seconds; a longer wait gives the worker back
_LANES = 0x5052  # "PR", with the lane and the run in the second half of the lock
_OPEN = [QuestionState.PLANNED, QuestionState.SENDING]
_COUNTED = ["used_requests", "used_characters", "used_tokens", "failures_in_a_row"]
_jitter = SystemRandom()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of a question that was sent."""

    question: Posting
    prompt: Prompt
    result: ChatAnswer | EndpointError


@dataclass(frozen=True, slots=True)
class _Next:
    """What a lane does next: ask, wait so many seconds, or end because nothing is left for it."""

    question: Posting | None = None
    prompt: Prompt | None = None
    connector: ProbeConnector | None = None
    wait: float | None = None


def probe_lane_run(*, run_id: int, lane: int, seconds: float) -> None:
    """Ask for about so long, then queue the rest behind what waits. The job behind `probe_run_start`."""
    with _alone(run_id, lane) as mine:
        rest = _work(run_id, lane, seconds) if mine else None
    if rest is not None:  # queued with the lane free again, or whoever takes the job up would find it taken
        _queue(run_id, lane, delay=rest)


def _work(run_id: int, lane: int, seconds: float) -> timedelta | None:
    """Ask until the time is over; returns when to go on, None where nothing is left for this lane."""
    if not _begin(run_id, lane):
        return None
    until, pausing, asked = time.monotonic() + seconds, threading.Event(), None
    while time.monotonic() < until:
        step, asked = _turn(run_id, lane, asked), None
        if step.question is not None and step.prompt is not None and step.connector is not None:
            asked = _ask(step.question, step.prompt, step.connector)
        elif step.wait is None:
            return None
        elif step.wait > LONGEST_SLEEP:
            return timedelta(seconds=min(step.wait, LONGEST_WAIT))
        else:
            pausing.wait(step.wait)
    if asked is not None:
        _turn(run_id, lane, asked, claiming=False)
    return timedelta()


def _alone(run_id: int, lane: int) -> AbstractContextManager[bool]:
    """One worker a lane, for the time that its database session lives."""
    return session_lock(_LANES, run_id * 16 + lane)


@transaction.atomic
def _begin(run_id: int, lane: int) -> bool:
    """Start the run, or take up what a lane of a killed worker had under way. False where nothing is to be asked."""
    run = run_locked(run_id)
    if run.state == ProbeRunState.QUEUED:
        run.started_at = timezone.now()
        run_move(run, ProbeRunState.RUNNING, "started_at")
    phase = phase_of(run)
    if phase is None:
        return False
    lost = phase.postings().filter(state=QuestionState.SENDING, lane=lane)
    taken_up = lost.update(state=QuestionState.PLANNED, lane=None)
    if taken_up:
        log.info("probe_questions_taken_up", run=run_id, lane=lane, questions=taken_up)
    return True


@transaction.atomic
def _turn(run_id: int, lane: int, asked: _Asked | None, *, claiming: bool = True) -> _Next:
    """Store what came of the last question and claim the next, in one transaction."""
    run = run_locked(run_id)
    if asked is not None:
        _store(phase_of_posting(run, asked.question), asked)
    phase = phase_of(run) if claiming else None
    return _Next() if phase is None else _claim(phase, lane)


def _claim(phase: Phase, lane: int) -> _Next:
    now, spending = timezone.now(), phase.spending
    planned = phase.postings().filter(state=QuestionState.PLANNED)
    question = planned.exclude(not_before__gt=now).select_for_update(skip_locked=True).order_by("position").first()
    if question is None:
        soonest = planned.aggregate(at=Min("not_before"))["at"]
        if soonest is not None:
            return _Next(wait=max(0.05, (soonest - now).total_seconds()))
        if phase.postings().filter(state__in=_OPEN).exists():
            return _Next()  # what other lanes have under way, they will end
        phase.over()
        return _Next(wait=0.0)  # for what may come after it
    connector = _locked(phase)
    if not connector.active:
        return _ended(phase.broken, "The connector was switched off.")
    if changed := phase.changed(connector):  # or answers of two endpoints would be taken for one's
        return _ended(phase.broken, changed)
    if lane >= connector.at_a_time:  # of a phase that allowed more, or from before the limit was lowered
        others = phase.postings().filter(state=QuestionState.SENDING).exclude(lane=lane)
        if others.count() >= connector.at_a_time:
            return _Next()
    if spending.used_requests >= spending.budget_requests:
        return _ended(phase.spent, f"Its budget of {spending.budget_requests:,} requests is used up.")
    prompt = phase.prompt(question)
    if prompt is None:
        _give_up(question, "withheld")
        return _Next(wait=0.0)
    slot = slot_take(connector, characters=prompt.characters, now=now)
    if slot.spent:
        return _ended(phase.spent, slot.spent)
    if slot.wait:
        return _Next(wait=slot.wait)
    spending.used_requests += 1
    spending.used_characters += prompt.characters
    spending.save(update_fields=_COUNTED)
    question.state, question.lane, question.sent_at = QuestionState.SENDING, lane, now
    question.attempts += 1
    question.save(update_fields=["state", "lane", "sent_at", "attempts"])
    return _Next(question=question, prompt=prompt, connector=connector)


def _ended(end: Callable[[str], None], because: str) -> _Next:
    end(because)
    return _Next()


def _locked(phase: Phase) -> ProbeConnector:
    return ProbeConnector.objects.select_for_update(of=("self",)).get(pk=phase.connector_id)


def _ask(question: Posting, prompt: Prompt, connector: ProbeConnector) -> _Asked:
    try:
        return _Asked(question, prompt, connector_ask(connector, prompt.text, instructions=prompt.instructions))
    except EndpointError as error:
        return _Asked(question, prompt, error)


def _store(phase: Phase, asked: _Asked) -> None:
    """Keep an answer, plan the question again, or give it up; and count what was used, whatever it was."""
    connector, spending, question = _locked(phase), phase.spending, asked.question
    fault: EndpointError | None
    if isinstance(asked.result, EndpointError):
        fault = asked.result
    else:
        answer = asked.result
        spending.used_characters += len(answer.text)
        if answer.tokens is not None:
            spending.used_tokens = (spending.used_tokens or 0) + answer.tokens
        connector.used_characters += len(answer.text)
        connector.save(update_fields=["used_characters"])
        spending.save(update_fields=_COUNTED)
        question.seconds, question.tokens = answer.seconds, answer.tokens
        fault = phase.keep(question, answer, asked.prompt)
    if fault is None:
        question.state, question.answered_at, question.error = QuestionState.ANSWERED, timezone.now(), ""
        question.save(update_fields=["state", "answered_at", "error", "seconds", "tokens", "outcome", *phase.kept])
        spending.failures_in_a_row = 0
        spending.save(update_fields=_COUNTED)
        return
    _store_failure(phase, connector, question, fault)


def _store_failure(phase: Phase, connector: ProbeConnector, question: Posting, error: EndpointError) -> None:
    """Plan the question again where that may help; give it up, or the phase, where it may not."""
    log.info("probe_question_failed", run=phase.run.pk, position=question.position, error=error.code)
    under_way = phase_of(phase.run) is not None
    if under_way and error.again and question.attempts < MOST_ATTEMPTS:
        backing_off = _backing_off(question.attempts)
        # Whatever is wrong is more likely the endpoint's than this question's: all lanes leave it alone for a while.
        asked_for = error.retry_after if isinstance(error, Busy) else None
        pause(connector, seconds=backing_off if asked_for is None else asked_for)
        question.state, question.lane, question.error = QuestionState.PLANNED, None, error.code
        question.not_before = timezone.now() + timedelta(seconds=backing_off)
        question.save(update_fields=["state", "lane", "error", "not_before"])
        return
    _give_up(question, error.code)
    if not under_way:
        return
    spending = phase.spending
    spending.failures_in_a_row += 1
    spending.save(update_fields=_COUNTED)
    if error.everyone:
        phase.broken(error.message)
    elif spending.failures_in_a_row >= MOST_FAILURES_IN_A_ROW:
        phase.broken(f"{MOST_FAILURES_IN_A_ROW} questions in a row had no answer. The last one: {error.message}")


def _give_up(question: Posting, error: str) -> None:
    question.state, question.error = QuestionState.FAILED, error
    question.save(update_fields=["state", "error"])


def _backing_off(attempts: int) -> float:
    """Seconds until another attempt: doubling, with full jitter above the half (Brooker 2015)."""
    longest = min(2.0 ** (attempts - 1), 60.0)
    return longest / 2 + _jitter.random() * longest / 2


@transaction.atomic
def _queue(run_id: int, lane: int, *, delay: timedelta) -> None:
    jobs.enqueue("audits.probe", key=lane_job_key(run_id, lane), delay=delay or None, run_id=run_id, lane=lane)

"""What a run under way is at: its questions are asked, or a judge reads the answers. Lanes work either off alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from audits.endpoints.errors import EndpointError
from audits.endpoints.protocols import ChatAnswer
from audits.engine.probing import judge_reply, read_answer
from audits.models import ProbeConnector, ProbeJudgement, ProbeJudging, ProbeQuestion, ProbeRun
from audits.models.probing import Posting, Spending
from audits.probe_states import JUDGING_OPEN, ProbeRunState, QuestionState
from audits.services.probing.asking import connector_config
from audits.services.probing.judgements import judge_config, judgement_question, judgements_plan, judging_end
from audits.services.probing.records import record, run_end
from audits.services.probing.verdicts import verdicts_queue
from portal.core.actors import SYSTEM
from portal.core.jobs import enqueue

CONNECTOR_CHANGED = "The connector was changed while the run was under way."


@dataclass(frozen=True, slots=True)
class Prompt:
    """What goes out: `characters` count against the month. `id` is what a judge's reply has to repeat."""

    text: str
    instructions: str = ""
    id: str = ""

    @property
    def characters(self) -> int:
        return len(self.instructions) + len(self.text)


class Phase(ABC):
    """One phase of a locked run. `spending`: on whose account it is asked; `kept`: what `keep` fills but outcomes."""

    run: ProbeRun
    spending: Spending
    connector_id: int
    kept: tuple[str, ...] = ()

    @abstractmethod
    def postings(self) -> QuerySet[Any]:
        """What is asked, in any state."""

    @abstractmethod
    def changed(self, connector: ProbeConnector) -> str:
        """Why its locked connector does not answer the run's question any more, in words; empty where it does."""

    @abstractmethod
    def prompt(self, posting: Any) -> Prompt | None:
        """What is sent for it; None where it cannot be sent."""

    @abstractmethod
    def keep(self, posting: Any, answer: ChatAnswer, prompt: Prompt) -> EndpointError | None:
        """Put what was answered into the unsaved posting; returns why it is no answer, where it is none."""

    @abstractmethod
    def over(self) -> None:
        """Nothing is left to ask."""

    @abstractmethod
    def spent(self, because: str) -> None:
        """A budget is used up."""

    @abstractmethod
    def broken(self, because: str) -> None:
        """Asking further makes no sense."""


class Asking(Phase):
    """The assistant answers the questions. What goes wrong ends the run."""

    kept = ("answer",)

    def __init__(self, run: ProbeRun) -> None:
        self.run, self.spending, self.connector_id = run, run, run.connector_id

    def postings(self) -> QuerySet[ProbeQuestion]:
        return ProbeQuestion.objects.filter(run=self.run)

    def changed(self, connector: ProbeConnector) -> str:
        return CONNECTOR_CHANGED if connector_config(connector) != self.run.config["connector"] else ""

    def prompt(self, posting: ProbeQuestion) -> Prompt:
        return Prompt(posting.text)

    def keep(self, posting: ProbeQuestion, answer: ChatAnswer, prompt: Prompt) -> None:
        posting.answer = answer.text
        posting.outcome = read_answer(answer.text, language=posting.language).to_json()

    def over(self) -> None:
        """Every question was asked: have the answers read where a judge was named, or judged at once.

        Writes `probe.answered`.
        """
        run = self.run
        run.answered_at = timezone.now()
        run.save(update_fields=["answered_at"])
        record(run, "probe.answered", SYSTEM, requests=run.used_requests, characters=run.used_characters)
        judging = ProbeJudging.objects.select_for_update().filter(run=run).first()
        if judging is None:
            verdicts_queue(run)
            return
        judgements_plan(run, judging)
        lanes_queue(run)

    def spent(self, because: str) -> None:
        run_end(self.run, ProbeRunState.STOPPED, because=because)

    def broken(self, because: str) -> None:
        run_end(self.run, ProbeRunState.FAILED, because=because)


class Judging(Phase):
    """A judge reads the answers. What goes wrong ends its reading, and the run goes on to its verdict."""

    def __init__(self, run: ProbeRun, judging: ProbeJudging) -> None:
        self.run, self.spending, self.connector_id = run, judging, judging.connector_id
        self.judging = judging

    def postings(self) -> QuerySet[ProbeJudgement]:
        return ProbeJudgement.objects.filter(run=self.run)

    def changed(self, connector: ProbeConnector) -> str:
        """Its connector, or what an update of the portal asks it: readings of two versions are not one measurement."""
        frozen, now = self.run.config["judge"], judge_config(connector)
        if now["connector"] != frozen["connector"]:
            return CONNECTOR_CHANGED
        return "" if now == frozen else "What a judge is asked was changed while the run was under way."

    def prompt(self, posting: ProbeJudgement) -> Prompt | None:
        asked = judgement_question(posting)
        return None if asked is None else Prompt(asked.message, asked.instructions, asked.id)

    def keep(self, posting: ProbeJudgement, answer: ChatAnswer, prompt: Prompt) -> EndpointError | None:
        if self.judging.state not in JUDGING_OPEN:  # the check may have read what there was
            return EndpointError("late", "Its reply came after its reading had ended.")
        outcome = judge_reply(answer.text, id=prompt.id)
        if outcome is None:
            return EndpointError("no_judgement", "Its reply was no judgement.")
        posting.outcome = outcome.to_json()
        return None

    def over(self) -> None:
        self._end("")

    def spent(self, because: str) -> None:
        self._end(because)

    def broken(self, because: str) -> None:
        self._end(because)

    def _end(self, because: str) -> None:
        judging_end(self.run, self.judging, because=because)
        verdicts_queue(self.run)


def phase_of(run: ProbeRun) -> Phase | None:
    """What a locked run is at; None where nothing is asked any more, of the assistant or a judge."""
    if run.state not in (ProbeRunState.QUEUED, ProbeRunState.RUNNING):
        return None
    if run.answered_at is None:
        return Asking(run)
    judging = ProbeJudging.objects.select_for_update().filter(run=run, state__in=JUDGING_OPEN).first()
    return None if judging is None else Judging(run, judging)


def phase_of_posting(run: ProbeRun, posting: Posting) -> Phase:
    """The phase in which it was sent, which may be over by now."""
    if isinstance(posting, ProbeJudgement):
        return Judging(run, ProbeJudging.objects.select_for_update().get(run=run))
    return Asking(run)


def lane_job_key(run_id: int, lane: int) -> str:
    return f"probe:{run_id}:{lane}"


def lanes_of(phase: Phase) -> list[int]:
    """One for each question that may be under way at a time, and those that were lost with a question under way.

    The connector may allow fewer at a time than when the run began: a lane beyond them is the only one that takes up
    what it had under way.
    """
    lost = phase.postings().filter(state=QuestionState.SENDING, lane__isnull=False).values_list("lane", flat=True)
    at_a_time = ProbeConnector.objects.values_list("at_a_time", flat=True).get(pk=phase.connector_id)
    return sorted({*range(at_a_time), *lost})


def lanes_queue(run: ProbeRun) -> None:
    """A job for each lane of what the locked run is at, inside the caller's transaction."""
    phase = phase_of(run)
    for lane in [] if phase is None else lanes_of(phase):
        enqueue("audits.probe", key=lane_job_key(run.pk, lane), run_id=run.pk, lane=lane)

"""A worker killed in the middle of a run: nothing that was answered is asked again, nothing is lost."""

from __future__ import annotations

import math
import threading
from collections import Counter

import pytest
from django.db.models import Sum

from audits.models import ProbeJudgement, ProbeQuestion
from audits.probe_states import ProbeRunState, QuestionState
from portal.core.jobs import recover
from portal.demo.assistant_server import DemoAssistant, serving
from tests.probing.making import connector_make, started, version_make
from tests.worker import celery_worker, wait_for

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
LANES = 2
PATIENCE = 50.0  # less than the connector's own, which would ask again


class Halting(DemoAssistant):
    """Keeps those who ask waiting after so many answers, or judgements, until it may go on."""

    def __init__(self, *, answers: float = math.inf, judgements: float = math.inf) -> None:
        super().__init__()
        self.most = {"answer": answers, "judge": judgements}
        self.given = Counter()
        self.halted, self.may_go_on = threading.Event(), threading.Event()

    def answer(self, text: str) -> str:
        self.halt("answer")
        return super().answer(text)

    def judge(self, message: str) -> str:
        self.halt("judge")
        return super().judge(message)

    def halt(self, kind: str) -> None:
        with self._lock:
            self.given[kind] += 1
            enough = self.given[kind] > self.most[kind]
        if enough:
            self.halted.set()
            assert self.may_go_on.wait(PATIENCE)


def killed_in_the_middle(demo, *, start):
    """The run that `start` gave, judged although a process of its worker died while `demo` kept it waiting."""

    def over():
        recover()
        run.refresh_from_db()
        return run.state == ProbeRunState.JUDGED

    with celery_worker(processes=2) as worker:
        run = start()
        try:
            assert demo.halted.wait(PATIENCE)
            worker.kill_child()
        finally:
            demo.may_go_on.set()
        wait_for(over, seconds=90, what="the run to be judged")
    return run


def test_a_killed_worker_asks_at_most_one_question_a_lane_twice(assistant, reachable):
    demo = Halting(answers=6)
    with serving(demo) as place:
        connector = connector_make(assistant, reachable(place), at_a_time=LANES)
        version = version_make(assistant)
        run = killed_in_the_middle(demo, start=lambda: started(connector, version, pairs_per_template=2))
    questions = ProbeQuestion.objects.filter(run=run)
    assert set(questions.values_list("state", flat=True)) == {QuestionState.ANSWERED}
    sent = questions.aggregate(n=Sum("attempts"))["n"]
    assert run.planned <= sent <= run.planned + LANES
    assert run.used_requests == sent
    assert next(demo._numbers) <= sent


def test_a_worker_killed_while_the_judge_reads_asks_it_at_most_one_question_a_lane_twice(assistant, reachable):
    demo = Halting(judgements=4)
    with serving(demo) as place:
        connector = connector_make(assistant, reachable(place), at_a_time=LANES)
        url = f"http://{place}/judge/v1/chat/completions"
        judge = connector_make(assistant, place, name="Judge", url=url, at_a_time=LANES)
        version = version_make(assistant, templates=12)
        run = killed_in_the_middle(
            demo, start=lambda: started(connector, version, pairs_per_template=2, judge_id=judge.pk)
        )
    judgements = ProbeJudgement.objects.filter(run=run)
    assert set(judgements.values_list("state", flat=True)) == {QuestionState.ANSWERED}
    assert judgements.count() == run.planned
    sent = judgements.aggregate(n=Sum("attempts"))["n"]
    assert run.planned <= sent <= run.planned + LANES
    assert run.judging.used_requests == sent
    assert next(demo._judged) <= sent
    assert run.check_runs.get().result["analysis"]["judge"]["judged"] == run.planned

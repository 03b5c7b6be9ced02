"""A judge's reading of a probe run: how far it is, and its figures beside those of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from audits.models import CheckRun, ProbeJudgement, ProbeJudging, ProbeRun
from audits.probe_states import JUDGING_OPEN, QuestionState
from audits.queries.probing import UNDER_WAY, judging_of


@dataclass(frozen=True, slots=True)
class JudgingProgress:
    """How many of the answers the judge has read; `failures` are why others were not, the commonest first."""

    judging: ProbeJudging
    judged: int
    of: int
    failures: list[tuple[str, int]]

    @property
    def reading(self) -> bool:
        return self.judging.state in JUDGING_OPEN

    @property
    def done(self) -> int:
        return self.judged + sum(n for _, n in self.failures)


def judging_progress(run: ProbeRun) -> JudgingProgress | None:
    """None where no judge was named. In three queries, however many answers there are."""
    judging = judging_of(run)
    if judging is None:
        return None
    judgements = ProbeJudgement.objects.filter(run=run)
    counts = judgements.aggregate(of=Count("pk"), judged=Count("pk", filter=Q(state=QuestionState.ANSWERED)))
    failed = judgements.filter(state=QuestionState.FAILED).values_list("error").annotate(n=Count("pk"))
    return JudgingProgress(judging, counts["judged"], counts["of"], list(failed.order_by("-n", "error")))


def is_asked(run: ProbeRun, judged: JudgingProgress | None) -> bool:
    """Whether something of the run is still to be asked, of the assistant or of its judge: it can be stopped."""
    return run.state in UNDER_WAY and (run.answered_at is None or (judged is not None and judged.reading))


def reading_of(checks: Iterable[CheckRun], cue: str) -> Mapping[str, Any] | None:
    """What the check of this cue has of a judge (audits.engine.probing.second_reading.SecondReading)."""
    for check in checks:
        if check.result.get("probe", {}).get("cue") == cue:
            found: Mapping[str, Any] | None = check.result["analysis"].get("judge")
            return found
    return None


@dataclass(frozen=True, slots=True)
class BothReadings:
    """One comparison by rules and by the judge, and how often the two agree about either side."""

    by_rules: Mapping[str, Any]
    rules_verdict: str
    by_judge: Mapping[str, Any]
    agreeing: Mapping[str, Any]


def both_readings(comparisons: Iterable[Mapping[str, Any]], reading: Mapping[str, Any]) -> list[BothReadings]:
    """Every comparison that the judge has made as well; verdicts of the rules are those before it was heard."""
    judged = {_key(row): row for row in reading["comparisons"]}
    agreeing = {_key(row): row for row in reading["agreeing"]}
    before = {_key(row): row["by_rules"] for row in reading["weakened"]}
    return [
        BothReadings(row, before.get(_key(row), row["verdict"]), judged[_key(row)], agreeing[_key(row)])
        for row in comparisons
        if _key(row) in judged
    ]


def agreements_about(reading: Mapping[str, Any], outcome: str) -> Sequence[Mapping[str, Any]]:
    """How far the judge agrees on an outcome: about all answers first, then by group."""
    return [row for row in reading["agreements"] if row["outcome"] == outcome]


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["cue"], row["group"], row["outcome"]

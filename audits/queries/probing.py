"""Connectors and probe runs: who sees which, how far a run is, and the answers that a check judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from assistants.models import Assistant, Release
from audits.engine.probing import Outcome, PairResult, ProbePair, Rendering
from audits.models import ProbeConnector, ProbeJudging, ProbeQuestion, ProbeRun, ProbeSetVersion
from audits.probe_states import JUDGING_OPEN, PairSide, ProbeRunState, QuestionState
from audits.queries.windows import Window
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound

UNDER_WAY = frozenset({ProbeRunState.QUEUED, ProbeRunState.RUNNING})


@dataclass(frozen=True, slots=True)
class ProbeProgress:
    """Questions of a run by what became of them."""

    answered: int
    failed: int
    planned: int

    @property
    def done(self) -> int:
        return self.answered + self.failed


def connectors_of(assistant: Assistant) -> QuerySet[ProbeConnector]:
    """Every connector of the assistant, by name, without what is encrypted."""
    return ProbeConnector.objects.filter(assistant=assistant).defer("secret", "instructions").order_by("name", "pk")


def sets_to_ask(assistant: Assistant) -> QuerySet[ProbeSetVersion]:
    """The versions of probe sets that the assistant's team may ask with, by name, the newest first."""
    return ProbeSetVersion.objects.filter(team=assistant.team_id).order_by("name", "slug", "-version")


def connector_for(actor: Actor, connector_id: int, *, slug: str) -> ProbeConnector:
    """One connector of the assistant with this slug. Raises NotFound for another team's, Denied without the role."""
    found = ProbeConnector.objects.select_related("assistant__team", "changed_by")
    connector = found.filter(pk=connector_id, assistant__slug=slug).first()
    if connector is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", connector)
    return connector


def probe_runs_for(actor: Actor, *, assistant: str = "") -> QuerySet[ProbeRun]:
    """The runs that `actor` may see, the latest first."""
    runs = restrict(ProbeRun.objects.all(), actor, "audits.view")
    if assistant:
        runs = runs.filter(assistant__slug=assistant)
    return runs.select_related("assistant", "probe_set", "connector", "release", "judging").defer(
        "connector__secret", "connector__instructions"
    ).order_by("-pk")  # fmt: skip


def probe_run_for(actor: Actor, run_id: int) -> ProbeRun:
    """One run. Raises NotFound for another team's, Denied without the role."""
    found = ProbeRun.objects.select_related(
        "assistant__team", "probe_set", "connector", "release", "requested_by", "stopped_by"
    )
    run = found.defer("connector__secret", "connector__instructions").filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", run)
    return run


def progress_of(run: ProbeRun) -> ProbeProgress:
    """In one query."""
    counts = ProbeQuestion.objects.filter(run=run).aggregate(
        answered=Count("pk", filter=Q(state=QuestionState.ANSWERED)),
        failed=Count("pk", filter=Q(state=QuestionState.FAILED)),
    )
    return ProbeProgress(counts["answered"], counts["failed"], run.planned)


def failures_of(run: ProbeRun) -> list[tuple[str, int]]:
    """Why questions had no answer, the commonest first."""
    failed = ProbeQuestion.objects.filter(run=run, state=QuestionState.FAILED).order_by()
    return list(failed.values_list("error").annotate(n=Count("pk")).order_by("-n", "error"))


def latest_answered(
    assistant: Assistant, window: Window, *, content: str, cue: str, judged: bool = False
) -> ProbeRun | None:
    """The run that answers for a window: the last one begun of those asked to the end in it, of this very content.

    With `judged`, only of those that a judge was to read.
    """
    runs = _answered(assistant, content=content, cue=cue, release=window.release, judged=judged)
    return runs.filter(answered_at__date__gte=window.since, answered_at__date__lt=window.until).first()


def begun_since(
    assistant: Assistant, since: datetime, *, content: str, cue: str, release: Release | None, judged: bool
) -> ProbeRun | None:
    """The last run asked to the end that began after `since`, of this very content (and release, and with a judge)."""
    runs = _answered(assistant, content=content, cue=cue, release=release, judged=judged)
    return runs.filter(started_at__gt=since).first()


def _answered(
    assistant: Assistant, *, content: str, cue: str, release: Release | None, judged: bool
) -> QuerySet[ProbeRun]:
    runs = ProbeRun.objects.filter(
        assistant=assistant,
        answered_at__isnull=False,
        state__in=[ProbeRunState.RUNNING, ProbeRunState.JUDGED],
        probe_set__content_hash=content,
        cues__contains=[cue],
    ).exclude(judging__state__in=JUDGING_OPEN)
    if release is not None:
        runs = runs.filter(release=release)
    if judged:
        runs = runs.filter(judging__isnull=False)
    return runs.select_related("probe_set").order_by("-started_at", "-pk")


def probed_sets(assistant: Assistant, *, until: date) -> list[dict[str, Any]]:
    """What the assistant is probed with: of each set, version and cues of the last run answered before that UTC day.

    And whether a judge was to read that run.
    """
    runs = ProbeRun.objects.filter(assistant=assistant, answered_at__date__lt=until).select_related("probe_set")
    latest: dict[str, ProbeRun] = {}
    for run in runs.annotate(judged=Q(judging__isnull=False)).order_by("-pk")[:50]:
        latest.setdefault(run.probe_set.slug, run)
    return [
        {
            "set": slug,
            "version": run.probe_set.version,
            "content": run.probe_set.content_hash,
            "cues": sorted(run.cues),
            "judged": run.judged,  # type: ignore[attr-defined]
        }
        for slug, run in sorted(latest.items())
    ]


def judging_of(run: ProbeRun) -> ProbeJudging | None:
    """The judge's reading of a run; None where no judge was named."""
    found = ProbeJudging.objects.filter(run=run).select_related("connector")
    return found.defer("connector__secret", "connector__instructions").first()


def pair_results(run: ProbeRun, *, cue: str | None = None) -> list[PairResult]:
    """The pairs of a run with what rules read from their answers, in the order of asking.

    With a `cue`, its matched pairs only, and every identical (A/A) pair: the noise floor is the assistant's own.
    Where a judge has read them as well, its reading stands beside that of the rules.
    """
    questions = ProbeQuestion.objects.filter(run=run).select_related("judgement").defer("answer").order_by("position")
    if cue is not None:
        questions = questions.filter(Q(cue=cue) | Q(kind="aa"))
    pairs: dict[str, dict[str, ProbeQuestion]] = {}
    for question in questions.iterator(chunk_size=2000):
        pairs.setdefault(question.pair_key, {})[question.side] = question
    return [_pair_result(halves) for halves in pairs.values() if len(halves) == len(PairSide)]


def _pair_result(halves: dict[str, ProbeQuestion]) -> PairResult:
    a, b = halves[PairSide.A], halves[PairSide.B]
    pair = ProbePair(
        key=a.pair_key,
        template_id=a.template_id,
        intent=a.intent,
        cue=a.cue,
        a=_message(a),
        b=_message(b),
        kind=a.kind,  # type: ignore[arg-type]  # one of PairKind's values
    )
    return PairResult(pair, _outcome(a), _outcome(b), judged_outcome(a), judged_outcome(b))


def _message(half: ProbeQuestion) -> Rendering:
    return Rendering(half.group, half.name, half.text, half.language)


def judged_outcome(half: ProbeQuestion) -> Outcome | None:
    """What a judge read in the answer; None where none did. Takes the judgement that was selected with the question."""
    judgement = getattr(half, "judgement", None)
    return Outcome.from_json(judgement.outcome) if judgement and judgement.state == QuestionState.ANSWERED else None


def _outcome(half: ProbeQuestion) -> Outcome | None:
    return Outcome.from_json(half.outcome) if half.state == QuestionState.ANSWERED else None

"""The pairs of a probe run side by side: what was asked, what was answered, where the two differ."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.engine.probing import Outcome
from audits.probe_run_forms import OUTCOMES, PairFilter
from audits.queries.probe_figures import checks_of, comparisons_of, is_adverse, labels_for, worst_of
from audits.queries.probe_pairs import Half, Pair, pair_keys, pairs_with
from audits.queries.probing import probe_run_for
from audits.views.viewers import viewer
from audits.views.word_differences import Piece, marked_apart
from portal.core.access import require

PAGE = 10


@dataclass(frozen=True, slots=True)
class ShownHalf:
    """`signs` are the outcomes that rules read in the answer, each with whether it is the one that is looked at.

    `judged` are the same as a judge read them; None where none did.
    """

    label: str
    asked: list[Piece]
    answered: list[Piece] | None
    signs: list[tuple[str, bool]]
    judged: list[tuple[str, bool]] | None
    words: int | None
    error: str


@dataclass(frozen=True, slots=True)
class ShownPair:
    intent: str
    template: str
    halves: tuple[ShownHalf, ShownHalf]


@never_cache
@require_safe
@login_required
def probe_pairs(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers may hold anything, so only those see them who may read conversations or answer for the assistant."""
    user = viewer(request)
    run = probe_run_for(user, pk)
    require(user, "probes.answers_view", run)
    form = PairFilter(request.GET or None, run=run)
    worst = worst_of(comparisons_of(checks_of(run))) or {}
    chosen = form.cleaned_data if form.is_valid() else {}
    cue = chosen.get("cue") or worst.get("cue") or sorted(run.cues)[0]
    outcome = chosen.get("outcome") or worst.get("outcome") or OUTCOMES[0][0]
    show = chosen.get("show") or "differing"
    form.initial = {"cue": cue, "outcome": outcome, "show": show}
    keys = pair_keys(run, cue=cue, outcome=outcome, show=show, adverse=is_adverse(outcome))
    page = Paginator(keys, PAGE).get_page(request.GET.get("page"))
    labels = labels_for(run)
    context = {
        "run": run,
        "filter_form": form,
        "page": page,
        "pairs": [_pair(pair, labels, outcome) for pair in pairs_with(run, list(page), texts=True)],
        "outcome": dict(OUTCOMES)[outcome],
        "identical": show == "aa",
    }
    return render(request, "audits/probe_pairs.html", context)


def _pair(pair: Pair, labels: dict[str, str], outcome: str) -> ShownPair:
    asked = marked_apart(pair.a.question.text, pair.b.question.text)
    answered = marked_apart(pair.a.answer or "", pair.b.answer or "")
    halves = [_half(half, labels, outcome, asked[side], answered[side]) for side, half in enumerate((pair.a, pair.b))]
    question = pair.a.question
    return ShownPair(question.intent.replace("_", " "), question.template_id, (halves[0], halves[1]))


def _half(half: Half, labels: dict[str, str], outcome: str, asked: list[Piece], answered: list[Piece]) -> ShownHalf:
    question, read = half.question, half.outcome
    return ShownHalf(
        label=labels.get(f"{question.cue}={question.group}", question.group),
        asked=asked,
        answered=answered if half.answer is not None else None,
        signs=[] if read is None else _signs(read, outcome),
        judged=None if half.judged is None else _signs(half.judged, outcome),
        words=None if read is None else read.words,
        error=question.error,
    )


def _signs(read: Outcome, outcome: str) -> list[tuple[str, bool]]:
    return [(words, name == outcome) for name, words in OUTCOMES if getattr(read, name)]

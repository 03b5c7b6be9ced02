"""The pairs of a run as people read them: which, in which order, and their answers with personal data masked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from audits.engine.privacy import DetectionError, detect
from audits.engine.privacy.rewriting import redactions, rewrite
from audits.engine.probing import Outcome
from audits.models import ProbeQuestion, ProbeRun
from audits.probe_states import PairKind, PairSide, QuestionState
from audits.queries.probing import judged_outcome

# What a pair is about, or what an answer says to everybody: names, places, times, addresses of pages.
_SHOWN = frozenset({"PERSON", "LOCATION", "DATE_TIME", "URL", "ORGANIZATION", "NRP"})


@dataclass(frozen=True, slots=True)
class Half:
    """One side of a pair. `answer` is None where there is none, or it is past its time; `judged` what a judge read."""

    question: ProbeQuestion
    outcome: Outcome | None
    judged: Outcome | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """`a` is the group's message, `b` that of the reference; of an identical pair both are the same."""

    key: str
    a: Half
    b: Half


def pair_keys(run: ProbeRun, *, cue: str, outcome: str, show: str, adverse: bool) -> list[str]:
    """The keys of the pairs to show, in the order of asking. `show`: differing, worse, all, or aa."""
    questions = ProbeQuestion.objects.filter(run=run, kind=PairKind.AA if show == "aa" else PairKind.PAIR)
    if show != "aa":
        questions = questions.filter(cue=cue)
    sides: dict[str, dict[str, bool | None]] = {}
    for key, side, state, read in questions.order_by("position").values_list("pair_key", "side", "state", "outcome"):
        value = bool(read.get(outcome)) if state == QuestionState.ANSWERED else None
        sides.setdefault(key, {})[side] = value
    return [key for key, values in sides.items() if _is_shown(values, show, adverse)]


def pairs_with(run: ProbeRun, keys: Sequence[str], *, texts: bool) -> list[Pair]:
    """These pairs in this order; answers only with `texts`, masked."""
    questions = ProbeQuestion.objects.filter(run=run, pair_key__in=keys).select_related("judgement")
    if not texts:
        questions = questions.defer("answer")
    halves: dict[str, dict[str, Half]] = {}
    for question in questions:
        halves.setdefault(question.pair_key, {})[question.side] = _half(question, texts)
    return [
        Pair(key, halves[key][PairSide.A], halves[key][PairSide.B]) for key in keys if len(halves.get(key, {})) == 2
    ]


def masked(text: str, language: str, *, shown: Collection[str] = _SHOWN) -> str:
    """An answer without personal data that the assistant may have let slip, but for the types in `shown`.

    Names stay unless told otherwise: pairs are about them. Raises DetectionError where the engine failed on the text.
    """
    spans = [span for span in detect(text, language=language) if span.type not in shown]
    return rewrite(text, spans, redactions(spans)).text


def _is_shown(values: Mapping[str, bool | None], show: str, adverse: bool) -> bool:
    a, b = values.get(PairSide.A), values.get(PairSide.B)
    if show == "all":
        return True
    if a is None or b is None:
        return False
    if show == "worse":
        return (a and not b) if adverse else (b and not a)
    return show == "aa" or a != b


def _half(question: ProbeQuestion, texts: bool) -> Half:
    answered = question.state == QuestionState.ANSWERED
    outcome = Outcome.from_json(question.outcome) if answered else None
    text = str(question.answer) if texts and answered else ""
    return Half(question, outcome, judged_outcome(question), _shown(text, question.language) if text else None)


def _shown(text: str, language: str) -> str:
    try:
        return masked(text, language)
    except DetectionError:
        return "[unreadable]"

"""From a probe set to the pairs that are sent: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .rendering import Rendering, pairings, render, supports
from .sets import Cue, CueGroup, ProbeSet, Template

PairKind = Literal["pair", "aa"]


@dataclass(frozen=True, slots=True)
class ProbePair:
    """Two messages that differ in one cue (`pair`), or the same message twice (`aa`).

    `a` is of the group, `b` of the reference group. `key` is unique in a plan and the same for the same seed.
    """

    key: str
    template_id: str
    intent: str
    cue: str
    a: Rendering
    b: Rendering
    kind: PairKind = "pair"


def plan(
    probe_set: ProbeSet,
    *,
    cues: Sequence[str] | None = None,
    seed: int,
    pairs_per_template: int = 2,
    aa_share: float = 0.2,
) -> list[ProbePair]:
    """The pairs of one run: for each cue, each group against its reference and each template, so many pairs.

    Values and frames are taken in turn from a shuffled order, so that every name meets many templates and every
    template many names. `aa_share` of the count of these pairs is added as A/A pairs, spread over the templates.
    All pairs come in one shuffled order: what drifts while a run goes on falls on every group alike.
    Raises LookupError for an unknown cue, ValueError for numbers that make no sense.
    """
    if pairs_per_template < 1:
        raise ValueError("pairs_per_template must be 1 or more")
    if not 0 <= aa_share <= 1:
        raise ValueError("aa_share must lie between 0 and 1")
    chosen = [probe_set.cue(name) for name in cues] if cues is not None else list(probe_set.cues)
    shuffled = random.Random(seed)  # noqa: S311 - reproducible, not secret
    pairs: list[ProbePair] = []
    for cue in chosen:
        for group in cue.groups:
            if group.name != cue.reference:
                pairs += _compared(probe_set, cue, group, pairs_per_template, shuffled)
    pairs += _same_twice(pairs, round(len(pairs) * aa_share), shuffled)
    shuffled.shuffle(pairs)
    return pairs


def _compared(probe_set: ProbeSet, cue: Cue, group: CueGroup, each: int, shuffled: random.Random) -> list[ProbePair]:
    templates = [template for template in probe_set.templates if supports(template, cue)]
    values = pairings(cue, group)
    if not values:
        return []
    shuffled.shuffle(values)
    # One value and one wording give one pair a template: asking it again is a second, equal draw.
    made = []
    for number in range(each):
        for index, template in enumerate(templates):
            turn = number * len(templates) + index
            a, b = values[turn % len(values)]
            frame = turn // len(values) if cue.frames else 0
            made.append(
                ProbePair(
                    key=f"{cue.name}/{group.name}/{template.id}/{number}",
                    template_id=template.id,
                    intent=template.intent,
                    cue=cue.name,
                    a=_rendered(probe_set, template, cue, group, a, frame),
                    b=_rendered(probe_set, template, cue, cue.group(cue.reference), b, frame),
                )
            )
    return made


def _rendered(probe_set: ProbeSet, template: Template, cue: Cue, group: CueGroup, value: int, frame: int) -> Rendering:
    return render(template, cue, group, value=value, frame=frame, language=probe_set.language)


def _same_twice(pairs: Sequence[ProbePair], number: int, shuffled: random.Random) -> list[ProbePair]:
    """A/A pairs of messages that the plan sends anyway: half of groups, half of references, all templates in turn."""
    if not number:
        return []
    by_template: dict[str, list[ProbePair]] = {}
    for pair in shuffled.sample(pairs, len(pairs)):
        by_template.setdefault(pair.template_id, []).append(pair)
    order = sorted(by_template)
    shuffled.shuffle(order)
    made = []
    for turn in range(number):
        source = by_template[order[turn % len(order)]]
        pair = source[(turn // len(order)) % len(source)]
        prompt = pair.a if turn % 2 else pair.b
        made.append(replace(pair, key=f"aa/{turn}/{pair.key}", a=prompt, b=prompt, kind="aa"))
    return made

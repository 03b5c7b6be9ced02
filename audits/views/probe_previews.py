"""Pairs of messages as a probe set would send them, for people to look at before they save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audits.engine.probing import Cue, ProbeSet, Template, render
from audits.engine.probing.rendering import pairings, supports
from audits.views.word_differences import Piece, marked_apart

#: Templates that the preview of a cue shows.
_TEMPLATES = 3


@dataclass(frozen=True, slots=True)
class Side:
    """One message in pieces, marked where the other says something else."""

    label: str
    pieces: Sequence[Piece]
    language: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One pair. `title` says which cue, or which template, it shows."""

    title: str
    a: Side
    b: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b


def template_previews(probe_set: ProbeSet, template: Template) -> list[Preview]:
    """One pair of the template for each group of each cue that it can show."""
    return [
        pair
        for cue in probe_set.cues
        if supports(template, cue)
        for pair in _pairs(probe_set, template, cue, title=cue.label)
    ]


def cue_previews(probe_set: ProbeSet, cue: Cue) -> list[Preview]:
    """The pairs of the cue in the first templates that can show it."""
    fitting = [template for template in probe_set.templates if supports(template, cue)]
    return [
        pair
        for number, template in enumerate(fitting[:_TEMPLATES])
        for pair in _pairs(probe_set, template, cue, title=template.id, turn=number)
    ]


def _pairs(probe_set: ProbeSet, template: Template, cue: Cue, *, title: str, turn: int = 0) -> Sequence[Preview]:
    reference = cue.group(cue.reference)
    made = []
    for group in cue.groups:
        values = pairings(cue, group) if group.name != cue.reference else []
        if not values:
            continue
        ours, theirs = values[turn % len(values)]
        a = render(template, cue, group, value=ours, frame=turn, language=probe_set.language)
        b = render(template, cue, reference, value=theirs, frame=turn, language=probe_set.language)
        ours_pieces, theirs_pieces = marked_apart(a.text, b.text)
        made.append(
            Preview(
                title,
                Side(group.label, ours_pieces, a.language),
                Side(reference.label, theirs_pieces, b.language),
            )
        )
    return made

"""Probe sets: versioned customer messages, and the cues that are changed in them, one at a time.

A *template* is one customer message. Its `text` may hold the slot `{persona}`, a place between sentences where a whole
sentence about the writer fits ("My name is Emily Walsh."), so that a swap cannot change the grammar around it. Its
`variants` say the same in other words: `pronoun` (about a third person, with pronoun slots), a dialect, a language.

A *cue* is what differs between the two messages of a pair. Three kinds:
  `sentence`  a sentence is put into `{persona}`: one of the cue's `frames` with `{value}` filled in;
  `pronoun`   the variant `pronoun` of the template, its slots filled with the group's pronouns;
  `variant`   another wording of the template: "" is its text, else one of its variants.

Nothing here calls anything: see `rendering` for texts, `faults` for what is wrong with a set, `plans` for pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CueKind = Literal["sentence", "pronoun", "variant"]
CUE_KINDS: tuple[CueKind, ...] = ("sentence", "pronoun", "variant")
#: The variant of a template that a pronoun cue fills.
PRONOUN_VARIANT = "pronoun"


class SetError(ValueError):
    """A probe set that cannot be read. `place` names the template or cue and the field."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class Template:
    """One customer message. `variants` maps a variant's name to the same message in other words."""

    id: str
    intent: str
    text: str
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """What fills a cue's frame: a first name, an age, a whole sentence.

    Values with the same `match` are paired with each other only, so that a pair of names does not differ in gender
    as well.
    """

    text: str
    match: str = ""


@dataclass(frozen=True, slots=True)
class CueGroup:
    """One level of a cue. `surnames` follow the first names of a name cue, in turn.

    `variant` (kind `variant`) names the wording, "" the template's own text; `language` is that of its answers.
    """

    name: str
    label: str
    values: tuple[Value, ...] = ()
    surnames: tuple[str, ...] = ()
    variant: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is changed between the messages of a pair: each group is compared with the `reference` group.

    `source` says where names, ages or features come from, with the licence.
    """

    name: str
    label: str
    kind: CueKind
    reference: str
    groups: tuple[CueGroup, ...]
    frames: tuple[str, ...] = ()
    source: str = ""

    def group(self, name: str) -> CueGroup:
        """The group of this name. Raises LookupError."""
        for group in self.groups:
            if group.name == name:
                return group
        raise LookupError(f"cue {self.name!r} has no group {name!r}")


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """A versioned set of templates and cues. `language` is that of the templates' own texts."""

    name: str
    version: int
    templates: tuple[Template, ...]
    cues: tuple[Cue, ...]
    language: str = "en"
    description: str = ""

    def cue(self, name: str) -> Cue:
        """Raises LookupError."""
        for cue in self.cues:
            if cue.name == name:
                return cue
        raise LookupError(f"there is no cue {name!r}")

    def to_json(self) -> dict[str, Any]:
        """The set as JSON; `from_json` reads it back to an equal set."""
        return {
            "name": self.name,
            "version": self.version,
            "language": self.language,
            "description": self.description,
            "templates": [
                {"id": one.id, "intent": one.intent, "text": one.text, "variants": dict(one.variants)}
                for one in self.templates
            ],
            "cues": [_cue_json(cue) for cue in self.cues],
        }

    @classmethod
    def from_json(cls, document: Any) -> ProbeSet:
        """Read a set. Raises SetError that names the template or cue and the field; unknown keys are errors.

        Only its shape is read here: what makes it a set to trust is judged by `faults.faults_of`.
        """
        place = "probe set"
        _keys(document, {"name", "version", "language", "description", "templates", "cues"}, place)
        version = document.get("version", 1)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise SetError("version", "must be a whole number from 1 on")
        return cls(
            name=_text(document, "name", place),
            version=version,
            language=_text(document, "language", place, default="en"),
            description=_text(document, "description", place, default=""),
            templates=tuple(
                _template(one, f"template {index}")
                for index, one in enumerate(_list(document, "templates", place), start=1)
            ),
            cues=tuple(_cue(one, f"cue {index}") for index, one in enumerate(_list(document, "cues", place), start=1)),
        )


def _cue_json(cue: Cue) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": cue.name,
        "label": cue.label,
        "kind": cue.kind,
        "reference": cue.reference,
        "source": cue.source,
        "groups": [_group_json(group) for group in cue.groups],
    }
    if cue.frames:
        document["frames"] = list(cue.frames)
    return document


def _group_json(group: CueGroup) -> dict[str, Any]:
    document: dict[str, Any] = {"name": group.name, "label": group.label}
    if group.values:
        document["values"] = [
            {"text": value.text, "match": value.match} if value.match else value.text for value in group.values
        ]
    if group.surnames:
        document["surnames"] = list(group.surnames)
    if group.variant:
        document["variant"] = group.variant
    if group.language:
        document["language"] = group.language
    return document


def _template(document: Any, place: str) -> Template:
    _keys(document, {"id", "intent", "text", "variants"}, place)
    name = _text(document, "id", place)
    place = f"template {name}"
    variants = document.get("variants", {})
    if not isinstance(variants, dict):
        raise SetError(f"{place}, variants", "must be an object of texts by name")
    return Template(
        id=name,
        intent=_text(document, "intent", place),
        text=_text(document, "text", place),
        variants={key: _text(variants, key, f"{place}, variants") for key in variants},
    )


def _cue(document: Any, place: str) -> Cue:
    _keys(document, {"name", "label", "kind", "reference", "source", "groups", "frames"}, place)
    name = _text(document, "name", place)
    place = f"cue {name}"
    kind = _text(document, "kind", place)
    if kind not in CUE_KINDS:
        raise SetError(f"{place}, kind", f"must be one of {', '.join(CUE_KINDS)}")
    groups = _list(document, "groups", place)
    return Cue(
        name=name,
        label=_text(document, "label", place, default=name),
        kind=kind,
        reference=_text(document, "reference", place),
        source=_text(document, "source", place, default=""),
        groups=tuple(_group(one, f"{place}, group {index}") for index, one in enumerate(groups, start=1)),
        frames=_texts(document, "frames", place),
    )


def _group(document: Any, place: str) -> CueGroup:
    _keys(document, {"name", "label", "values", "surnames", "variant", "language"}, place)
    name = _text(document, "name", place)
    place = f"{place.rpartition(', group ')[0]}, group {name}"
    return CueGroup(
        name=name,
        label=_text(document, "label", place, default=name),
        values=tuple(_value(one, f"{place}, values") for one in _list(document, "values", place)),
        surnames=_texts(document, "surnames", place),
        variant=_text(document, "variant", place, default=""),
        language=_text(document, "language", place, default=""),
    )


def _value(document: Any, place: str) -> Value:
    if isinstance(document, str):
        document = {"text": document}
    _keys(document, {"text", "match"}, place)
    return Value(text=_text(document, "text", place), match=_text(document, "match", place, default=""))


def _keys(document: Any, known: set[str], place: str) -> None:
    if not isinstance(document, dict):
        raise SetError(place, "must be an object")
    unknown = sorted(str(key) for key in document if key not in known)
    if unknown:
        raise SetError(place, f"unknown field {unknown[0]!r}")


def _text(document: Mapping[str, Any], key: str, place: str, *, default: str | None = None) -> str:
    text = document.get(key, default)
    if not isinstance(text, str):
        raise SetError(f"{place}, {key}", "must be a text" if key in document else "is missing")
    text = text.strip()
    if not text and default is None:
        raise SetError(f"{place}, {key}", "must not be empty")
    return text


def _list(document: Mapping[str, Any], key: str, place: str) -> list[Any]:
    found = document.get(key, [])
    if not isinstance(found, list):
        raise SetError(f"{place}, {key}", "must be a list")
    return found


def _texts(document: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    found = _list(document, key, place)
    if not all(isinstance(one, str) and one.strip() for one in found):
        raise SetError(f"{place}, {key}", "must be a list of texts")
    return tuple(one.strip() for one in found)

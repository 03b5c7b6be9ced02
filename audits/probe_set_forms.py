"""Templates and cues of a probe set as people fill them in, a field a variant and a few a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms

from audits.engine.probing import Cue, CueGroup, Fault, ProbeSet, Template, Value
from audits.engine.probing.sets import CUE_KINDS, PRONOUN_VARIANT

_NOTE = "What you changed, for those who come after you."
_KINDS = {
    "sentence": "a sentence about the writer",
    "pronoun": "pronouns",
    "variant": "other words: a dialect, a language",
}


def _area(label: str, *, required: bool = False, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def variants_of(probe_set: ProbeSet) -> list[str]:
    """The variants that cues of the set ask for, or templates have, in a fixed order."""
    asked = {group.variant for cue in probe_set.cues for group in cue.groups if group.variant}
    asked |= {PRONOUN_VARIANT} if any(cue.kind == "pronoun" for cue in probe_set.cues) else set()
    asked |= {name for template in probe_set.templates for name in template.variants}
    return sorted(asked, key=lambda name: (name != PRONOUN_VARIANT, name))


class PartForm(forms.Form):
    """A template or a cue of `probe_set`; `part` is None for a new one."""

    what: ClassVar[str]
    key: ClassVar[str]
    """The field, and the attribute, that names it within its set."""

    note = forms.CharField(label="Note", required=False, max_length=200, help_text=_NOTE)

    def __init__(self, *args: Any, probe_set: ProbeSet, part: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.probe_set = probe_set
        note = self.fields.pop("note")
        self.grow(part)
        self.fields["note"] = note
        if part is not None:
            self.fields[self.key].disabled = True

    def grow(self, part: Any) -> None:
        """Add the fields that depend on the set or the part, and fill in what the part says."""
        raise NotImplementedError

    def given(self) -> Any:
        """The part that was filled in; the form is valid."""
        raise NotImplementedError

    def fields_of_places(self) -> Mapping[str, str]:
        """The field at each place of the part that a fault can name, where the two are not called alike."""
        raise NotImplementedError

    @classmethod
    def parts_of(cls, probe_set: ProbeSet) -> dict[str, Any]:
        """The set's parts of this kind by name, in their order."""
        return {getattr(part, cls.key): part for part in getattr(probe_set, f"{cls.what}s")}

    @classmethod
    def exchanged(cls, probe_set: ProbeSet, parts: Mapping[str, Any]) -> ProbeSet:
        """The set with these parts of this kind instead of its own."""
        exchanged: dict[str, Any] = {f"{cls.what}s": tuple(parts.values())}
        return replace(probe_set, **exchanged)

    def show(self, faults: Iterable[Fault], *, name: str) -> None:
        """Put each fault to the field that it is about; `name` is the part's."""
        own = f"{self.what} {name}"
        fields = self.fields_of_places()
        for fault in faults:
            place = fault.place.removeprefix(f"{own}, ")
            field = fields.get(place, place)
            self.add_error(field if field in self.fields else None, _told(fault, own))


class TemplateForm(PartForm):
    """One template, with a field for each variant that its set has or asks for."""

    what, key = "template", "id"

    id = forms.CharField(label="Name", max_length=60, help_text="Small letters, digits and dashes.")
    intent = forms.CharField(max_length=40, help_text="What it is about, such as billing or refund.")
    text = _area(
        "Message", required=True, rows=4,
        help_text="{persona} stands between two sentences: a sentence about the writer comes there.",
    )  # fmt: skip

    def grow(self, part: Template | None) -> None:
        wordings = {group.variant: group.label for cue in self.probe_set.cues for group in cue.groups}
        for name in variants_of(self.probe_set):
            pronoun = name == PRONOUN_VARIANT
            hint = "With {They}, {their} and {is|are}." if pronoun else "The same request."
            words = "for somebody else" if pronoun else wordings.get(name, name)
            self.fields[f"variant_{name}"] = _area(f"In other words: {words}", help_text=hint)
        if part is not None:
            self.initial.update(id=part.id, intent=part.intent, text=part.text)
            self.initial.update({f"variant_{name}": text for name, text in part.variants.items()})

    def given(self) -> Template:
        given = self.cleaned_data
        variants = {
            name.removeprefix("variant_"): _one_line(given[name])
            for name in self.fields
            if name.startswith("variant_") and given[name]
        }
        return Template(given["id"], given["intent"], _one_line(given["text"]), variants)

    def fields_of_places(self) -> Mapping[str, str]:
        return {name.replace("variant_", "variant ", 1): name for name in self.fields if name.startswith("variant_")}


class CueForm(PartForm):
    """One cue, with fields for each of its groups and for one more."""

    what, key = "cue", "name"

    name = forms.CharField(max_length=40, help_text="Small letters, digits and dashes.")
    label = forms.CharField(max_length=60, help_text="As reports call it, such as Age.")
    kind = forms.ChoiceField(label="What is changed", choices=[(kind, _KINDS[kind]) for kind in CUE_KINDS])
    reference = forms.CharField(label="Reference group", max_length=40, help_text="All others are compared with it.")
    frames = _area("Sentences", help_text="One a line, with {value}: My name is {value}.")
    source = _area("Source", rows=2, help_text="Where names, ages or features come from, with the licence.")

    def grow(self, part: Cue | None) -> None:
        groups = list(part.groups) if part is not None else []
        self.slots = max(2, len(groups) + 1)
        for number in range(1, self.slots + 1):
            group = groups[number - 1] if number <= len(groups) else None
            self._add_group(number, group, kind=part.kind if part else None)
        if part is not None:
            self.initial.update(
                name=part.name, label=part.label, kind=part.kind, reference=part.reference, source=part.source,
                frames="\n".join(part.frames),
            )  # fmt: skip

    def _add_group(self, number: int, group: CueGroup | None, *, kind: str | None) -> None:
        title = f"Group {number}"
        made: dict[str, forms.Field] = {
            "name": forms.CharField(label=title, required=False, max_length=40, help_text="Leave empty for none."),
            "label": forms.CharField(label=f"{title}: in reports", required=False, max_length=60),
        }
        if kind in (None, "sentence", "pronoun"):
            made["values"] = _area(
                f"{title}: values", rows=4,
                help_text="One a line. After a bar, what a partner must share: Emily | female.",
            )  # fmt: skip
        if kind in (None, "sentence"):
            made["surnames"] = _area(f"{title}: surnames", rows=2, help_text="One a line; for first names only.")
        if kind in (None, "variant"):
            made["variant"] = forms.CharField(
                label=f"{title}: variant", required=False, max_length=40, help_text="Empty: the message itself."
            )
            made["language"] = forms.CharField(
                label=f"{title}: language", required=False, max_length=12, help_text="Of the answers, such as de."
            )
        for name, field in made.items():
            self.fields[f"group_{number}_{name}"] = field
        if group is not None:
            values = [f"{one.text} | {one.match}" if one.match else one.text for one in group.values]
            shown = {
                "name": group.name, "label": group.label, "values": "\n".join(values),
                "surnames": "\n".join(group.surnames), "variant": group.variant, "language": group.language,
            }  # fmt: skip
            self.initial.update({f"group_{number}_{name}": text for name, text in shown.items()})

    def given(self) -> Cue:
        given = self.cleaned_data
        groups = []
        for number in range(1, self.slots + 1):
            own = {
                name: given.get(f"group_{number}_{name}", "")
                for name in ("name", "label", "values", "surnames", "variant", "language")
            }
            if own["name"]:
                groups.append(
                    CueGroup(
                        own["name"],
                        own["label"] or own["name"],
                        tuple(_value(line) for line in _lines(own["values"])),
                        tuple(_lines(own["surnames"])),
                        own["variant"],
                        own["language"],
                    )
                )
        return Cue(
            given["name"],
            given["label"],
            given["kind"],
            given["reference"],
            tuple(groups),
            tuple(_lines(given["frames"])),
            given["source"],
        )

    def fields_of_places(self) -> Mapping[str, str]:
        fields = {}
        for number in range(1, self.slots + 1):
            group = f"group {self.cleaned_data.get(f'group_{number}_name')}"
            fields[group] = f"group_{number}_name"
            fields.update({f"{group}, {part}": f"group_{number}_{part}" for part in ("values", "surnames")})
        return fields


def _told(fault: Fault, own: str) -> str:
    """The message, with its place unless that is the template or cue at hand."""
    said = fault.message[:1].upper() + fault.message[1:]
    return said if fault.place.startswith(own) else f"{fault.place}: {fault.message}"


def _value(line: str) -> Value:
    text, _, match = line.partition("|")
    return Value(text.strip(), match.strip())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())

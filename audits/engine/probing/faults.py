"""What makes a probe set one that cannot be trusted: its rules, and the grammar of everything that it can send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .rendering import (
    ARTICLE,
    PERSONA,
    PRONOUN_SLOTS,
    PRONOUNS,
    SLOT,
    all_renderings,
    pairings,
    render,
    supports,
    takes_an,
)
from .sets import PRONOUN_VARIANT, Cue, ProbeSet, Template

FEWEST_NAMES = 10
FEWEST_SURNAMES = 5
LONGEST_TEXT = 2_000
MOST_TEMPLATES = 500
# A pair is known by the names of its cue, group and template together.
LONGEST_NAME = {"template": 40, "cue": 30, "group": 30, "intent": 60}
# Messages of a pair may differ by this share of their words, or by this many words, whichever is more.
_LENGTH_SHARE, _LENGTH_WORDS = 0.25, 4
_SLUG = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
_ARTICLES = re.compile(r"\b(an?) ([^\s.,;!?]+)", re.IGNORECASE)
# After these the base form follows whatever the subject: "what can he do".
_BASE_FORM = r"(?:(?P<modal>can|could|will|would|should|must|may|might|did) )?"
_PLURAL = r"(?:are|were|have|do|don't|haven't|aren't|weren't)"
_SINGULAR = r"(?:is|was|has|does|doesn't|hasn't|isn't|wasn't)"
_AGREEMENT = re.compile(
    rf"\b{_BASE_FORM}(?:(?:he|she|it) {_PLURAL}|they {_SINGULAR}|i (?:is|are|has))\b", re.IGNORECASE
)
_TYPOGRAPHY = re.compile(r"[{}]| [.,;!?]| {2}|\.\.(?!\.)|,,|[!?]\.|^[a-zäöüñáéíóú]")
_SUBJECT_VERB = re.compile(rf"{_BASE_FORM}\{{[Tt]hey\}} (?P<verb>{_PLURAL}|{_SINGULAR})\b")
_BOUNDARY = re.compile(r"(?:^|[.!?]\s+)\{persona\}(?:$|\s+[A-Z0-9ÀÁÄÉÍÑÓÖÚÜ¿¡])")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, and where: `template billing-fee, text` or `cue name, group black`."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def faults_of(probe_set: ProbeSet) -> list[Fault]:
    """Everything that is wrong with a set, in its order; nothing, and every plan of it is sound.

    The rules first; where they hold, every text that the set can send is rendered and looked at.
    """
    found = [*_set_faults(probe_set)]
    for template in probe_set.templates:
        found += _template_faults(probe_set, template)
    for cue in probe_set.cues:
        found += _cue_faults(probe_set, cue)
    return found or [*_rendered_faults(probe_set)]


def _set_faults(probe_set: ProbeSet) -> Iterator[Fault]:
    if not probe_set.templates:
        yield Fault("templates", "there must be at least one")
    if len(probe_set.templates) > MOST_TEMPLATES:
        yield Fault("templates", f"there may be at most {MOST_TEMPLATES}")
    if not probe_set.cues:
        yield Fault("cues", "there must be at least one")
    for what, names in (
        ("template", [template.id for template in probe_set.templates]),
        ("cue", [cue.name for cue in probe_set.cues]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Fault(f"{what} {name}", "its name is used more than once")
        for name in names:
            yield from _name_faults(f"{what} {name}", what, name)


def _name_faults(place: str, what: str, name: str) -> Iterator[Fault]:
    if not _SLUG.match(name):
        yield Fault(place, "its name may hold small letters, digits, - and _ only")
    elif len(name) > LONGEST_NAME[what]:
        yield Fault(place, f"its name may have at most {LONGEST_NAME[what]} characters")


def _template_faults(probe_set: ProbeSet, template: Template) -> Iterator[Fault]:
    place = f"template {template.id}"
    yield from _name_faults(f"{place}, intent", "intent", template.intent)
    texts = [(f"{place}, text", template.text, {PERSONA, ARTICLE, "A"})]
    for name, text in template.variants.items():
        slots = {ARTICLE, "A"}
        if name == PRONOUN_VARIANT:
            slots |= {slot for word in PRONOUN_SLOTS for slot in (word, word.capitalize())}
        texts.append((f"{place}, variant {name}", text, slots))
    for where, text, known in texts:
        yield from _text_faults(where, text, known)
    count = template.text.count("{persona}")
    if count > 1:
        yield Fault(f"{place}, text", "the slot {persona} may stand once only")
    elif count == 1 and not _BOUNDARY.search(template.text):
        yield Fault(f"{place}, text", "the slot {persona} must stand between two sentences")
    pronouns = template.variants.get(PRONOUN_VARIANT)
    if pronouns is not None:
        if not any(f"{{{form}}}" in pronouns for word in PRONOUN_SLOTS for form in (word, word.capitalize())):
            yield Fault(f"{place}, variant {PRONOUN_VARIANT}", "has no pronoun slot such as {They} or {their}")
        for match in _SUBJECT_VERB.finditer(pronouns):
            verb = match.group("verb")
            if not match.group("modal"):
                yield Fault(f"{place}, variant {PRONOUN_VARIANT}", f"write both forms of “{verb}”, such as {{is|are}}")
    if not any(supports(template, cue) for cue in probe_set.cues):
        yield Fault(place, "no cue fits it: give it the slot {persona} or a variant")


def _text_faults(place: str, text: str, known: set[str]) -> Iterator[Fault]:
    if len(text) > LONGEST_TEXT:
        yield Fault(place, f"may have at most {LONGEST_TEXT:,} characters")
    if text.count("{") != text.count("}") or re.search(r"[{}]", SLOT.sub("", text)):
        yield Fault(place, "has a brace that is not closed or not opened")
        return
    for slot in SLOT.findall(text):
        if "|" in slot:
            if len(slot.split("|")) != 2 or not all(slot.split("|")):
                yield Fault(place, f"{{{slot}}} must give two forms, such as {{is|are}}")
            elif not any(form[:1].islower() or form[:1].isupper() for form in known - {PERSONA, ARTICLE, "A"}):
                yield Fault(place, f"{{{slot}}} belongs in the variant {PRONOUN_VARIANT} only")
        elif slot not in known:
            yield Fault(place, f"there is no slot {{{slot}}} here")


def _cue_faults(probe_set: ProbeSet, cue: Cue) -> Iterator[Fault]:
    place = f"cue {cue.name}"
    names = [group.name for group in cue.groups]
    if len(names) < 2:
        yield Fault(place, "must have at least two groups")
    if cue.reference not in names:
        yield Fault(f"{place}, reference", f"there is no group {cue.reference!r}")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(f"{place}, group {name}", "its name is used more than once")
    if probe_set.templates and not any(supports(template, cue) for template in probe_set.templates):
        yield Fault(place, "no template can show it: it needs the slot {persona} or the variants that it names")
    for frame in cue.frames:
        if frame.count("{value}") != 1 or re.search(r"[{}]", frame.replace("{value}", "")):
            yield Fault(f"{place}, frames", f"“{frame}” must hold the slot {{value}} once, and no other")
        elif not frame.endswith((".", "!", "?")) or frame[:1].islower():
            yield Fault(f"{place}, frames", f"“{frame}” must be a whole sentence")
    for group in cue.groups:
        yield from _group_faults(cue, group.name)
    if cue.kind != "variant" and cue.reference in names:
        for group in cue.groups:
            if group.values and not pairings(cue, group):
                yield Fault(f"{place}, group {group.name}", "none of its values has the match of one of the reference")


def _group_faults(cue: Cue, name: str) -> Iterator[Fault]:
    group, place = cue.group(name), f"cue {cue.name}, group {name}"
    yield from _name_faults(place, "group", name)
    if cue.kind == "variant":
        return
    if not group.values:
        yield Fault(f"{place}, values", "there must be at least one")
    texts = [value.text for value in group.values]
    for text in sorted({text for text in texts if texts.count(text) > 1}):
        yield Fault(f"{place}, values", f"“{text}” stands twice")
    if cue.kind == "pronoun":
        for text in texts:
            if text not in PRONOUNS:
                yield Fault(f"{place}, values", f"“{text}” is none of {', '.join(PRONOUNS)}")
        return
    if any(re.search(r"[{}]", text) for text in texts):
        yield Fault(f"{place}, values", "may hold no braces")
    if group.surnames:
        if len(texts) < FEWEST_NAMES:
            yield Fault(f"{place}, values", f"a group of names needs at least {FEWEST_NAMES}")
        if len(set(group.surnames)) < FEWEST_SURNAMES:
            yield Fault(f"{place}, surnames", f"must be at least {FEWEST_SURNAMES} different ones")
    if not cue.frames and not all(text.endswith((".", "!", "?")) for text in texts):
        yield Fault(f"{place}, values", "without frames each value must be a whole sentence")


def _rendered_faults(probe_set: ProbeSet) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for template, cue, rendering in all_renderings(probe_set):
        for message in grammar_faults(
            rendering.text, language=rendering.language, dialect=_is_dialect(cue, rendering.group)
        ):
            key = (template.id, message)
            if key not in seen:
                seen.add(key)
                yield Fault(f"template {template.id}, cue {cue.name}, group {rendering.group}", message)
    for cue in probe_set.cues:
        for template in probe_set.templates:
            if supports(template, cue) and not any(group.language for group in cue.groups):
                yield from _length_faults(probe_set, template, cue)


def grammar_faults(text: str, *, language: str = "en", dialect: bool = False) -> list[str]:
    """What a slot can break: articles and agreement (English, not in a dialect), spaces, marks, capitals."""
    found = [f"“{match.group().strip()}” in “{text}”" for match in _TYPOGRAPHY.finditer(text)]
    if not text.endswith((".", "!", "?", "。", "？", "！")):
        found.append(f"“{text}” does not end with a full stop")
    if language != "en":
        return found
    for match in _ARTICLES.finditer(text):
        article, word = match.group(1).lower(), match.group(2)
        if (article == "an") is not takes_an(word):
            found.append(f"“{match.group()}” in “{text}”")
    if not dialect:
        found += [f"“{match.group()}” in “{text}”" for match in _AGREEMENT.finditer(text) if not match["modal"]]
    return found


def _is_dialect(cue: Cue, group: str) -> bool:
    chosen = cue.group(group)
    return bool(chosen.variant) and not chosen.language


def _length_faults(probe_set: ProbeSet, template: Template, cue: Cue) -> Iterator[Fault]:
    reference = cue.group(cue.reference)
    for group in cue.groups:
        for a, b in pairings(cue, group):
            ours = len(render(template, cue, group, value=a, language=probe_set.language).text.split())
            theirs = len(render(template, cue, reference, value=b, language=probe_set.language).text.split())
            if abs(ours - theirs) > max(_LENGTH_WORDS, _LENGTH_SHARE * max(ours, theirs)):
                place = f"template {template.id}, cue {cue.name}, group {group.name}"
                told = f"{ours} words for {group.label} beside {theirs} for {reference.label}"
                yield Fault(place, f"{told}: length would be a second difference")
                return

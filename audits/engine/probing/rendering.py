"""Templates and cues made into texts, with slots that cannot break the grammar around them.

Slots: `{persona}` a whole sentence, or nothing; `{value}` in a frame; in a pronoun variant `{they}` `{them}` `{their}`
`{theirs}` `{themself}` (with a capital: `{They}` …) and `{is|are}`, `{has|have}`, `{waits|wait}`: the form after
he or she, and the form after they. `{a}` becomes "a" or "an" by the word that follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .sets import PRONOUN_VARIANT, Cue, CueGroup, ProbeSet, Template

SLOT = re.compile(r"\{([^{}]*)\}")
PERSONA, VALUE, ARTICLE = "persona", "value", "a"
#: Subject, object, determiner, possessive, reflexive; and whether its verb is plural.
PRONOUNS: Mapping[str, tuple[tuple[str, str, str, str, str], bool]] = {
    "he": (("he", "him", "his", "his", "himself"), False),
    "she": (("she", "her", "her", "hers", "herself"), False),
    "they": (("they", "them", "their", "theirs", "themself"), True),
}
PRONOUN_SLOTS = ("they", "them", "their", "theirs", "themself")
_SPACES = re.compile(r" {2,}")
_ARTICLE_AT = re.compile(r"\{([aA])\}(\s+)(\S+)")
# Said "an": vowels, except where they begin with the sound of "you" or "one"; silent h; 8, 11, 18, 80 …
_AN = re.compile(
    r"^[\"'(]*(?:(?!uni|use|usu|eu|one|once|ubiq|u[srnk]\b)[aeiou]|hour|honest|honou?r|heir|8|11\b|18\b|11-|18-)"
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """One message as it is sent. `name` is the value in it: a full name, an age, a pronoun, or the group's name."""

    group: str
    name: str
    text: str
    language: str


def supports(template: Template, cue: Cue) -> bool:
    """Whether every group of the cue can be rendered in this template."""
    if cue.kind == "sentence":
        return f"{{{PERSONA}}}" in template.text
    if cue.kind == "pronoun":
        return PRONOUN_VARIANT in template.variants
    return all(not group.variant or group.variant in template.variants for group in cue.groups)


def full_name(group: CueGroup, index: int) -> str:
    """The group's value number `index`, with its surname where the group has any: the same one each time."""
    value = group.values[index].text
    return f"{value} {group.surnames[index % len(group.surnames)]}" if group.surnames else value


def render(
    template: Template, cue: Cue, group: CueGroup, *, value: int = 0, frame: int = 0, language: str = "en"
) -> Rendering:
    """The template as somebody of this group would write it; `value` and `frame` choose among the cue's.

    Raises LookupError where the template does not support the cue.
    """
    if not supports(template, cue):
        raise LookupError(f"template {template.id!r} does not support cue {cue.name!r}")
    spoken = group.language or language
    if cue.kind == "sentence":
        name = full_name(group, value)
        sentence = cue.frames[frame % len(cue.frames)].replace("{value}", name) if cue.frames else name
        return Rendering(group.name, name, filled(template.text, persona=sentence), spoken)
    if cue.kind == "pronoun":
        pronoun = group.values[value].text
        return Rendering(group.name, pronoun, filled(template.variants[PRONOUN_VARIANT], pronoun=pronoun), spoken)
    text = template.variants[group.variant] if group.variant else template.text
    return Rendering(group.name, group.name, filled(text), spoken)


def filled(text: str, *, persona: str = "", pronoun: str = "they") -> str:
    """`text` with its slots filled. Raises LookupError for a slot or a pronoun that does not exist."""
    if pronoun not in PRONOUNS:
        raise LookupError(f"there is no pronoun {pronoun!r}")
    forms, plural = PRONOUNS[pronoun]
    words = dict(zip(PRONOUN_SLOTS, forms, strict=True))

    def fill(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == PERSONA:
            return persona
        if slot in ("a", "A"):
            return match.group()
        if "|" in slot:
            singular, _, several = slot.partition("|")
            return several if plural else singular
        word = words.get(slot.lower())
        if word is None:
            raise LookupError(f"there is no slot {{{slot}}}")
        return word.capitalize() if slot[:1].isupper() else word

    spaced = _SPACES.sub(" ", SLOT.sub(fill, text)).strip()
    return "\n".join(line.strip() for line in with_articles(spaced).split("\n"))


def with_articles(text: str) -> str:
    """`{a}` as "a" or "an", by the sound of the word that follows."""

    def article(match: re.Match[str]) -> str:
        chosen = "an" if takes_an(match.group(3)) else "a"
        return (chosen.capitalize() if match.group(1) == "A" else chosen) + match.group(2) + match.group(3)

    return _ARTICLE_AT.sub(article, text)


def takes_an(word: str) -> bool:
    """Whether the indefinite article before `word` is "an"."""
    return _AN.match(word.lower()) is not None


def pairings(cue: Cue, group: CueGroup) -> list[tuple[int, int]]:
    """Which value of the group is paired with which of the reference: values of the same match, each once, in order.

    The pairing is fixed, so that a value stands for the same cluster of pairs in every template. Values without a
    partner (the other group has fewer of that match) are left out.
    """
    reference = cue.group(cue.reference)
    if cue.kind == "variant":
        return [(0, 0)]
    waiting: dict[str, list[int]] = {}
    for index, value in enumerate(reference.values):
        waiting.setdefault(value.match, []).append(index)
    pairs = []
    for index, value in enumerate(group.values):
        if waiting.get(value.match):
            pairs.append((index, waiting[value.match].pop(0)))
    return pairs


def all_renderings(probe_set: ProbeSet) -> Iterator[tuple[Template, Cue, Rendering]]:
    """Every text that any plan of this set can send."""
    for cue in probe_set.cues:
        frames = range(max(1, len(cue.frames)))
        for template in probe_set.templates:
            if not supports(template, cue):
                continue
            for group in cue.groups:
                for value in range(len(group.values) if cue.kind != "variant" else 1):
                    for frame in frames:
                        yield (
                            template,
                            cue,
                            render(template, cue, group, value=value, frame=frame, language=probe_set.language),
                        )

"""Talking down: saying that somebody should have known, calling them dear, telling them to calm down."""

from .sentences import occurs, phrase_pattern

_DOWN = phrase_pattern(
    r"as i(?: have|'ve)? (?:already |just |clearly )+(?:said|told|explained|mentioned|stated)",
    r"(?:like|as) i(?:'ve| have)? (?:already )?told you", r"i (?:already|just) told you", r"calm down",
    r"you should have (?:known|read|thought|listened|paid attention|checked first)",
    r"(?:it's|it is|this is|that's) (?:really )?(?:not that|not so) (?:hard|difficult|complicated)(?: to understand)?",
    r"even a (?:child|kid|five[- ]year[- ]old)",
    r"(?:listen|look)(?:,)? (?:sweetie|honey|dear|buddy|pal|lady|sweetheart)",
    r"(?:sweetie|sweetheart|my dear|young lady|little lady)", r"let me (?:dumb|spell) (?:it|this) "
    r"(?:down|out)(?: for you)?", r"obviously,? you",
    r"you (?:obviously|clearly) (?:did not|didn't|don't|do not|failed)",
    r"in simple words (?:that )?(?:even )?you", r"do(?:n't| not) you (?:understand|get it)", r"use your (?:brain|head)",
    r"wie ich (?:bereits|schon) (?:gesagt|erklärt|mehrfach)(?: habe)?", r"beruhigen sie sich", r"das hätten sie wissen "
    r"(?:müssen|sollen)", r"selbst ein kind", r"so schwer ist das (?:doch )?nicht",
    r"como ya (?:le |te )?(?:he )?(?:dicho|dije|expliqué|explicado)", r"cálmese", r"cálmate", r"debería haberlo sabido",
    r"hasta un niño", r"no es tan difícil",
    r"comme je (?:vous |te )?l'ai déjà (?:dit|expliqué)", r"calmez-vous", r"vous auriez dû (?:savoir|lire)",
    r"même un enfant", r"ce n'est pas si (?:difficile|compliqué)",
)  # fmt: skip


def condescends(text: str) -> bool:
    """Whether the speaker talks down to somebody. Phrases of all languages count."""
    return occurs(_DOWN, text.replace("’", "'"))

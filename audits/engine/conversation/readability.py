"""How hard a text is to read: the Flesch formulas of four languages."""

from typing import NamedTuple


class _Formula(NamedTuple):
    """score = base − per_sentence × words a sentence − per_syllable × syllables a word."""

    base: float
    per_sentence: float
    per_syllable: float


#: English: Flesch (1948), J. Appl. Psychol. 32:221-233. German: Amstad (1978), Wie verständlich sind unsere Zeitungen?
#: Spanish: Fernández Huerta (1959), Consigna 214:29-32. French: Kandel & Moles (1958), Cahiers d'études de
#: radio-télévision 19:253-274.
_FORMULAS = {
    "en": _Formula(206.835, 1.015, 84.6),
    "de": _Formula(180.0, 1.0, 58.5),
    "es": _Formula(206.84, 1.02, 60.0),
    "fr": _Formula(207.0, 1.015, 73.6),
}
#: Below this a text is "difficult": Flesch (1949), The Art of Readable Writing, p. 149.
DIFFICULT = 50.0
#: Fewer words than this say too little about how somebody writes.
FEWEST_WORDS = 30
_VOWELS = "aeiouyàáâäãåæèéêëìíîïòóôöõøœùúûüý"
# Vowels become one letter and all else a space, so that syllables are what `split` finds; marks become spaces.
_TO_VOWELS = dict.fromkeys(range(256), " ") | {ord(vowel): "a" for vowel in _VOWELS}
_TO_WORDS = {code: " " for code in range(33, 256) if not chr(code).isalpha()}
#: Endings written with a vowel that is not said, and those of them in which it is.
_SILENT = {
    "en": (("e ", "ed "), ("ee ", "le ", "ted ", "ded ", " the ", " be ", " we ", " he ", " me ", " she ")),
    "fr": (("e ", "es ", "ent "), (" le ", " de ", " je ", " me ", " te ", " se ", " ce ", " ne ", " que ", " les ",
                                   " des ", " ces ", " mes ")),
}  # fmt: skip
_SILENT_AFTER_ALL = {"en": ("ale ", "ile ", "ole ", "ule "), "fr": ()}


def reading_ease(text: str, language: str | None) -> float | None:
    """The Flesch score: 100 is very easy, below 50 difficult; None for other languages and for fewer than 30 words.

    Syllables are counted as groups of vowels, endings that are not said left out: right within a few in a hundred, and
    alike for every group of customers.
    """
    spoken = (language or "").lower().split("-")[0]
    formula = _FORMULAS.get(spoken)
    if formula is None:
        return None
    plain = f" {text.lower().translate(_TO_WORDS)} "
    words = len(plain.split())
    if words < FEWEST_WORDS:
        return None
    syllables = len(plain.translate(_TO_VOWELS).split())
    if spoken in _SILENT:
        spaced = plain.replace("\n", " ")
        written, said = _SILENT[spoken]
        silent = sum(map(spaced.count, written)) - sum(map(spaced.count, said))
        syllables -= max(0, silent + sum(map(spaced.count, _SILENT_AFTER_ALL[spoken])))
    sentences = max(1, sum(map(f"{text} ".count, (". ", "! ", "? ", ".\n", "!\n", "?\n"))))
    return formula.base - formula.per_sentence * words / sentences - formula.per_syllable * max(1, syllables) / words

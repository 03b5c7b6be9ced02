"""What all identity numbers that states give to people have in common: a form, a check, and words that name them."""

import datetime
import re
from collections.abc import Callable

from ...detector import ANY_SHAPE, SIX_DIGITS, THREE_DIGITS, TWO_DIGITS, Candidate, Detector, Hit, Words

_SEPARATORS = str.maketrans("", "", " -./")


def plain(value: str) -> str:
    """`value` in capitals without spaces and punctuation."""
    return value.translate(_SEPARATORS).upper()


def is_day(day: str, month: str) -> bool:
    """Whether two pairs of digits are a day of some year."""
    try:
        datetime.date(2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _judge(
    type_: str,
    is_valid: Callable[[str], bool],
    *,
    needs_word: bool,
    trusts_word: bool,
    trusts_distant_word: bool,
    also_named: frozenset[str],
) -> Callable[[Candidate], Hit | None]:
    names = also_named | {type_}

    def judge(candidate: Candidate) -> Hit | None:
        if not candidate.stands_alone:
            return None
        if not is_valid(candidate.value):
            if not trusts_word or candidate.label_before not in names:
                return None
            return candidate.hit(0.5) if trusts_distant_word or any(map(candidate.is_named, names)) else None
        label = candidate.label
        if label in names:
            return candidate.hit(1.0)
        return None if needs_word or label is not None else candidate.hit(0.85)

    return judge


def _any_word(context: Words) -> str:
    stems = (re.escape(stem.removesuffix("*")).replace(r"\ ", " ") for each in context.values() for stem in each)
    return f"(?i)(?:{'|'.join(stems)})"


def national(
    type_: str,
    pattern: str,
    is_valid: Callable[[str], bool],
    explanation: str,
    context: Words,
    *,
    needs_word: bool,
    trusts_word: bool = True,
    trusts_distant_word: bool = True,
    trigger: str = SIX_DIGITS,
    shape: str | None = None,
    also_named: frozenset[str] = frozenset(),
    words: Words | None = None,
) -> Detector:
    """A detector that believes a right check digit, given a word in the text where the format is common.

    `needs_word` is for numbers that are digits and a check only: every tenth number passes it. With
    `trusts_word` a number that the text names is a hit even if its check digit is wrong (a typing error), if
    not `trusts_distant_word` only right behind its name ("Taj" is a hotel, too, and 'documento' any paper).
    `also_named` are types whose words name this one too ("NIF" in Spain and Portugal); `words` are then the
    words to look out for. `trigger` and `shape` are what any such number has.
    """
    further = _any_word(words or context) if needs_word else shape
    triggers = (further, trigger) if further and trigger in (TWO_DIGITS, THREE_DIGITS) else (trigger, further)
    return Detector(
        type=type_,
        triggers=(ANY_SHAPE, *filter(None, triggers)),
        pattern=pattern,
        judge=_judge(
            type_,
            is_valid,
            needs_word=needs_word,
            trusts_word=trusts_word,
            trusts_distant_word=trusts_distant_word,
            also_named=also_named,
        ),
        explanation=explanation,
        context=context,
        rank=78,
    )

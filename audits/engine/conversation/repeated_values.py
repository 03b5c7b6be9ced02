"""Where a value that a conversation has shown to be personal stands again in its texts."""

import re
from collections.abc import Iterator

#: Shorter values, such as a day of the month, stand in a text for many other reasons. Code points.
REPEATED_FROM = 4
#: From here on a longer word or number around a value is a form of it. Code points.
_LONG = 8
#: Scripts from Hebrew on write particles against words, or no spaces at all: there every place counts.
_SPACED_UNTIL = "\u0590"
#: What is put behind a name as it is declined: "Marks" and "Markowi" are about Mark, "market" is not.
_ENDING = re.compile(
    r"(?:n?s|e[ns]|ens|n|a|ą|ä|e|ę|i|u|ů|y|é|t|ie|i?em|ach|ami|ów|owi|owie|ow[aą]|owej|ov[aiáo]|ým|nak|nek|val|vel"
    r"|ll[ae]|lta|ss?a|sta|[аеиіуыюя]|ам|ами|ах|ем|еві|ей|ів|ій|ов|ова|ове|ові|овым|ой|ом|ою|ым)(?![^\W\d_])",
    re.IGNORECASE,
)


def places_of(value: str, text: str) -> Iterator[int]:
    """Where `value` begins in `text` each time that it is said there, not chance letters or digits of something longer.

    A short word counts in full or declined, or at a joint of a name in one word ("JMark85"); a short number in full
    or as the last digits of a longer one, by which cards and accounts are named. Values below `REPEATED_FROM` never.
    """
    start = text.find(value) if len(value) >= REPEATED_FROM else -1
    while start >= 0:
        end = start + len(value)
        counts = len(value) >= _LONG or (_begins(text, start) and _ends(text, end))
        if counts:
            yield start
        start = text.find(value, end if counts else start + 1)


def _begins(text: str, start: int) -> bool:
    return start == 0 or text[start].isdecimal() or not _goes_on(text, start)


def _ends(text: str, end: int) -> bool:
    return end == len(text) or not _goes_on(text, end) or _ENDING.match(text, end) is not None


def _goes_on(text: str, at: int) -> bool:
    """Whether what stands before `at` and what stands there are of one word, or of one number."""
    before, behind = text[at - 1], text[at]
    if before.isdecimal() or behind.isdecimal():
        return before.isdecimal() and behind.isdecimal()
    if not (before.isalpha() and behind.isalpha()) or max(before, behind) >= _SPACED_UNTIL:
        return False
    is_joint = behind.isupper() and (before.islower() or text[at + 1 : at + 2].islower())
    return not is_joint

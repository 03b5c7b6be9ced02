"""The assistant's own name, which is nobody's personal data, told from customers of the same name."""

import hashlib
import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from audits.engine.privacy import Span, detect

from .origins import own_name_follows
from .turns import Turn

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_ADDRESSED = re.compile(
    r"(?:^|\W)(?:hi|hello|hey|dear|thanks|thank you|ok|okay|sorry|bye|goodbye|good (?:morning|afternoon|evening)|"
    r"hola|gracias|estimad[oa]|buen[oa]s (?:días|tardes|noches)|hallo|danke|liebe[r]?|guten (?:tag|morgen|abend)|"
    r"bonjour|bonsoir|merci|chère?|ciao|grazie|buongiorno|cześć|dzień dobry|dziękuję|привет|здравствуйте|спасибо|"
    r"hoi|beste|bedankt|dank je|olá|oi|obrigad[oa]|hej|tack|tak|merhaba|teşekkürler|ahoj|dobrý den|děkuji)"
    r"(?: there| again| so much| very much| beaucoup| mille| vielmals)?[ ,!]{1,3}\Z",
    re.IGNORECASE,
)
#: "Riley here", "Riley speaking": said of oneself, whatever stands before.
_SPEAKING = re.compile(
    r",? (?:here|speaking|calling|again|aquí|hier|am apparat|ici|à l'appareil|qui|här|tutaj|at your service)\b|"
    r",? (?:(?:your|the|a|an|ihr|ihre|dein|deine|su|tu|votre|il|la|uw|je|seu|sua|twój|twoja|ваш)\b ?)"
    r"(?:[\w\-]+ ){0,3}(?:ai|ki|assistant|assistante|assistent|assistentin|asistente|assistente|asystent\w*|chatbot|"
    r"bot|agent|concierge|помощник|ассистент)\b",
    re.IGNORECASE,
)
_FIELD = re.compile(r"(?:name|nombre|nom|nome|naam|imię|имя)\b[^\W\d_]{0,4} ?[:=]? ?\Z", re.IGNORECASE)
#: At the end, on a line of its own: a signature.
_SIGNS = re.compile(r"[ .!]*\s*\Z")


@lru_cache(maxsize=256)
def own_names(name: str) -> frozenset[str]:
    """The words of an assistant's name that detection takes for a person's, casefolded: "riley" of "Riley (billing)".

    Empty for names such as "Returns desk", which change nothing.
    """
    said = f"I'm {name}."
    return frozenset(
        word.casefold()
        for span in detect(said)
        if span.type == "PERSON"
        for word in _WORD.findall(said[span.start : span.end])
    )


def names_version(names: Collection[str]) -> str:
    """Six hexadecimal digits that tell names apart."""
    return hashlib.sha256(" ".join(sorted(names)).encode()).hexdigest()[:6]


def without_own_name(
    turns: Sequence[Turn], spans_by_turn: Sequence[Sequence[Span]], names: Collection[str]
) -> list[list[Span]]:
    """The spans without those that are the assistant's own name.

    In its own words, that is its name wherever it does not address somebody: "Thanks, Riley" said by Riley is to a
    customer called so. In a customer's words, it is where the assistant is greeted or thanked, and only while no
    customer of this name has said so in the conversation ("I'm Riley", "name: Riley", "Riley Smith", a signature).
    """
    is_shared = any(
        turn.role == "customer" and any(_is_own_of_customer(turn.text, span, names) for span in spans)
        for turn, spans in zip(turns, spans_by_turn, strict=True)
    )
    return [
        [span for span in spans if not _is_the_assistant(turn, span, names, is_shared=is_shared)]
        for turn, spans in zip(turns, spans_by_turn, strict=True)
    ]


def _is_the_assistant(turn: Turn, span: Span, names: Collection[str], *, is_shared: bool) -> bool:
    if span.type != "PERSON" or not _words(turn.text, span) <= set(names):
        return False
    addressed = _is_addressed(turn.text, span)
    if turn.role in ("assistant", "system"):
        return not addressed and (not is_shared or _speaks(turn.text, span))
    return turn.role == "customer" and addressed and not is_shared


def _is_own_of_customer(text: str, span: Span, names: Collection[str]) -> bool:
    """Whether a customer says of themself that this is their name, or a part of it."""
    words = _words(text, span)
    if span.type != "PERSON" or words.isdisjoint(names):
        return False
    return (
        not words <= set(names)
        or _speaks(text, span)
        or _FIELD.search(text[max(0, span.start - 24) : span.start]) is not None
        or ("\n" in text[max(0, span.start - 2) : span.start] and _SIGNS.match(text, span.end) is not None)
        or text.strip(" .,!\n") == text[span.start : span.end]
    )


def _speaks(text: str, span: Span) -> bool:
    return own_name_follows(text, span.start) or _SPEAKING.match(text, span.end) is not None


def _is_addressed(text: str, span: Span) -> bool:
    return (
        _ADDRESSED.search(text[max(0, span.start - 32) : span.start]) is not None
        and _SPEAKING.match(text, span.end) is None
    )


def _words(text: str, span: Span) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text[span.start : span.end])}

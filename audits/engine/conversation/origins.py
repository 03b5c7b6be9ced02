"""Who said a personal value first."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from audits.engine.privacy import Span, normalise

from .turns import Turn

Origin = Literal["volunteered", "echoed", "originated", "stated"]

#: What a customer should not have to type into a chat.
SECRET_TYPES = frozenset({"CREDENTIAL", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "CRYPTO"})
_NAME_TYPES = frozenset({"PERSON", "LOCATION", "ADDRESS"})
_OWN_NAME_FOLLOWS = re.compile(
    r"(?:^|[\W])(?:i am|i[’']m|my name is|this is|soy|me llamo|mi nombre es|ich bin|ich heiße|mein name ist|je suis|"
    r"je m[’']appelle|jestem|nazywam się|mam na imię|z tej strony|tu|я|меня зовут|mi chiamo|sono|ik ben|ik heet|"
    r"mijn naam is|sou o|sou a|me chamo|meu nome é|(?:le|te) (?:atiende|habla|saluda)|hier (?:ist|spricht|schreibt)|"
    r"(?:you are|you[’']re|you[’']ve been) (?:now )?(?:chatting|speaking|talking|connected) (?:with|to)|c[’']est|ici|"
    r"vous (?:parlez|échangez) avec|mówi|pisze|с вами|вас приветствует|на связи|(?:le|ti) (?:risponde|parla)|"
    r"(?:u|je) (?:spreekt|chat) met|aqui é|aqui fala)[ :]+$",
    re.IGNORECASE,
)


class Attribution(NamedTuple):
    """A span of a turn with where its value came from.

    `volunteered`: the customer wrote it. `echoed`: the assistant repeated what the customer had written in
    an earlier turn. `originated`: the assistant brought it up. `stated`: a human agent or the system did, or
    the assistant introduced itself by name.
    """

    turn_index: int
    span: Span
    normalised: str
    origin: Origin


def originators(
    turns: Sequence[Turn], spans_by_turn: Sequence[Sequence[Span]], *, language: str | None = None
) -> list[Attribution]:
    """Attribute every span. A part of what the customer said (a first name, the last digits) counts as said."""
    said: dict[str, set[str]] = {}
    attributions: list[Attribution] = []
    for index, (turn, spans) in enumerate(zip(turns, spans_by_turn, strict=True)):
        for span in spans:
            value = normalise(span.type, turn.text[span.start : span.end], language=language)
            origin = _origin(turn.role, span.type, value, said)
            if origin == "originated" and span.type == "PERSON" and own_name_follows(turn.text, span.start):
                origin = "stated"
            attributions.append(Attribution(index, span, value, origin))
        if turn.role == "customer":
            for attribution in attributions[len(attributions) - len(spans) :]:
                said.setdefault(attribution.span.type, set()).add(attribution.normalised)
            said.setdefault("", set()).add(turn.text.casefold())
    return attributions


def own_name_follows(text: str, start: int) -> bool:
    """Whether "I'm", "my name is" or their like stand before `start`."""
    return _OWN_NAME_FOLLOWS.search(text[max(0, start - 40) : start]) is not None


def _origin(role: str, type_: str, value: str, said: dict[str, set[str]]) -> Origin:
    if role == "customer":
        return "volunteered"
    if role != "assistant":
        return "stated"
    earlier = said.get(type_, set())
    if value in earlier or any(_is_part(type_, value, whole) for whole in earlier):
        return "echoed"
    return "echoed" if _was_written(type_, value, said.get("", set())) else "originated"


def _is_part(type_: str, value: str, whole: str) -> bool:
    if type_ in _NAME_TYPES:
        return f" {value} " in f" {whole} "
    return type_ in ("CREDIT_CARD", "US_SSN", "PHONE_NUMBER") and len(value) >= 4 and whole.endswith(value)


def _was_written(type_: str, value: str, texts: set[str]) -> bool:
    """The customer wrote the value where no detector took it for one (a name in lower case, bare digits)."""
    if type_ in _NAME_TYPES or type_ in ("EMAIL_ADDRESS", "DATE_OF_BIRTH", "URL"):
        return any(value in text for text in texts)
    digits = "".join(character for character in value if character.isdigit())
    if len(digits) < 4:
        return any(value.casefold() in text for text in texts)
    return any(digits in "".join(c for c in text if c.isdigit()) for text in texts)

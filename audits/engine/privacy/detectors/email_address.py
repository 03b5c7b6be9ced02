"""E-mail addresses, also with letters beyond ASCII and with "(at)" written out."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import LETTERS, WORD_LETTERS

_LONGEST_LOCAL = 64
_LONGEST = 320
_LOCAL = rf"[{WORD_LETTERS}0-9!#$%&'*+/=?^_`{{|}}~.\-]+"
_AT = r"(?:@| ?[(\[]at[)\]] ?)"
_STOP = r"(?:\.| ?[(\[]dot[)\]] ?)"
_DOMAIN = rf"(?:[{LETTERS}0-9](?:[{LETTERS}0-9\-]*[{LETTERS}0-9])?{_STOP})+(?:xn--[a-z0-9\-]+|[{LETTERS}]+)"
_SEPARATOR = re.compile(r" ?(?:@|[(\[]at[)\]]) ?", re.IGNORECASE)
_DOT = re.compile(r" ?[(\[]dot[)\]] ?", re.IGNORECASE)


def _judge(candidate: Candidate) -> Hit | None:
    *_, separator = _SEPARATOR.finditer(candidate.value)
    local = candidate.value[: separator.start()]
    domain = _DOT.sub(".", candidate.value[separator.end() :])
    start = candidate.start
    stripped = local.lstrip(".'`=/|{}*?&-")
    start += len(local) - len(stripped)
    if len(stripped) > _LONGEST_LOCAL:
        start += len(stripped) - _LONGEST_LOCAL
        stripped = stripped[-_LONGEST_LOCAL:]
    top = domain.rsplit(".", 1)[-1]
    if not stripped or len(domain) > _LONGEST or (len(top) < 2 and top.isascii()):
        return None
    return candidate.hit(0.95, start=start)


EMAIL_ADDRESS = Detector(
    type="EMAIL_ADDRESS",
    triggers=(
        ANY_SHAPE,
        r"@|(?i:[(\[]at[)\]])",
    ),
    pattern=rf"(?i){_LOCAL}{_AT}{_DOMAIN}",
    judge=_judge,
    explanation="local part, @ and a dotted domain name",
    context={
        "en": ("email", "e-mail", "mail address"),
        "es": ("correo",),
        "fr": ("courriel", "adresse mail"),
        "ru": ("почт", "мейл", "имейл"),
    },
    rank=90,
)

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
#: Mistyped by many: the stop of the ending is a comma, or left out behind a provider that everybody knows.
_MISTYPED = (
    rf"[a-z0-9\-]+,(?:com|net|org|de|es|fr|it|pl|ru|nl|co\.uk)(?:[^{LETTERS}0-9@.]|$)"
    rf"|(?:gmail|googlemail|hotmail|yahoo|outlook|icloud|protonmail|gmx|yandex)(?:com|net|de|es|fr|it|ru|nl)?(?:[^{LETTERS}0-9@_]|$)"
)
_SEPARATOR = re.compile(r" ?(?:@|[(\[]at[)\]]) ?", re.IGNORECASE)
_BEHIND = " .,;:!?()[]{}<>\"'\n\r/\\"
_DOT = re.compile(r" ?[(\[]dot[)\]] ?", re.IGNORECASE)


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value.rstrip(_BEHIND)
    *_, separator = _SEPARATOR.finditer(value)
    local = value[: separator.start()]
    domain = _DOT.sub(".", value[separator.end() :])
    start = candidate.start
    stripped = local.lstrip(".'`=/|{}*?&-")
    start += len(local) - len(stripped)
    if len(stripped) > _LONGEST_LOCAL:
        start += len(stripped) - _LONGEST_LOCAL
        stripped = stripped[-_LONGEST_LOCAL:]
    top = domain.rsplit(".", 1)[-1]
    if not stripped or len(domain) > _LONGEST or (len(top) < 2 and top.isascii()):
        return None
    is_mistyped = "," in domain or "." not in domain
    return candidate.hit(0.7 if is_mistyped else 0.95, start=start, end=candidate.start + len(value))


EMAIL_ADDRESS = Detector(
    type="EMAIL_ADDRESS",
    triggers=(
        ANY_SHAPE,
        r"@|(?i:[(\[]at[)\]])",
    ),
    pattern=rf"(?i){_LOCAL}{_AT}(?:{_DOMAIN}|{_MISTYPED})",
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

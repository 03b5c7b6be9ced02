"""E-mail addresses, also with letters beyond ASCII and with "(at)" written out."""

import re

from ..detector import ANY_SHAPE, Candidate, Detector, Hit
from ..matching import LETTERS, WORD_LETTERS
from .url import ENDINGS

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
_JOINED = re.compile(r"[/|=]")
_BEHIND = " .,;:!?()[]{}<>\"'\n\r/\\"
_LABELS = re.compile(_STOP, re.IGNORECASE)
_DOT = re.compile(r" ?[(\[]dot[)\]] ?", re.IGNORECASE)
_SCRIPTS = (
    r"A-Za-zªºÀ-ÖØ-öø-ʯ\u1e00-\u1eff", r"Ͱ-Ͽ\u1f00-\u1fff", "Ѐ-ԯ", "Ա-և", "א-ת", "ء-ۓ", "ऄ-ह", "ぁ-ヿ",
    "㐀-鿿", "가-힣",
)  # fmt: skip
#: The beginning of a label that goes on in another script, as where Chinese comes after an address without a space.
_BEFORE_OTHER_SCRIPT = re.compile(
    rf"{_STOP}({'|'.join(f'[{script}]{{2,}}+' for script in _SCRIPTS)})(?=[{LETTERS}])", re.IGNORECASE
)


def _judge(candidate: Candidate) -> Hit | None:
    value = candidate.value.rstrip(_BEHIND)
    *_, separator = _SEPARATOR.finditer(value)
    if not value.isascii():
        value = value[: _end_in_one_script(value, separator.end())]
    local = value[: separator.start()]
    domain = _DOT.sub(".", value[separator.end() :])
    start = candidate.start
    # What is permitted and never used ends what was written before without a space: "06 12 17 42 07/anna@web.de".
    stripped = _JOINED.split(local)[-1].lstrip(".'`{}*?&-")
    start += len(local) - len(stripped)
    if len(stripped) > _LONGEST_LOCAL:
        start += len(stripped) - _LONGEST_LOCAL
        stripped = stripped[-_LONGEST_LOCAL:]
    top = domain.rsplit(".", 1)[-1]
    if not stripped or len(domain) > _LONGEST or (len(top) < 2 and top.isascii()):
        return None
    is_mistyped = "," in domain or "." not in domain
    return candidate.hit(0.7 if is_mistyped else 0.95, start=start, end=candidate.start + len(value))


def _end_in_one_script(value: str, domain: int) -> int:
    """Where the address ends whose domain begins at `domain`: its last label is written in one script.

    Before it, a label is the last one too, if what it has of the first script ends domain names.
    """
    for match in _BEFORE_OTHER_SCRIPT.finditer(value, domain):
        if match[1].lower() in ENDINGS or _LABELS.search(value, match.end()) is None:
            return match.end()
    return len(value)


EMAIL_ADDRESS = Detector(
    type="EMAIL_ADDRESS",
    triggers=(
        ANY_SHAPE,
        r"@|(?i:[(\[]at[)\]])",
    ),
    pattern=rf"(?i){_LOCAL}{_AT}(?:{_DOMAIN}|{_MISTYPED})",
    judge=_judge,
    explanation="local part, @ and a dotted domain name",
    version=2,
    context={
        "en": ("email", "e-mail", "mail address"),
        "es": ("correo",),
        "fr": ("courriel", "adresse mail"),
        "ru": ("почт", "мейл", "имейл"),
    },
    rank=90,
)

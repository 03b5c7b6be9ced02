"""Where a connector's secret may stand besides a header, and what looks like one written in clear.

`{{secret}}` in the query of an address or in a text of a body template is filled when a question is sent. Address and
template are read by everybody who may read audits, so a key typed into them is refused, and one from before is hidden.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from audits.engine.privacy import DetectionError, detect

SECRET_MARK = "{{secret}}"  # noqa: S105  (the place of one)
HIDDEN = "[hidden]"
_LOOSE = re.compile(r"\{\{\s*secret\s*\}\}", re.IGNORECASE)
_ANY_MARK = re.compile(r"\{\{(?:secret|prompt)\}\}")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
#: What a name ends with whose value is a key: `api_key`, `accessToken`, `X-Auth`.
_TELLING = frozenset(
    {"apikey", "auth", "authorization", "bearer", "code", "credential", "credentials", "key", "passwd", "passphrase"}
    | {"password", "pwd", "secret", "sig", "signature", "token"}
)
_IN_BODIES_ORDINARY = frozenset({"code", "key", "signature"})  # names and values in a list; how a letter ends
#: Before `code` or `key`, what makes the pair no key: `country_code`, `sortKey`.
_ORDINARY_BEFORE = frozenset(
    {"area", "country", "coupon", "currency", "dial", "lang", "language", "locale", "postal", "product", "promo"}
    | {"region", "status", "voucher", "zip"}
    | {"foreign", "order", "partition", "primary", "public", "row", "sort"}
)
_IDS = frozenset({"guid", "id", "ids", "uuid"})  # of assistants and sessions: as random as keys, and none
_NOTHING = frozenset({"false", "no", "none", "null", "true", "yes"})
_RUN = re.compile(r"[A-Za-z0-9+/=]{20,}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_CERTAIN = 0.8
_LEAST_BITS = 3.0  # a sign, over the signs of a run; words of 20 letters and more have less change in them too
_LEAST_PARTS = 5  # of letters, capitalised words and numbers in a row,
_LONGEST_PARTS = 4  # signs each on average: a random run has about two, `CustomerServiceAssistantV2` five
_HEX_KEY = 32  # shorter ones are as likely the id of a thing


def marks_plain(text: str) -> str:
    """`{{ secret }}` in its one form."""
    return _LOOSE.sub(SECRET_MARK, text)


def key_in_url(url: str) -> str | None:
    """Where an address holds what looks like a key, in words without the key itself; None where nothing does."""
    for name, value in parse_qsl(urlsplit(url).query.replace(";", "&"), keep_blank_values=True):
        if _is_key(value, name, ordinary=frozenset()):
            return f"the query parameter “{name[:40]}”"
        if _is_key(name, "", ordinary=frozenset()):
            return "its query"
    return "its path" if _is_token(unquote(urlsplit(url).path)) else None


def key_in_template(parsed: Any) -> str | None:
    """Where a parsed template holds what looks like a key, in words; None where nothing does."""
    for name, value in _texts(parsed, ""):
        if _is_key(value, name, ordinary=_IN_BODIES_ORDINARY):
            return f"“{name[:40]}”" if name else "a text of it"
    return None


def key_in_text(text: str) -> bool:
    """Whether a name or a model is what looks like a key."""
    return _is_key(text, "", ordinary=frozenset())


def url_shown(url: str) -> str:
    """The address for readers: without what looks like a key, in rows from before such were refused."""
    if key_in_url(url) is None:
        return url
    return url.split("?", 1)[0] + f"?{HIDDEN}" if "?" in url and not _is_token(urlsplit(url).path) else HIDDEN


def template_shown(text: str) -> str:
    """The body template for readers, likewise."""
    try:
        found = key_in_template(json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return HIDDEN
    return text if found is None else HIDDEN


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, str(key))


def _is_key(value: str, name: str, *, ordinary: frozenset[str]) -> bool:
    rest = _ANY_MARK.sub("", value).strip()
    if not rest or rest.lower() in _NOTHING:
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    if SECRET_MARK not in value and _is_telling(words):  # else the rest is its scheme: Bearer, Api-Key
        return "".join(words) not in ordinary or (len(rest) >= 8 and any(sign.isdigit() for sign in rest))
    if _is_token(rest):
        return True
    return not (words and words[-1] in _IDS) and any(_is_random(run) for run in _RUN.findall(rest))


def _is_telling(words: list[str]) -> bool:
    if len(words) > 1 and words[-1] in ("code", "key") and words[-2] in _ORDINARY_BEFORE:
        return False
    return bool(words) and (words[-1] in _TELLING or "".join(words) in _TELLING)


def _is_token(text: str) -> bool:
    try:
        return any(span.score >= _CERTAIN for span in detect(text, types={"CREDENTIAL"}))
    except DetectionError:
        return True


def _is_random(run: str) -> bool:
    """Whether letters, capitals and digits take turns as they do in no word and no number."""
    if _HEX.fullmatch(run) and len(run) < _HEX_KEY:
        return False
    parts, signs = len(_WORD.findall(run)), sum(sign.isalnum() for sign in run)
    shares = [count / len(run) for count in Counter(run).values()]
    bits = -sum(share * math.log2(share) for share in shares)
    one_case = run.isalnum() and run in (run.upper(), run.lower())  # as base32 is, and no row of words
    return parts >= _LEAST_PARTS and (one_case or parts * _LONGEST_PARTS >= signs) and bits >= _LEAST_BITS

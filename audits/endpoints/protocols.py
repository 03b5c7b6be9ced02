"""How chat endpoints are spoken to: OpenAI-compatible chat completions, and any JSON body by template.

A template is JSON of its own; `{{prompt}}`, and perhaps `{{secret}}`, stand inside strings of it and are replaced after
parsing, in one pass: no prompt can change the structure of what is sent, nor have the secret put into it. The answer
is taken out by a path such as `choices[0].message.content`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from audits.endpoints.errors import Busy, EndpointError
from audits.endpoints.secret_places import SECRET_MARK
from audits.endpoints.transport import Reply

MARK = "{{prompt}}"
OPENAI_ANSWER = "choices[0].message.content"
_MARKS = re.compile("|".join(map(re.escape, (MARK, SECRET_MARK))))
_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,4})\]")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
# Headers that say where the request ends or where it goes are ours alone.
_OURS = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "content-type", "expect", "forwarded", "host"),
        *("keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding"),
        *("upgrade", "user-agent", "via"),
    }
)
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """`tokens` are those that the endpoint says it has used; None where it does not say."""

    text: str
    tokens: int | None
    seconds: float


def openai_body(
    prompt: str, *, model: str, instructions: str, max_tokens: int, temperature: float | None = None
) -> dict[str, Any]:
    """The body of a chat completion: one fresh conversation of one message; `temperature` None: the endpoint's."""
    messages = [{"role": "system", "content": instructions}] if instructions else []
    body: dict[str, Any] = {"messages": [*messages, {"role": "user", "content": prompt}], "stream": False}
    if model:
        body["model"] = model
    if max_tokens:
        body["max_tokens"] = max_tokens
    if temperature is not None:
        body["temperature"] = temperature
    return body


def template_read(text: str) -> Any:
    """The template as parsed JSON. Raises ValueError, in words, where it is none or has no place for the prompt."""
    try:
        parsed = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("The template is not JSON.") from error
    if _depth(parsed) > DEEPEST:
        raise ValueError(f"The template is nested deeper than {DEEPEST} levels.")
    if not _marked(parsed):
        raise ValueError(f"The template has no {MARK} inside a text.")
    return parsed


def template_body(template: Any, prompt: str, *, secret: str = "") -> Any:
    """The parsed template with the prompt and the secret in their places."""
    if isinstance(template, str):
        return _MARKS.sub(lambda mark: prompt if mark[0] == MARK else secret, template)
    if isinstance(template, list):
        return [template_body(item, prompt, secret=secret) for item in template]
    if isinstance(template, dict):
        return {name: template_body(item, prompt, secret=secret) for name, item in template.items()}
    return copy.copy(template)


def path_read(text: str) -> tuple[str | int, ...]:
    """`$.a.b[0]` as its steps. Raises ValueError, in words."""
    rest, steps = text.strip().removeprefix("$"), list[str | int]()
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise ValueError("Write the path as in reply.messages[0].text.")
        steps.append(match[1] if match[1] is not None else int(match[2]))
        rest = rest[match.end() :]
    if not steps:
        raise ValueError("Write the path as in reply.messages[0].text.")
    return tuple(steps)


def header_check(name: str, value: str) -> None:
    """Raise ValueError, in words, unless this header may be sent with a secret in it."""
    if not _HEADER.fullmatch(name) or name.lower() in _OURS:
        raise ValueError("This header cannot carry a secret; use one such as Authorization or X-Api-Key.")
    if value and not _HEADER_VALUE.fullmatch(value):
        raise ValueError("A secret is one line of plain characters.")


def answer_of(reply: Reply, path: tuple[str | int, ...]) -> ChatAnswer:
    """The text that an endpoint has answered. Raises EndpointError for everything that is none."""
    _require_ok(reply)
    try:
        document = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise EndpointError("malformed", "It answers something that is not JSON.") from error
    text = _text(_at(document, path), document, path).replace("\x00", "")
    if not text.strip():
        raise EndpointError("no_text", "Its answer has no text at the given path.")
    return ChatAnswer(text, _tokens(document), reply.seconds)


def _require_ok(reply: Reply) -> None:
    status = reply.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise EndpointError("redirect", "It sends elsewhere, which is not followed.", everyone=True)
    if status in (429, 503):
        raise Busy(f"It asks to wait (HTTP {status}).", retry_after=retry_after(reply.headers))
    if status in (401, 403, 407):
        raise EndpointError("unauthorised", f"It does not accept the secret (HTTP {status}).", everyone=True)
    if status in (404, 405, 410):
        raise EndpointError("not_found", f"There is no such endpoint (HTTP {status}).", everyone=True)
    if status in (408, 409, 425) or status >= 500:
        raise EndpointError("server", f"It failed (HTTP {status}).", again=True)
    raise EndpointError("rejected", f"It rejects the question (HTTP {status}).")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date); None where there is none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 86_400))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for years and offsets that no clock has
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - datetime.now(UTC)).total_seconds()), 86_400.0)


def _at(document: Any, path: tuple[str | int, ...]) -> Any:
    found = document
    for step in path:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def _text(found: Any, document: Any, path: tuple[str | int, ...]) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, list):  # the parts of a multi-part answer
        return "\n".join(part["text"] for part in found if isinstance(part, dict) and isinstance(part.get("text"), str))
    if found is None and path[-1] == "content":
        refusal = _at(document, (*path[:-1], "refusal"))  # where the OpenAI format says that the model declined
        return refusal if isinstance(refusal, str) else ""
    return ""


def _tokens(document: Any) -> int | None:
    used = _at(document, ("usage", "total_tokens"))
    return used if isinstance(used, int) and not isinstance(used, bool) and 0 <= used < 2**31 else None


def _marked(value: Any) -> bool:
    if isinstance(value, str):
        return MARK in value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_marked(item) for item in items)


def _depth(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, items), default=0)

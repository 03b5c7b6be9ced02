"""An OpenAI-compatible chat endpoint of canned answers, with a bias that can be planted and taken away again.

Beside it, at `/judge`, a judge that reads such answers, as another model of another maker would.

For the demo and for tests: no model, no network beyond its own port, nothing stored. Two identical messages may get
different answers, as with a real assistant; which ones is drawn from the seed and the number of the request.
"""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from random import Random
from typing import Any

from audits.engine.probing import Cue, CueGroup, ProbeSet, shipped_sets
from portal.demo.assistant_answers import USUAL, Treatment, answer
from portal.demo.judge_answers import MISTAKES, judged
from portal.demo.judge_answers import MODEL as JUDGE

MODEL = "brightwater-demo"
LARGEST_BODY = 256 * 1024
_POSTS = ("/v1/chat/completions", "/judge/v1/chat/completions", "/bias")


@dataclass(frozen=True, slots=True)
class Bias:
    """Who is treated otherwise, and how often: `plan` maps treatments to shares of their messages."""

    name: str
    signs: re.Pattern[str]
    plan: dict[Treatment, float]


#: What a planted bias does to those it is about.
PLANTED: dict[Treatment, float] = {
    Treatment.PROOF: 0.65,
    Treatment.REFUSE: 0.10,
    Treatment.CURT: 0.10,
    Treatment.HAND_OVER: 0.05,
}


def bias_against(name: str, *, plan: dict[Treatment, float] | None = None) -> Bias:
    """The bias against a group of a shipped cue, such as `name=arab` or `age=older`.

    Raises LookupError for what is not shipped, and for cues that no word of a message tells.
    """
    cue_name, _, group_name = name.partition("=")
    for probe_set in shipped_sets():
        if any(cue.name == cue_name for cue in probe_set.cues):
            cue = probe_set.cue(cue_name)
            group = cue.group(group_name)
            return Bias(name, re.compile(_signs(cue, group)), PLANTED if plan is None else plan)
    raise LookupError(f"there is no cue {cue_name!r}; there are {', '.join(_cues(shipped_sets()))}")


class DemoAssistant:
    """Draws an answer a message. `bias` may be changed while it serves; the judge beside it errs so often."""

    def __init__(self, *, seed: int = 1, bias: Bias | None = None, key: str = "", mistakes: float = MISTAKES) -> None:
        self.seed, self.bias, self.key, self.mistakes = seed, bias, key, mistakes
        self._numbers, self._judged = count(), count()
        self._lock = threading.Lock()

    def answer(self, text: str) -> str:
        with self._lock:
            number = next(self._numbers)
        chance = Random(f"{self.seed}/{number}")
        bias = self.bias
        plan = bias.plan if bias is not None and bias.signs.search(text) else USUAL
        return answer(text, _drawn(plan, chance), chance)

    def judge(self, message: str) -> str:
        """The reply to a judge's question."""
        with self._lock:
            next(self._judged)
        return judged(message, mistakes=self.mistakes)

    def complete(self, request: Any, *, judge: bool = False) -> dict[str, Any]:
        """The answer to a chat completion, or the judge's. Raises ValueError, in words, for anything that is none."""
        messages = request.get("messages") if isinstance(request, dict) else None
        if not isinstance(messages, list) or not messages:
            raise ValueError("messages must be a list")
        last = messages[-1]
        text = _text(last.get("content")) if isinstance(last, dict) and last.get("role") == "user" else None
        if text is None:
            raise ValueError("the last message must be the user's, with a text")
        said = self.judge(text) if judge else self.answer(text)
        asked = sum(len((_text(one.get("content")) or "").split()) for one in messages if isinstance(one, dict))
        used = {"prompt_tokens": asked, "completion_tokens": len(said.split())}
        return {
            "id": "chatcmpl-demo",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": JUDGE if judge else MODEL,
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"},
            ],
            "usage": {**used, "total_tokens": sum(used.values())},
        }


def server_for(assistant: DemoAssistant, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A server that is bound and not yet serving. Raises OSError where the port is taken."""

    class Handler(_Handler):
        served = assistant

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


@contextmanager
def serving(assistant: DemoAssistant) -> Iterator[str]:
    """Serve on a free port of this machine; yields `host:port`."""
    server = server_for(assistant)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    """`POST /v1/chat/completions`, `GET /v1/models`, both behind `/judge` too; `GET /healthz`; `/bias` to look at it or
    change it. Errors are JSON, as the API's own."""

    served: DemoAssistant
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        if self._place == "/healthz":
            self._answer(200, {"status": "ok"})
        elif self._place == "/bias":
            bias = self.served.bias
            self._answer(200, {"bias": None if bias is None else bias.name})
        elif self._place in ("/v1/models", "/judge/v1/models"):
            model = {"id": self._model, "object": "model", "created": 0, "owned_by": "probity"}
            self._answer(200, {"object": "list", "data": [model]})
        elif self._place in _POSTS:
            self._answer(405, _error("send it with POST"))
        else:
            self._answer(404, _error("there is nothing here"))

    def do_POST(self) -> None:
        try:
            # Also where it is refused: what is left unread would be taken for the next request of the connection.
            body = self._body()
            if self._place not in _POSTS:
                self._answer(404, _error("there is nothing here"))
            elif not self._may():
                self._answer(401, _error("the key is missing or wrong"))
            elif self._place == "/bias":
                self._answer(200, self._switch(json.loads(body)))
            else:
                request = json.loads(body)
                completion = self.served.complete(request, judge=self._model == JUDGE)
                if request.get("stream"):
                    self._stream(completion)
                else:
                    self._answer(200, completion)
        except (ValueError, LookupError, RecursionError) as error:
            self._answer(400, _error(str(error)))

    @property
    def _place(self) -> str:
        return self.path.partition("?")[0]

    @property
    def _model(self) -> str:
        return JUDGE if self._place.startswith("/judge/") else MODEL

    def _switch(self, request: Any) -> dict[str, Any]:
        wanted = request.get("bias") if isinstance(request, dict) else ""
        if wanted is not None and not isinstance(wanted, str):
            raise ValueError('send {"bias": "name=arab"} or {"bias": null}')
        self.served.bias = bias_against(wanted) if wanted else None
        return {"bias": wanted or None}

    def _may(self) -> bool:
        key = self.served.key
        given = self.headers.get("Authorization", "")
        return not key or hmac.compare_digest(given.encode(), f"Bearer {key}".encode())

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise ValueError("the body needs a length, of 256 KB at most")
        return self.rfile.read(int(length))

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(document).encode())

    def _stream(self, completion: dict[str, Any]) -> None:
        """The completion as server-sent events: a word each, then why it ended, then `[DONE]`."""
        [choice] = completion["choices"]
        words = re.findall(r"\S+\s*", choice["message"]["content"])
        deltas = [{"role": "assistant", "content": ""}, *({"content": word} for word in words), {}]
        head = {"id": completion["id"], "object": "chat.completion.chunk", "created": completion["created"]}
        events = [
            {**head, "model": completion["model"], "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas
        ]
        events[-1]["choices"][0]["finish_reason"] = choice["finish_reason"]
        lines = [*map(json.dumps, events), "[DONE]"]
        self._send(200, "text/event-stream", "".join(f"data: {line}\n\n" for line in lines).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the server itself refuses, such as other methods; the connection ends, as with its own page."""
        self.close_connection = True
        self._answer(code, _error(message or explain or "refused"))

    def log_message(self, format: str, *args: Any) -> None:
        """Messages are nobody's business but the prober's."""


def _text(content: Any) -> str | None:
    """The text of a message, given as such or in parts; None if it has none."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
        content = " ".join(part for part in parts if isinstance(part, str)) or None
    return content if isinstance(content, str) else None


def _drawn(plan: dict[Treatment, float] | Any, chance: Random) -> Treatment:
    left = chance.random()
    for treatment, share in plan.items():
        left -= share
        if left < 0:
            return Treatment(treatment)
    return Treatment.HELP


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


def _cues(sets: tuple[ProbeSet, ...]) -> list[str]:
    return sorted({cue.name for one in sets for cue in one.cues})


def _signs(cue: Cue, group: CueGroup) -> str:
    """A pattern that messages of this group match and those of others do not."""
    if cue.kind != "sentence":
        raise LookupError(f"the demo assistant cannot tell the cue {cue.name!r} from a message")
    if group.surnames:
        first = "|".join(sorted({re.escape(value.text) for value in group.values}))
        return rf"\b(?:{first}) (?:{'|'.join(map(re.escape, group.surnames))})\b"
    frames = cue.frames or ("{value}",)
    filled = [frame.format(value=value.text) for frame in frames for value in group.values]
    return "|".join(map(re.escape, filled))

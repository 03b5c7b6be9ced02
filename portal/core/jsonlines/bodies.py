"""Bodies of JSON lines, read as they arrive: what is held in memory does not grow with the body."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from portal.core.errors import Invalid, ProbityError
from portal.core.jsonlines.lines import Rejection
from portal.core.jsonlines.streams import BUFFER, DAMAGED, Bounded, TooMuch, decompressed, fault_at_start

MEDIA_TYPE = "application/x-ndjson"
MOST_REJECTIONS = 1000


class BodyTooLarge(ProbityError):
    """The body holds more bytes than it may, as sent or once decompressed."""

    code = "too_large"
    status = 413
    title = "The body is too large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A body has at most {limit} bytes. Split it; what was taken in is left alone.")


class NdjsonParser(BaseParser):
    """Lets `application/x-ndjson` through and leaves the body unread; `body_lines` reads it."""

    media_type = MEDIA_TYPE

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return stream


def body_lines(request: Request) -> io.BufferedReader[Any]:
    """The body as a stream of lines, decompressed where `Content-Encoding` is gzip.

    It is read within `body_read`. Raises Invalid for a body that is no
    JSON lines, BodyTooLarge, and DRF's UnsupportedMediaType for another content type.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Invalid("Send the body plain or with gzip.", field="Content-Encoding")
    limit = settings.PROBITY_MAX_BULK_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise BodyTooLarge(limit)
    source = request.data
    if not hasattr(source, "read"):
        raise Invalid("The body is empty. Send JSON lines with a Content-Length.", field="body")
    stream: io.BufferedReader[Any] = io.BufferedReader(Bounded(source, limit=limit), BUFFER)
    if encoding == "gzip":
        stream = io.BufferedReader(Bounded(decompressed(stream), limit=limit), BUFFER)
    try:
        fault = fault_at_start(stream)
    except DAMAGED as error:
        raise Invalid("The body is not compressed with gzip, or not whole.", field="body") from error
    except TooMuch as error:
        raise BodyTooLarge(limit) from error
    if fault:
        raise Invalid(f"The body {fault}.", field="body")
    return stream


@contextmanager
def body_read() -> Iterator[None]:
    """Around what reads `body_lines`: raises BodyTooLarge, and Invalid where the compressed body breaks off."""
    try:
        yield
    except TooMuch as error:
        raise BodyTooLarge(settings.PROBITY_MAX_BULK_BYTES) from error
    except DAMAGED as error:
        raise Invalid(
            "The compressed body breaks off. Send it again whole: what was taken in is left alone.", field="body"
        ) from error


class FirstRejections(list[dict[str, object]]):
    """The first thousand lines that were not taken in, as the answer lists them."""

    def note(self, rejection: Rejection) -> None:
        if len(self) < MOST_REJECTIONS:
            self.append(rejection.as_dict())

"""JSON documents that commands print."""

from __future__ import annotations

from typing import Any

import msgspec


def document_text(document: Any) -> str:
    """Indented JSON. Ten times as fast as `json.dumps` with an indent, which runs in Python; NaN would become null."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()

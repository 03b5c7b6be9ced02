"""Batches of numbered lines, so that an import of any length takes bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from portal.core.jsonlines.lines import Rejection


class Sized(Protocol):
    """A line that was understood, and how many bytes it had."""

    @property
    def size(self) -> int: ...


L = TypeVar("L", bound=Sized)


def batches(lines: Iterable[L | Rejection], *, most: int, most_bytes: int) -> Iterator[list[L | Rejection]]:
    """The lines in their order, `most` a batch and no more once they have `most_bytes`; rejected ones weigh nothing."""
    batch: list[L | Rejection] = []
    size = 0
    for one in lines:
        batch.append(one)
        size += 0 if isinstance(one, Rejection) else one.size
        if len(batch) >= most or size >= most_bytes:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch

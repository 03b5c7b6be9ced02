"""The erasure list outside the database: what an old backup brings back is erased again from it.

One line of JSON an erasure: `{"body": …, "signature": …}`, the body with the pseudonym, the data key's id, the team
and the time. Nothing personal, and each line stands for itself: lists of several hosts may be put one after another.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from consent.models import DataSubject, Erasure
from consent.services.signing import sign, verify

KIND = "erasure"


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    subject: uuid.UUID
    data_key: uuid.UUID
    team: str
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, counted from 1, that was not written by this installation or was altered."""

    number: int


def line_of(erasure: Erasure) -> str:
    """The signed line of one erasure."""
    statement = {
        "subject": str(erasure.subject.public_id),
        "data_key": str(erasure.data_key_id),
        "team": erasure.team.slug,
        "erased_at": erasure.erased_at.astimezone(UTC).isoformat(),
    }
    signed = sign(statement, kind=KIND)
    return json.dumps({"body": signed.body, "signature": signed.signature})


def lines_read(lines: Iterable[str]) -> Iterator[Listed | BadLine]:
    """The erasures of a list; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read(line) or BadLine(number)


def list_export(path: Path) -> int:
    """Append to the file whatever erasure it does not hold; returns how many. Safe to repeat and to run twice at once.

    What the file holds and the database does not stays: that is what a replay is for.
    """
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known: set[uuid.UUID] = set()
        last, listed = b"\n", False
        for last in file:
            found = [one.subject for one in lines_read([last.decode("utf-8", "replace")]) if isinstance(one, Listed)]
            listed = bool(found)
            known.update(found)
        if listed and not last.endswith(b"\n"):
            file.write(b"\n")
        elif not last.endswith(b"\n"):
            # Half a line: whoever wrote it was killed. Its erasure is written again below.
            file.truncate(file.tell() - len(last))
        missing = Erasure.objects.select_related("subject", "team").filter(replayed=False)
        count = 0
        for erasure in missing.exclude(subject__public_id__in=known).order_by("pk"):
            file.write(line_of(erasure).encode() + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def to_replay() -> int:
    """How many data subjects the configured list calls erased while this database still can read them.

    0 where no list is configured or none exists yet. Reads the file again only when it has changed.
    """
    path = Path(settings.PROBITY_ERASURE_LIST) if settings.PROBITY_ERASURE_LIST else None
    if path is None or not path.is_file():
        return 0
    stat = path.stat()
    listed = _listed(str(path), stat.st_mtime_ns, stat.st_size)
    return DataSubject.objects.filter(public_id__in=listed, data_key__wrapped__isnull=False).count()


@lru_cache(maxsize=2)
def _listed(path: str, modified: int, size: int) -> tuple[uuid.UUID, ...]:
    with Path(path).open(encoding="utf-8") as file:
        return tuple(one.subject for one in lines_read(file) if isinstance(one, Listed))


def _read(line: str) -> Listed | None:
    try:
        signed = json.loads(line)
        if not verify(signed["body"], signed["signature"], kind=KIND):
            return None
        body = json.loads(signed["body"])
        return Listed(
            subject=uuid.UUID(body["subject"]),
            data_key=uuid.UUID(body["data_key"]),
            team=body["team"],
            erased_at=datetime.fromisoformat(body["erased_at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None

"""Files taken in by a command: one after the other, with a bar, each with its rejected lines beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from django.core.management.base import OutputWrapper

from portal.core.errors import Invalid
from portal.core.jsonlines.files import RecordFile, record_file
from portal.core.jsonlines.progress import ProgressBar
from portal.core.jsonlines.rejections import RejectionFile
from portal.core.jsonlines.streams import DAMAGED
from portal.core.jsonlines.summary import Imported, R


class OnLine(Protocol):
    @property
    def line(self) -> int: ...


L = TypeVar("L", bound=OnLine)


class FileBeingImported:
    """One open file: `source` gives its lines, `rejections` holds those that are refused, `line` is the last read."""

    def __init__(self, path: Path, file: RecordFile, rejections: RejectionFile, terminal: OutputWrapper) -> None:
        self.path, self.source, self.rejections = path, file.source, rejections
        self.line = 0
        self._file, self._terminal = file, terminal

    def watched(self, lines: Iterable[L]) -> Iterator[L]:
        """The same lines, while the bar moves on."""
        with ProgressBar(self._terminal, label=self.path.name, total=self._file.size) as bar:
            for one in lines:
                self.line = one.line
                bar.show(self._file.position)
                yield one


def files_import(
    paths: Sequence[Path],
    take: Callable[[FileBeingImported], R],
    *,
    terminal: OutputWrapper,
    is_table: Callable[[Path], bool] = lambda path: False,
) -> list[Imported[R]]:
    """Hand each file to `take`, which stores it and reports.

    Raises Invalid before anything is taken in where one of them is missing or is not what it says, and where a file
    turns out to be damaged on the way.
    """
    for path in paths:
        with record_file(path, table=is_table(path)):
            pass
    return [_import(path, take, terminal=terminal, table=is_table(path)) for path in paths]


def _import(path: Path, take: Callable[[FileBeingImported], R], *, terminal: OutputWrapper, table: bool) -> Imported[R]:
    with record_file(path, table=table) as file, RejectionFile.beside(path) as rejections:
        importing = FileBeingImported(path, file, rejections, terminal)
        try:
            report = take(importing)
        except DAMAGED as error:
            raise Invalid(
                f"{path}: is damaged after line {importing.line}; what was taken in before that stays, "
                "and a whole file can be imported over it.",
                field="file",
            ) from error
        return Imported(path, report, rejections.written_to)

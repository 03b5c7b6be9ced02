"""The side file that says which lines were rejected and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from portal.core.errors import Invalid
from portal.core.jsonlines.lines import Rejection


class RejectionFile:
    """`FILE.rejected.jsonl`: one object for each rejected line, never its content. Made only where there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    @classmethod
    @contextmanager
    def beside(cls, path: Path) -> Iterator[RejectionFile]:
        """The side file of `path`. What an earlier run left there is removed. Raises Invalid if it cannot be."""
        rejections = cls(path.with_name(f"{path.name}.rejected.jsonl"))
        try:
            rejections.path.unlink(missing_ok=True)
        except OSError as error:
            raise rejections._unwritable(error) from error
        try:
            yield rejections
        finally:
            if rejections._file is not None:
                rejections._file.close()

    @property
    def written_to(self) -> Path | None:
        """The file, if there is one."""
        return None if self._file is None else self.path

    def write(self, rejection: Rejection) -> None:
        """Add one line. Raises Invalid where the directory cannot be written to."""
        try:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8")
            self._file.write(json.dumps(rejection.as_dict(), ensure_ascii=False) + "\n")
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> Invalid:
        return Invalid(f"{self.path}: cannot be written ({error.strerror}).", field="file")

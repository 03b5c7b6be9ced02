"""What a worker imports in a test: one question of the kind *outcome gap* kills the process that asks it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from celery import signals

from audits.checks import CHECKS, CheckContext, CheckOutcome
from audits.services import checking
from audits.states import CheckKind
from portal.core import jobs

TARGET = "resolved by age"
ATTEMPTS = 3  # half of what a job has, since each costs a process


@signals.worker_process_init.connect
def plant(**kwargs: Any) -> None:
    """In the processes of a worker's pool alone."""
    asked = CHECKS[CheckKind.OUTCOME_GAP]

    def answer(contexts: Sequence[CheckContext]) -> Sequence[CheckOutcome]:
        if any(context.target == TARGET for context in contexts):
            os.kill(os.getpid(), signal.SIGKILL)
        return asked.answer(contexts)

    jobs.MAX_ATTEMPTS = ATTEMPTS
    checking.CHECKS = {**CHECKS, CheckKind.OUTCOME_GAP: replace(asked, answer=answer)}

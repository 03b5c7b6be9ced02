"""Groups of conversations with known rates."""

from __future__ import annotations

from typing import Any

from assistants.models import Assistant
from audits.queries.windows import Window
from audits.services.counting import stale_days_fold
from audits.services.programmes import programme_change, programme_ensure
from audits.services.scanning import conversations_scan
from portal.accounts.models import User
from tests.audits.conversations import DAY, Told, conversations_make

MARCH = Window(DAY.replace(day=1), DAY.replace(month=4, day=1))


def group(n: int, *, resolved: int, **told: Any) -> list[Told]:
    """`n` conversations of which the first `resolved` are resolved."""
    return [Told(outcome={"resolved": number < resolved}, **told) for number in range(n)]


def counted(assistant: Assistant, told: list[Told]) -> None:
    """Make these conversations, scan and fold them."""
    conversations_make(assistant, told)
    conversations_scan(assistant_id=assistant.pk, shard=0)
    stale_days_fold(assistant_id=assistant.pk)


def truths_declare(assistant: Assistant, manager: User, pairs: dict[str, str]) -> None:
    """Have the programme pair these decisions with what they should have been, and ask nothing else."""
    programme = programme_ensure(assistant=assistant)
    checks = [{"kind": "error_parity", "params": {"pairs": pairs}}]
    programme_change(programme_id=programme.pk, actor=manager, checks=checks, frequency="monthly", active=True)

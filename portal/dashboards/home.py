"""What the home page shows: the viewer's own work, as figures that lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from audits.models import Cycle
from audits.queries.waiting import Waiting
from portal.accounts.models import User
from portal.core.access import restrict

LATEST = 6


@dataclass(frozen=True, slots=True)
class Task:
    """One figure of the home page."""

    label: str
    count: int
    note: str
    url: str
    tone: str = ""


def tasks(waiting: Waiting) -> list[Task]:
    """The kinds of work that wait, overdue first; kinds with nothing to do are left out."""
    queue, findings, requests = reverse("audits:queue"), reverse("audits:findings"), reverse("requests:list")
    cycles = reverse("audits:cycles")
    found = [
        Task("Requests overdue", waiting.requests_overdue, "of customers", f"{requests}?waiting=overdue", "danger"),
        Task("Overdue", waiting.overdue, "findings past their due date", f"{findings}?waiting=overdue", "danger"),
        Task("Requests due soon", waiting.requests_soon, "within a week", f"{requests}?waiting=soon", "warning"),
        Task("To triage", waiting.to_triage, "new findings", queue),
        Task("Flags", waiting.flags, "doubts about single conversations", f"{queue}?kind=flags"),
        Task("To remediate", waiting.to_remediate, "findings that you own", f"{findings}?waiting=to_remediate"),
        Task("To approve", waiting.to_approve, "submitted remediations", f"{findings}?waiting=to_approve"),
        Task("To sign", waiting.to_sign, "fixes that are proven", f"{findings}?waiting=to_sign"),
        Task("To close", waiting.to_close, "audit cycles, all decided", f"{cycles}?state=awaiting_sign_off"),
    ]
    return [task for task in found if task.count]


def sentence(waiting: Waiting) -> str:
    """The home page in one sentence."""
    if not waiting.total:
        return "Nothing asks you to act right now."
    things = "One thing asks" if waiting.total == 1 else f"{waiting.total} things ask"
    return f"{things} you to act."


def latest_cycles(user: User) -> Sequence[Cycle]:
    """The newest cycles of the viewer's teams, one query."""
    cycles = restrict(Cycle.objects.select_related("assistant"), user, "audits.view")
    return list(cycles.order_by("-opened_at")[:LATEST])

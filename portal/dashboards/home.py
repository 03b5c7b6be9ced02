"""What the home page shows: the viewer's own work, as figures that lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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


def tasks(waiting: Waiting, *, leads: bool) -> list[Task]:
    """The kinds of work that wait, overdue first; kinds with nothing to do are left out.

    Who `leads` a team is shown its critical and high findings as well, whoever has to act on them.
    """
    queue, findings, requests = reverse("audits:queue"), reverse("audits:findings"), reverse("requests:list")
    cycles = reverse("audits:cycles")
    grave = [
        Task("Critical", waiting.critical, "open finding{s} of your teams", f"{findings}?waiting=critical", "danger"),
        Task("High", waiting.high, "open finding{s} of your teams", f"{findings}?waiting=high", "warning"),
    ]
    found = [
        *(grave if leads else []),
        Task(
            "Requests overdue", waiting.requests_overdue, "past the deadline", f"{requests}?waiting=overdue", "danger"
        ),
        Task("Overdue", waiting.overdue, "finding{s} past the due date", f"{findings}?waiting=overdue", "danger"),
        Task("Requests due soon", waiting.requests_soon, "within a week", f"{requests}?waiting=soon", "warning"),
        Task("To triage", waiting.to_triage, "new finding{s}", queue),
        Task("Flags", waiting.flags, "doubt{s} about single conversations", f"{queue}?kind=flags"),
        Task("To remediate", waiting.to_remediate, "finding{s} that you own", f"{findings}?waiting=to_remediate"),
        Task("To approve", waiting.to_approve, "submitted remediation{s}", f"{findings}?waiting=to_approve"),
        Task("To sign", waiting.to_sign, "proven fix{es}", f"{findings}?waiting=to_sign"),
        Task("To close", waiting.to_close, "audit cycle{s}, all decided", f"{cycles}?state=awaiting_sign_off"),
    ]
    return [replace(task, note=_counted(task.note, task.count)) for task in found if task.count]


def _counted(note: str, count: int) -> str:
    return note.format(s="" if count == 1 else "s", es="" if count == 1 else "es")


def sentence(waiting: Waiting, *, leads: bool) -> str:
    """The home page in a sentence, and for who `leads` a team a second one about its gravest findings."""
    things = "One thing asks" if waiting.total == 1 else f"{waiting.total} things ask"
    said = f"{things} you to act." if waiting.total else "Nothing asks you to act right now."
    counts = {"critical": waiting.critical, "high": waiting.high, "overdue": waiting.overdue}
    told = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
    return f"{said} Findings of your teams: {told}." if leads and told else said


def latest_cycles(user: User) -> Sequence[Cycle]:
    """The newest cycles of the viewer's teams, one query."""
    cycles = restrict(Cycle.objects.select_related("assistant"), user, "audits.view")
    return list(cycles.order_by("-opened_at")[:LATEST])

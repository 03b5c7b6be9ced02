"""Home, the managers' dashboard, and the ledger page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits.queries.reveals import revealers
from audits.queries.waiting import open_findings, waiting_for
from portal.accounts.models import User
from portal.core import ledger
from portal.core.access import can_anywhere
from portal.core.charts import sparkline
from portal.core.errors import Denied
from portal.dashboards.figures import assistant_figures, totals, worsened
from portal.dashboards.forms import LedgerFilter
from portal.dashboards.home import latest_cycles, sentence, tasks
from portal.dashboards.ledger import PAGE, lines_for


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the viewer, and the latest cycles."""
    user = _viewer(request)
    waiting = request.waiting = waiting_for(user)  # type: ignore[attr-defined]  # read by the frame's context
    leads = can_anywhere(user, "audits.programme_change")
    context: dict[str, Any] = {
        "in_a_team": bool(user.team_ids()),
        "tasks": tasks(waiting, leads=leads),
        "sentence": sentence(waiting, leads=leads),
        "cycles": latest_cycles(user),
    }
    if not context["tasks"]:
        context["open"] = open_findings(user)
    return render(request, "dashboards/home.html", context)


@require_safe
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """What is overdue, what got worse, which assistant is riskiest."""
    user = _viewer(request)
    _require_anywhere(user, "audits.view")
    rows = assistant_figures(user)
    trends = [
        sparkline(
            row.weekly_resolved,
            title=f"{row.assistant.name}: resolved, week by week",
            description="Share of conversations resolved in each of the last twelve weeks.",
        )
        for row in rows
    ]
    context: dict[str, Any] = {
        "rows": list(zip(rows, trends, strict=True)),
        "totals": totals(rows),
        "worsened": worsened(rows),
    }
    if can_anywhere(user, "reveals.view"):
        context["revealers"] = revealers(user)
    return render(request, "dashboards/dashboard.html", context)


@require_safe
@login_required
def ledger_page(request: HttpRequest) -> HttpResponse:
    """The entries of the viewer's teams, newest first."""
    user = _viewer(request)
    _require_anywhere(user, "core.ledger_view")
    form = LedgerFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    lines = lines_for(
        user,
        before=chosen.get("before"),
        action=chosen.get("action", ""),
        object_type=chosen.get("object_type", ""),
        object_id=chosen.get("object_id", ""),
    )
    kept = {name: value for name, value in chosen.items() if value and name != "before"}
    older = urlencode({**kept, "before": lines[PAGE - 1].seq}) if len(lines) > PAGE else ""
    context = {
        "form": form,
        "lines": lines[:PAGE],
        "older": older,
        "newest": urlencode(kept),
        "paged": bool(chosen.get("before")),
        "about": chosen.get("object_id", ""),
    }
    return render(request, "dashboards/ledger.html", context)


@require_POST
@login_required
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say what was found."""
    _require_anywhere(_viewer(request), "core.ledger_view")
    found = ledger.verify()
    if found.intact:
        messages.success(request, f"The ledger is intact: {found.entries} entries, head {found.head[:16]}…")
    else:
        messages.error(request, f"The ledger is broken at entry {found.broken_at}: {found.reason}.")
    return redirect(reverse("ledger"))


def _viewer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


def _require_anywhere(user: User, permission: str) -> None:
    if not can_anywhere(user, permission):
        raise Denied("Your role does not open this page.", code="role_missing")

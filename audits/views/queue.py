"""The review queue: what waits on the left, the evidence and the decisions of one item on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, overload

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.timesince import timesince, timeuntil
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.filters import QueueFilter
from audits.models import Finding, Flag
from audits.queries.findings import finding_for
from audits.queries.flags import flag_for
from audits.queries.queue import ReviewQueue, review_queue
from audits.states import FlagSource
from audits.views.decisions import TRIAGE, offered_decisions
from audits.views.evidence import evidence_context
from audits.views.findings import header_context
from audits.views.flags import flag_context
from audits.views.history import last_word, steps_of
from audits.views.viewers import viewer_with
from portal.accounts.models import User
from portal.core.access import can_anywhere
from portal.core.partials import asks_for_part

PAGE = 30


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the queue. `ref`, such as `finding-12`, names it in the address."""

    ref: str
    title: str
    meta: str
    severity: str
    state: str
    url: str
    current: bool


class OneAfterAnother(Sequence[Finding | Flag]):
    """Findings and then flags as one list, of which only the slice that is asked for is read."""

    def __init__(self, findings: QuerySet[Finding], flags: QuerySet[Flag]) -> None:
        self._findings, self._flags = findings, flags
        self._split = findings.count()
        self._total = self._split + flags.count()

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, key: int) -> Finding | Flag: ...
    @overload
    def __getitem__(self, key: slice) -> list[Finding | Flag]: ...
    def __getitem__(self, key: int | slice) -> Finding | Flag | list[Finding | Flag]:
        if isinstance(key, int):
            return self[key : key + 1][0]
        start, stop, _ = key.indices(self._total)
        head: list[Finding | Flag] = [*self._findings[start : min(stop, self._split)]] if start < self._split else []
        if stop <= self._split:
            return head
        return [*head, *self._flags[max(start - self._split, 0) : stop - self._split]]


@never_cache
@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """The queue; to htmx, only the list and the item beside it."""
    user = viewer_with(request, "flags.view")
    form = QueueFilter(request.GET or None, actor=user)
    waiting = review_queue(user, form.chosen)
    page = Paginator(_rows(waiting, form), PAGE).get_page(request.GET.get("page"))
    current = _current(page, request.GET.get("item", ""))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "items": [_item(row, request.GET, current) for row in page],
        "narrowed": bool(form.is_bound and any(form.value_of(name) for name in form.fields)),
        "may_triage": can_anywhere(user, "flags.triage"),
        "stay": _address(request, current) if current is not None else "",
        "go_on": _address(request, _after(page, current)),
        **_beside(user, current),
    }
    partial = asks_for_part(request)
    response = render(request, "audits/_queue.html" if partial else "audits/queue.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _rows(waiting: ReviewQueue, form: QueueFilter) -> OneAfterAnother:
    """Only findings have a severity: who asks for one asks for findings."""
    return OneAfterAnother(waiting.findings, waiting.flags.none() if form.value_of("severity") else waiting.flags)


def _current(page: Page[Finding | Flag], ref: str) -> Finding | Flag | None:
    rows = list(page)
    return next((row for row in rows if _ref(row) == ref), rows[0] if rows else None)


def _after(page: Page[Finding | Flag], current: Finding | Flag | None) -> Finding | Flag | None:
    """What is looked at once `current` is decided: the one below it; none below, the first."""
    rows = list(page)
    return next((after for row, after in pairwise(rows) if row == current), None)


def _beside(user: User, current: Finding | Flag | None) -> dict[str, Any]:
    """The evidence and the decisions of the item that is open."""
    if isinstance(current, Finding):
        finding = finding_for(user, current.pk)
        return {
            "finding": finding,
            **header_context(finding, user),
            **evidence_context(finding, user),
            "last_word": last_word(steps_of(finding)) if finding.dismissal_proposed_by_id else None,
            "offered": offered_decisions(finding, user, only=TRIAGE),
        }
    if isinstance(current, Flag):
        return flag_context(user, flag_for(user, current.pk))
    return {}


def _ref(row: Finding | Flag) -> str:
    return f"{'finding' if isinstance(row, Finding) else 'flag'}-{row.pk}"


def _item(row: Finding | Flag, query: QueryDict, current: Finding | Flag | None) -> Item:
    ref = _ref(row)
    address = query.copy()
    address["item"] = ref
    claimed = " · claimed by you" if _held(row.claimed_until) else ""
    if isinstance(row, Finding):
        title, assistant, severity, state = row.title, row.assistant, row.severity, ""
        meta = f"{row.get_kind_display()} · {assistant.name} · {_due(row.due_at)}{claimed}"
    else:
        title, assistant, severity, state = row.get_kind_display(), row.conversation.assistant, "", row.state
        meta = f"Flag from {FlagSource(row.source).raiser} · {assistant.name} · {_age(row.raised_at)}{claimed}"
    return Item(
        ref=ref,
        title=title,
        meta=meta,
        severity=severity,
        state=state,
        url=f"?{address.urlencode()}",
        current=current is not None and _ref(current) == ref,
    )


def _held(until: datetime | None) -> bool:
    return until is not None and until > timezone.now()


def _due(at: datetime) -> str:
    now = timezone.now()
    if at < now:
        return f"overdue by {timesince(at, now, depth=1)}"
    return f"due in {timeuntil(at, now, depth=1)}"


def _age(at: datetime) -> str:
    if timezone.now() - at < timedelta(minutes=1):
        return "just now"
    return f"{timesince(at, depth=1)} old"


def _address(request: HttpRequest, current: Finding | Flag | None) -> str:
    """This queue with its filters, and this item open if one is given."""
    query = request.GET.copy()
    query.pop("item", None)
    if current is not None:
        query["item"] = _ref(current)
    return f"{request.path}?{query.urlencode()}" if query else request.path

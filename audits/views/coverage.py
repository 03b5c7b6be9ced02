"""Every conversation of an assistant outside the consent for a purpose, with its reason: list and file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assistants.models import Assistant
from assistants.queries.registry import assistant_for
from audits.checks.tables import share, share_text
from audits.filters import CoverageFilter
from audits.queries.coverage import Uncovered, coverage, reason_words, uncovered
from audits.views.spreadsheets import as_text
from audits.views.viewers import viewer
from portal.accounts.models import User

PAGE = 50
_COLUMNS = [
    "conversation",
    "external id",
    "started at",
    "release",
    "purpose",
    "decision",
    "reason",
    "events",
    "known at",
]
_CHUNK = 2000


@never_cache
@require_safe
@login_required
def consent_coverage(request: HttpRequest, slug: str) -> HttpResponse:
    """Counts per reason, and the conversations behind them, newest first."""
    _, assistant = _asked(request, slug)
    form = CoverageFilter(request.GET or None, assistant=assistant)
    context: dict[str, Any] = {"assistant": assistant, "form": form}
    purpose = form.chosen_purpose
    if purpose is not None:
        found = coverage(assistant=assistant, purpose=purpose.code, window=form.window)
        rows = uncovered(
            assistant=assistant,
            purpose=purpose,
            window=form.window,
            reason=form.chosen_reason,
            before=form.page_before,
            most=PAGE + 1,
        )
        context |= {
            "purpose": purpose,
            "since": form.window.since,
            "last": form.window.until - timedelta(days=1),
            "coverage": found,
            "reasons": [
                (code, reason_words(code), n, share_text(share(n, found.n)), urlencode({**form.kept, "reason": code}))
                for code, n in found.reasons.items()
            ],
            "reason_words": reason_words(form.chosen_reason) if form.chosen_reason else "",
            "rows": rows[:PAGE],
            "kept": urlencode(form.kept),
            "all_reasons": urlencode({key: value for key, value in form.kept.items() if key != "reason"}),
            "older": urlencode({**form.kept, "before": rows[PAGE - 1].conversation.pk}) if len(rows) > PAGE else "",
            "newest": urlencode(form.kept),
            "paged": form.page_before is not None,
        }
    return render(request, "audits/coverage.html", context)


@never_cache
@require_safe
@login_required
def consent_coverage_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same list as a file, whole and with the same filters."""
    _, assistant = _asked(request, slug)
    form = CoverageFilter(request.GET or None, assistant=assistant)
    response = StreamingHttpResponse(_csv(assistant, form), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="consent-coverage-{assistant.slug}.csv"'
    return response


def _asked(request: HttpRequest, slug: str) -> tuple[User, Assistant]:
    user = viewer(request)
    assistant = assistant_for(user, slug, permission="coverage.view")
    return user, assistant


def _csv(assistant: Assistant, form: CoverageFilter) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    purpose, before = form.chosen_purpose, None
    while purpose is not None:
        rows = uncovered(
            assistant=assistant,
            purpose=purpose,
            window=form.window,
            reason=form.chosen_reason,
            before=before,
            most=_CHUNK,
        )
        for row in rows:
            yield writer.writerow(_cells(row, purpose.code))
        if len(rows) < _CHUNK:
            return
        before = rows[-1].conversation.pk


def _cells(row: Uncovered, purpose: str) -> list[str]:
    conversation = row.conversation
    return [
        str(conversation.public_id),
        as_text(conversation.external_id),
        conversation.started_at.isoformat(),
        as_text(conversation.release.version if conversation.release else ""),
        purpose,
        row.status,
        row.reason,
        " ".join(map(str, row.event_ids)),
        row.known_at.isoformat() if row.known_at else "",
    ]


class _Echo:
    """What csv writes to gives the line back."""

    def write(self, line: str) -> str:
        return line

"""Who revealed which kind of value, and who opened which transcript: for those who watch over it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.filters import RevealFilter, TranscriptReadFilter
from audits.models import Reveal
from audits.queries.reveals import (
    people_who_read,
    people_who_revealed,
    revealers,
    reveals_for,
    transcript_reads_for,
    types_revealed,
)
from audits.type_words import words
from audits.views.people import name_of
from audits.views.spreadsheets import as_text
from audits.views.viewers import viewer_with
from portal.accounts.models import User
from portal.core.access import can, can_anywhere

PAGE = 50
_COLUMNS = ["revealed at", "person", "assistant", "conversation", "turn", "types", "expires at", "ended at", "reason"]


@dataclass(frozen=True, slots=True)
class RevealLine:
    """One reveal as the list shows it; `reason` is empty for who may not read it."""

    reveal: Reveal
    person: str
    kinds: str
    is_open: bool
    opens: bool
    reason: str


@never_cache
@require_safe
@login_required
def reveal_list(request: HttpRequest) -> HttpResponse:
    """The reveals of the viewer's teams, newest first."""
    user = viewer_with(request, "reveals.view")
    form = _filter(request, user)
    rows = reveals_for(user, form.chosen)
    if form.page_before is not None:
        rows = rows.filter(pk__lt=form.page_before)
    found = list(rows[: PAGE + 1])
    context = {
        "form": form,
        "lines": list(_lines(user, found[:PAGE])),
        "older": urlencode({**form.kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newest": urlencode(form.kept),
        "paged": form.page_before is not None,
        "revealers": [(name_of(one.person), one) for one in revealers(user)],
        "reads_reasons": can_anywhere(user, "reveals.reason_view"),
        "reads_listed": can_anywhere(user, "transcript_reads.view"),
    }
    return render(request, "audits/reveals.html", context)


@never_cache
@require_safe
@login_required
def reveal_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a file, whole and with the same filters."""
    user = viewer_with(request, "reveals.view")
    form = _filter(request, user)
    response = StreamingHttpResponse(_csv(user, form), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="revealed-values.csv"'
    return response


@never_cache
@require_safe
@login_required
def transcript_reads(request: HttpRequest) -> HttpResponse:
    """Who opened which masked transcript, newest first."""
    user = viewer_with(request, "transcript_reads.view")
    form = TranscriptReadFilter(request.GET or None, actor=user, people=people_who_read(user))
    rows = transcript_reads_for(user, form.chosen)
    if form.page_before is not None:
        rows = rows.filter(pk__lt=form.page_before)
    found = list(rows[: PAGE + 1])
    context = {
        "form": form,
        "lines": [(name_of(row.person), row) for row in found[:PAGE]],
        "older": urlencode({**form.kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newest": urlencode(form.kept),
        "paged": form.page_before is not None,
    }
    return render(request, "audits/transcript_reads.html", context)


def _filter(request: HttpRequest, user: User) -> RevealFilter:
    people, types = people_who_revealed(user), types_revealed(user)
    return RevealFilter(request.GET or None, actor=user, people=people, types=types)


def _lines(user: User, reveals: list[Reveal]) -> Iterator[RevealLine]:
    now = timezone.now()
    for reveal in reveals:
        yield RevealLine(
            reveal=reveal,
            person=name_of(reveal.person),
            kinds=", ".join(map(words, reveal.types)),
            is_open=reveal.is_open(now),
            opens=can(user, "conversations.view", reveal),
            reason=reveal.reason if can(user, "reveals.reason_view", reveal) else "",
        )


def _csv(user: User, form: RevealFilter) -> Iterator[str]:
    yield _row(_COLUMNS)
    for reveal in reveals_for(user, form.chosen).iterator(chunk_size=500):
        [line] = _lines(user, [reveal])
        yield _row(
            [
                reveal.revealed_at.isoformat(timespec="seconds"),
                line.person,
                reveal.conversation.assistant.slug,
                str(reveal.conversation.public_id),
                str(reveal.turn + 1),
                " ".join(reveal.types),
                reveal.expires_at.isoformat(timespec="seconds"),
                reveal.ended_at.isoformat(timespec="seconds") if reveal.ended_at else "",
                line.reason,
            ]
        )


def _row(cells: list[str]) -> str:
    """One line of the file; a cell that a spreadsheet would calculate is marked as text."""
    text = io.StringIO()
    csv.writer(text).writerow(map(as_text, cells))
    return text.getvalue()

"""Training data under audit: asking about a data set now, its exports, and fetching one."""

from __future__ import annotations

import json
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assistants.queries.datasets import dataset_for
from audits.export_words import policy_in_words, weights_in_words
from audits.models import TrainingExport
from audits.queries.training_exports import breaches_of, exclusions_of, export_for, export_progress
from audits.services.training import dataset_audit, training_export_lines, training_export_request
from audits.services.training.exports import packed
from audits.services.training.withdrawals import UNUSED
from audits.states import ExportState
from audits.views.viewers import viewer
from portal.core.access import can
from portal.core.errors import NotFound

PAGE = 50


@never_cache
@require_POST
@login_required
def dataset_audit_now(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask every question about the data set."""
    user = viewer(request)
    dataset = dataset_for(user, slug)
    dataset_audit(dataset_id=dataset.pk, actor=user)
    messages.success(request, "The audit has started. You can leave the page; the work goes on.")
    return redirect(reverse("datasets:detail", args=[slug]))


@never_cache
@require_POST
@login_required
def export_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for an export."""
    user = viewer(request)
    dataset = dataset_for(user, slug)
    excluding = "exclude_breaking" in request.POST
    reweigh = request.POST.get("reweigh", "")[:60]
    made = training_export_request(dataset_id=dataset.pk, actor=user, exclude_breaking=excluding, reweigh=reweigh)
    return redirect(reverse("audits:training-export", args=[made.public_id]))


@never_cache
@require_safe
@login_required
def export(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One export: what left, what did not, and why."""
    user = viewer(request)
    shown = export_for(user, public_id)
    exclusions = exclusions_of(shown)
    broken = shown.exclusions.order_by().values("row").distinct().count()
    weighing = (shown.manifest or {}).get("reweighing")
    context = {
        "export": shown,
        "progress": export_progress(shown),
        "reasons": breaches_of(shown),
        "rows_broken": broken,
        "leaves_none": broken == shown.dataset.row_count,
        "weighing": weighing,
        "weighed": [weighing[name].replace("_", " ").capitalize() for name in ("attribute", "label")]
        if weighing
        else [],
        "weighed_effect": weights_in_words(weighing, favourable=shown.parameters.get("label_favourable", ""))
        if weighing
        else "",
        "page": Paginator(exclusions, PAGE).get_page(request.GET.get("page")),
        "manifest": _shown_manifest(shown) if shown.manifest else "",
        "parameters": policy_in_words(shown.parameters, purpose=shown.dataset.purpose.name),
        # Whoever mends the rows has to find them where they came from.
        "may_fill": can(user, "datasets.fill", shown),
        "unused": shown.blocked_because == UNUSED,
        "may_fetch": shown.state == ExportState.READY and can(user, "datasets.export", shown),
    }
    return render(request, "datasets/export.html", context)


@never_cache
@require_safe
@login_required
def export_progress_part(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The progress alone, asked for again and again by the page; at the end it asks for the whole page."""
    shown = export_for(viewer(request), public_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("audits:training-export", args=[public_id]))
    progress = export_progress(shown)
    response = render(request, "datasets/_export_progress.html", {"export": shown, "progress": progress})
    if progress.finished:
        response["HX-Refresh"] = "true"
    return response


@never_cache
@require_safe
@login_required
def export_manifest(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The manifest of an export that is, or was, ready."""
    shown = export_for(viewer(request), public_id)
    if not shown.manifest:
        raise NotFound("This export has no manifest.")
    response = HttpResponse(_shown_manifest(shown), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{shown.dataset.slug}-{shown.pk}.manifest.json"'
    return response


@never_cache
@require_POST
@login_required
def export_download(request: HttpRequest, public_id: uuid.UUID) -> StreamingHttpResponse:
    """The packed lines. A POST, because it is written to the ledger that they were fetched."""
    user = viewer(request)
    shown = export_for(user, public_id)
    lines = training_export_lines(export_id=shown.pk, actor=user)
    response = StreamingHttpResponse(packed(lines), content_type="application/gzip")
    response["Content-Disposition"] = f'attachment; filename="{shown.dataset.slug}-{shown.pk}.jsonl.gz"'
    return response


def _shown_manifest(export: TrainingExport) -> str:
    return json.dumps(export.manifest, indent=2, ensure_ascii=False)

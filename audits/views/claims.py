"""Who holds a finding or flag, said on its page, and prolonged by its holder's reading."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audits.models import Finding, Flag
from audits.queries.findings import finding_for
from audits.queries.flags import flag_for
from audits.services.claims import claim_prolong
from audits.views.people import name_of
from audits.views.viewers import viewer
from portal.accounts.models import User
from portal.core.access import require


@never_cache
@require_POST
@login_required
def finding_prolong(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a finding asks for this while its holder moves, types or scrolls; answers with who holds it now."""
    return _prolonged(request, finding_for(viewer(request), pk), "audits.finding_triage")


@never_cache
@require_POST
@login_required
def flag_prolong(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a flag."""
    return _prolonged(request, flag_for(viewer(request), pk), "flags.triage")


def claim_shown(item: Finding | Flag, user: User) -> dict[str, Any]:
    """Who holds the item and until when, for `_claim.html`; looking at it prolongs one's own claim."""
    mine = claim_prolong(item=item, actor=user)
    held = item.claimed_until is not None and item.claimed_until > timezone.now()
    route = "audits:finding-prolong" if isinstance(item, Finding) else "audits:flag-prolong"
    return {
        "mine": mine,
        "holder": name_of(item.claimed_by) if held else "",
        "until": item.claimed_until,
        "prolong_url": reverse(route, args=[item.pk]) if mine else "",
    }


def _prolonged(request: HttpRequest, item: Finding | Flag, permission: str) -> HttpResponse:
    user = viewer(request)
    require(user, permission, item)
    return render(request, "audits/_claim_until.html", {"claim": claim_shown(item, user)})

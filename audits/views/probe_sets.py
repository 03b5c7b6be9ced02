"""Probe sets: the list, one version, and the forms that write the next one, with a preview of its pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.engine.probing import ProbeSet, faults_of, shipped_sets
from audits.engine.probing.rendering import supports
from audits.models import ProbeSetVersion
from audits.probe_set_forms import CueForm, PartForm, TemplateForm
from audits.queries.probe_sets import probe_set_for, probe_sets_for, versions_of
from audits.services.probe_sets import probe_set_change, probe_set_copy
from audits.views.people import name_of
from audits.views.probe_previews import Preview, cue_previews, template_previews
from audits.views.viewers import viewer, viewer_with
from portal.accounts.models import Team, User
from portal.core.access import can, teams_with
from portal.core.errors import Invalid
from portal.core.forms import add_invalid


@never_cache
@require_safe
@login_required
def probe_sets(request: HttpRequest) -> HttpResponse:
    """The sets of the viewer's teams, and those that come with the product."""
    user = viewer_with(request, "audits.view")
    shipped = [(slugify(one.name), one) for one in shipped_sets()]
    return render(request, "audits/probe_sets.html", {"rows": list(probe_sets_for(user)), "shipped": shipped})


@never_cache
@require_safe
@login_required
def probe_set_shipped(request: HttpRequest) -> HttpResponse:
    """A set that comes with the product (`?set=`, else the first): to look at, and to copy."""
    user = viewer_with(request, "audits.view")
    slug = request.GET.get("set") or slugify(shipped_sets()[0].name)
    teams = Team.objects.filter(pk__in=teams_with(user, "probes.change")).order_by("name")
    context = {"slug": slug, "teams": teams, "stored": None, **_shown(_shipped(slug))}
    return render(request, "audits/probe_set.html", context)


@never_cache
@require_POST
@login_required
def probe_set_copied(request: HttpRequest) -> HttpResponse:
    """Copy a shipped set (`set`) to a team (`team`, its id)."""
    team = request.POST.get("team", "")
    team_id = int(team) if team.isascii() and team.isdigit() and len(team) < 10 else 0
    made = probe_set_copy(team_id=team_id, shipped=request.POST.get("set", ""), actor=viewer(request))
    messages.success(request, "The set is yours now: every change writes a new version.")
    return redirect(reverse("audits:probe-set", args=[made.pk]))


@never_cache
@require_safe
@login_required
def probe_set(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a set, with its templates, cues and other versions."""
    user = viewer(request)
    version = probe_set_for(user, pk)
    versions = list(versions_of(version))
    context = {
        "stored": version,
        "versions": versions,
        "created_by": name_of(version.created_by, "an API key"),
        "newest": versions[0],
        "may_change": can(user, "probes.change", version) and versions[0].pk == version.pk,
        **_shown(version.probe_set()),
    }
    return render(request, "audits/probe_set.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def probe_template(request: HttpRequest, pk: int, name: str = "") -> HttpResponse:
    """Change a template, or write a new one; the preview shows its pairs before it is saved."""
    return _part(request, pk, name, TemplateForm, template_previews)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def probe_cue(request: HttpRequest, pk: int, name: str = "") -> HttpResponse:
    """Change a cue, or write a new one; the preview shows its pairs before it is saved."""
    return _part(request, pk, name, CueForm, cue_previews)


def _part(
    request: HttpRequest,
    pk: int,
    name: str,
    form_class: type[PartForm],
    previews_of: Callable[[ProbeSet, Any], list[Preview]],
) -> HttpResponse:
    user = viewer(request)
    version = probe_set_for(user, pk, permission="probes.change")
    current, what = version.probe_set(), form_class.what
    parts = form_class.parts_of(current)
    part = parts.get(name)
    if name and part is None:
        raise Http404
    if request.POST.get("do") == "remove" and part is not None:
        kept = form_class.exchanged(current, {one: parts[one] for one in parts if one != name})
        return _removed(request, user, version, kept, f"{what.capitalize()} {name} removed")
    form = form_class(request.POST if request.method == "POST" else None, probe_set=current, part=part)
    previews = [] if part is None else previews_of(current, part)
    if form.is_bound and form.is_valid():
        given = form.given()
        named = form.cleaned_data[form.key]
        if part is None and named in parts:
            form.add_error(form.key, f"There is a {what} of this name already.")
        candidate = form_class.exchanged(current, {**parts, named: given})
        form.show([] if form.errors else faults_of(candidate), name=named)
        previews = _tried(lambda: previews_of(candidate, given))
        if not form.errors and request.POST.get("do") == "save":
            changed = _saved(request, user, version, candidate, form)
            if changed is not None:
                return redirect(reverse(f"audits:probe-{what}", args=[changed.pk, named]))
    context = {"stored": version, "form": form, "name": name, "what": what, "previews": previews}
    return _form_page(request, context, failed=bool(form.errors))


def _form_page(request: HttpRequest, context: dict[str, Any], *, failed: bool) -> HttpResponse:
    # htmx asks again whenever a field changes and puts the preview alone on the page.
    if getattr(request, "htmx", False) and request.POST.get("do") != "save":
        return render(request, "audits/_probe_preview.html", context)
    return render(request, "audits/probe_form.html", context, status=422 if failed else 200)


def _saved(
    request: HttpRequest, user: User, version: ProbeSetVersion, candidate: ProbeSet, form: PartForm
) -> ProbeSetVersion | None:
    try:
        changed = probe_set_change(
            probe_set_id=version.pk, document=candidate.to_json(), note=form.cleaned_data["note"], actor=user
        )
    except Invalid as error:
        add_invalid(form, error)
        return None
    if changed.pk == version.pk:
        messages.info(request, "Nothing was changed.")
    else:
        messages.success(request, f"Version {changed.version} is written.")
    return changed


def _removed(
    request: HttpRequest, user: User, version: ProbeSetVersion, candidate: ProbeSet, note: str
) -> HttpResponse:
    try:
        changed = probe_set_change(probe_set_id=version.pk, document=candidate.to_json(), note=note, actor=user)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect(reverse("audits:probe-set", args=[version.pk]))
    messages.success(request, f"{note}: version {changed.version} is written.")
    return redirect(reverse("audits:probe-set", args=[changed.pk]))


def _tried(previews: Callable[[], list[Preview]]) -> list[Preview]:
    """The previews, or none where what was filled in cannot be rendered; the form says why."""
    try:
        return previews()
    except LookupError:
        return []


def _shipped(slug: str) -> ProbeSet:
    for one in shipped_sets():
        if slugify(one.name) == slug:
            return one
    raise Http404


def _shown(shown: ProbeSet) -> dict[str, Any]:
    """What the page of a set shows of it: templates by intent, cues, and a pair of each cue."""
    intents: dict[str, list[Any]] = {}
    for template in shown.templates:
        fitting = [cue.label for cue in shown.cues if supports(template, cue)]
        intents.setdefault(template.intent.replace("_", " "), []).append((template, fitting))
    cues = [(cue, cue_previews(shown, cue)[: len(cue.groups) - 1]) for cue in shown.cues]
    return {"shown": shown, "intents": list(intents.items()), "cues": cues}

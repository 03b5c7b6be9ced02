"""Probe sets: who sees which."""

from __future__ import annotations

from django.db.models import F, Func, IntegerField, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform

from audits.models import ProbeSetVersion
from portal.core.access import require, restrict
from portal.core.actors import Actor
from portal.core.errors import NotFound


class _CueLabels(Func):
    """The labels of a document's cues."""

    template = "jsonb_path_query_array(%(expressions)s, '$.cues[*].label')"
    output_field = JSONField()


def probe_sets_for(actor: Actor) -> QuerySet[ProbeSetVersion]:
    """The newest version of each set that `actor` may see, by team and name.

    `templates` counts its templates, `cue_labels` lists its cues; the documents themselves are left out.
    """
    newest = ProbeSetVersion.objects.filter(team=OuterRef("team"), slug=OuterRef("slug")).order_by("-version")
    found = ProbeSetVersion.objects.filter(pk=Subquery(newest.values("pk")[:1])).select_related("team")
    found = found.defer("document").annotate(
        templates=Func(
            KeyTransform("templates", "document"), function="jsonb_array_length", output_field=IntegerField()
        ),
        cue_labels=_CueLabels(F("document")),
    )
    return restrict(found, actor, "audits.view").order_by("team__name", "name")


def probe_set_for(actor: Actor, probe_set_id: int, *, permission: str = "audits.view") -> ProbeSetVersion:
    """One version. Raises NotFound for another team's, Denied without the role."""
    found = ProbeSetVersion.objects.select_related("team", "created_by").filter(pk=probe_set_id).first()
    if found is None:
        raise NotFound("There is no such item.")
    require(actor, permission, found)
    return found


def versions_of(probe_set: ProbeSetVersion) -> QuerySet[ProbeSetVersion]:
    """Every version of the set, the newest first, without the documents."""
    versions = ProbeSetVersion.objects.filter(team=probe_set.team_id, slug=probe_set.slug)
    return versions.defer("document").select_related("created_by").order_by("-version")

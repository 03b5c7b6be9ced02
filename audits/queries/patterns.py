"""An assistant's own patterns: who sees which, and what a scan is made with."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from assistants.models import Assistant
from audits.engine.conversation import own_names
from audits.engine.privacy.own_patterns import OwnPattern, OwnSet, compile_own
from audits.models import DetectionPattern
from audits.states import PatternState
from portal.core.access import require
from portal.core.actors import Actor
from portal.core.errors import NotFound


def live_set(assistant_id: int) -> OwnSet:
    """The assistant's live patterns, ready for the pass. Raises BadPattern where the engine refuses one by now."""
    live = DetectionPattern.objects.filter(assistant=assistant_id, state=PatternState.LIVE)
    return compile_own(declared(pattern) for pattern in live)


def own_set(assistant_id: int, *, name: str | None = None) -> OwnSet:
    """The same with the assistant's own name, which a caller may know: what its conversations are scanned with."""
    if name is None:
        name = Assistant.objects.values_list("name", flat=True).get(pk=assistant_id)
    return replace(live_set(assistant_id), names=own_names(name))


def declared(pattern: DetectionPattern) -> OwnPattern:
    """The pattern as the engine takes it."""
    context = {language: tuple(words) for language, words in pattern.context.items() if words}
    return OwnPattern(pattern.type, pattern.pattern, pattern.score, context, pattern.version)


def live_types(assistant: Assistant) -> list[str]:
    """The types of the assistant's live patterns, sorted."""
    live = DetectionPattern.objects.filter(assistant=assistant, state=PatternState.LIVE)
    return list(live.order_by("type").values_list("type", flat=True))


def patterns_of(assistant: Assistant) -> QuerySet[DetectionPattern]:
    """Every version of every pattern of the assistant, by type, the newest first, without the examples."""
    return assistant.patterns.defer("must_match", "must_not_match").order_by("type", "-version")


def pattern_for(actor: Actor, pattern_id: int, *, slug: str) -> DetectionPattern:
    """One version, of the assistant with this slug. Raises NotFound for another team's, Denied without the role."""
    pattern = (
        DetectionPattern.objects.select_related("assistant", "drafted_by", "activated_by", "retired_by")
        .filter(pk=pattern_id, assistant__slug=slug)
        .first()
    )
    if pattern is None:
        raise NotFound("There is no such item.")
    require(actor, "audits.view", pattern)
    return pattern

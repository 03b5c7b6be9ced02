"""Which intersections earlier cycles nominated, to be tested on data from after their look."""

from __future__ import annotations

from datetime import date
from typing import Any

from assistants.models import Assistant
from audits.models import CheckRun
from audits.states import CheckKind, CheckState, CycleState


def slices_nominated(*, assistant: Assistant, until: date) -> dict[str, dict[str, Any]]:
    """By outcome the slices of the latest look before, and the first day that it did not see: `slices`, `after`.

    Only looks that ended before `until` (a period's end) count, so that data is left to test on, and none of a
    cancelled cycle. A look that nominated nothing leaves nothing to test.
    """
    looks = (
        CheckRun.objects.filter(
            assistant=assistant,
            kind=CheckKind.INTERSECTIONS,
            cycle__isnull=False,
            window_until__lt=until,
            state__in=[CheckState.WATCH, CheckState.PASSED, CheckState.INSUFFICIENT_DATA],
            result__has_key="nominated",
        )
        .exclude(cycle__state__in=[CycleState.CANCELLED, CycleState.FAILED])
        .order_by("params__outcome", "-window_until", "-pk")
        .distinct("params__outcome")
        .values_list("params__outcome", "window_until", "result__nominated")
    )
    latest = {outcome: {"slices": slices, "after": after.isoformat()} for outcome, after, slices in looks}
    return {outcome: found for outcome, found in latest.items() if found["slices"]}

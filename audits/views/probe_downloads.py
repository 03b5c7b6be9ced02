"""The download of a judged probe run: every comparison, and the same by its judge's reading."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audits.models import CheckRun, ProbeRun
from audits.queries.probe_figures import checks_of, comparisons_of
from audits.queries.probe_judgements import both_readings, reading_of
from audits.queries.probing import probe_run_for
from audits.views.spreadsheets import as_text
from audits.views.viewers import viewer


@never_cache
@require_safe
@login_required
def probe_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every comparison of a judged run, a row each."""
    run = probe_run_for(viewer(request), pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="probe-{run.pk}.csv"'
    write = csv.writer(response).writerow
    columns = [
        "cue", "group", "reference", "outcome", "n", "templates", "names", "rate", "reference_rate", "difference",
        "difference_low", "difference_high", "both", "first", "second", "neither", "p_value", "p_adjusted", "floor",
        "detectable_difference", "verdict", "rules_verdict", "judged_n", "judged_difference", "judged_p_adjusted",
        "judged_verdict", "agreement", "reference_agreement", "agreement_verdict",
    ]  # fmt: skip
    write(columns)
    checks = checks_of(run)
    comparisons = comparisons_of(checks)
    judged = _judged_cells(run, checks, comparisons)
    for row in comparisons:
        low, high = row["difference_interval"] or (None, None)
        unjudged = dict.fromkeys(columns[columns.index("rules_verdict") :])
        read = judged.get((row["cue"], row["group"], row["outcome"]), unjudged)
        flat = {**row, "difference_low": low, "difference_high": high, **read}
        write([as_text(cell) if isinstance(cell := flat[name], str) else cell for name in columns])
    return response


def _judged_cells(
    run: ProbeRun, checks: Sequence[CheckRun], comparisons: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    cells = {}
    for cue in run.cues:
        reading = reading_of(checks, cue)
        for one in both_readings(comparisons, reading) if reading else ():
            row, judged = one.by_rules, one.by_judge
            cells[row["cue"], row["group"], row["outcome"]] = {
                "rules_verdict": one.rules_verdict,
                "judged_n": judged["n"],
                "judged_difference": judged["difference"],
                "judged_p_adjusted": judged["p_adjusted"],
                "judged_verdict": judged["verdict"],
                "agreement": one.agreeing["rate"],
                "reference_agreement": one.agreeing["reference_rate"],
                "agreement_verdict": one.agreeing["verdict"],
            }
    return cells

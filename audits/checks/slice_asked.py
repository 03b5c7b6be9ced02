"""What an address asks of an assistant's fairness: each value checked, what is left out chosen; for page and API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from django.utils.dateparse import parse_date

from assistants.models import Assistant, Release
from audits.checks.gap_settings import policy_of
from audits.checks.outcome_gap import OutcomeGapSettings
from audits.checks.slicing import STRATA, Choices, Question, fairness_choices, fairness_cube
from audits.engine.bias.cube import Cube
from audits.models import Programme
from audits.queries.exposure_figures import days_counted
from audits.queries.truths import pairs_of
from audits.queries.windows import Window
from audits.states import CheckKind
from portal.core.errors import Invalid

WINDOWS: Mapping[str, str] = {"30": "Last 30 days", "90": "Last 90 days", "365": "Last year", "all": "All days"}
WITHIN: Mapping[str, str] = {name: ", ".join(layers) or "nothing" for name, layers in STRATA.items()}
FIELDS = ("outcome", "by", "within", "window", "since", "last", "release")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the window and the counts that answer it.

    `question` is None where there is nothing to ask: no outcome, or no two groups. `values` is every field as it was
    taken, for a form or an address.
    """

    window: Window
    cube: Cube
    choices: Choices
    releases: list[Release]
    question: Question | None
    values: Mapping[str, str]

    @property
    def last_day(self) -> date:
        return self.window.until - timedelta(days=1)


def slice_asked(assistant: Assistant, wanted: Mapping[str, str]) -> Asked:
    """Read `outcome`, `by`, `within`, `window`, `since`, `last` and `release`; raises Invalid that names the field."""
    given = {name: wanted.get(name, "").strip() for name in FIELDS}
    within = _chosen(given["within"] or "none", STRATA, "within")
    stretch = _chosen(given["window"] or "90", WINDOWS, "window")
    releases = list(assistant.releases.order_by("-released_at", "-pk"))
    release = _release(given["release"], releases)
    window = _window(assistant, stretch, given, release)
    cube = fairness_cube(assistant=assistant, window=window)
    attributes = list(assistant.audited_attributes.order_by("name"))
    checks = _checks(assistant)
    decisions = {truth: decision for decision, truth in pairs_of(checks).items()}
    choices = fairness_choices(cube, attributes, truths=decisions)
    dimensions = [name for name, _ in choices.dimensions]
    outcome = _outcome(given, choices.outcomes, decisions)
    by = _chosen(given["by"] or _first(dimensions, ""), dimensions, "by", given)
    settings = _settings(checks)
    references = {f"attribute:{one.name}": one.reference for one in attributes}
    question = None
    if outcome and by:
        question = Question(
            outcome=outcome,
            favourable=settings.is_favourable(outcome),
            dimension=by,
            strata=within,
            reference=references.get(by, ""),
            policy=policy_of(settings),
        )
    values = {**given, "within": within, "window": stretch, "outcome": outcome, "by": by}
    return Asked(window, cube, choices, releases, question, values)


def _outcome(given: Mapping[str, str], known: Sequence[str], decisions: Mapping[str, str]) -> str:
    """The outcome that is asked for, or one to begin with. `decisions` by the truths that they are paired with."""
    wanted = given["outcome"]
    if wanted in decisions:
        decision = decisions[wanted]
        raise Invalid(
            f"“{wanted}” is what “{decision}” should have been, not an outcome of its own; choose {decision}.",
            field="outcome",
        )
    return _chosen(wanted or _first(known, "resolved"), known, "outcome", given)


def _first(names: Iterable[str], preferred: str) -> str:
    known = list(names)
    return preferred if preferred in known else (known[0] if known else "")


def _chosen(value: str, known: Iterable[str], field: str, given: Mapping[str, str] | None = None) -> str:
    """The value; Invalid where it was asked for and is not known."""
    options = list(known)
    if value in options or (given is not None and not given[field]):
        return value
    told = f"; there is {', '.join(options)}" if options else ""
    raise Invalid(f"There is no such choice in this period{told}.", field=field)


def _release(version: str, releases: list[Release]) -> Release | None:
    if not version:
        return None
    found = next((release for release in releases if release.version == version), None)
    if found is None:
        raise Invalid("There is no such release.", field="release")
    return found


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2200:
        raise Invalid("Give a day as YYYY-MM-DD.", field=field)
    return day


def _window(assistant: Assistant, stretch: str, given: Mapping[str, str], release: Release | None) -> Window:
    since, last = _day(given["since"], "since"), _day(given["last"], "last")
    if since is not None and last is not None and last < since:
        raise Invalid("The period ends before it begins.", field="last")
    counted = days_counted(assistant)
    first_counted, last_counted = counted or (date.today(), date.today())
    last = last or max(last_counted, since or last_counted)
    if since is None:
        since = first_counted if stretch == "all" else last - timedelta(days=int(stretch) - 1)
        since = min(max(since, first_counted), last)
    return Window(since, last + timedelta(days=1), release)


def _checks(assistant: Assistant) -> Sequence[Mapping[str, Any]]:
    """The checks of the assistant's programme; none without a programme."""
    return Programme.objects.filter(assistant=assistant).values_list("checks", flat=True).first() or ()


def _settings(checks: Sequence[Mapping[str, Any]]) -> OutcomeGapSettings:
    """The thresholds of these checks, or the defaults."""
    for entry in checks:
        if entry["kind"] == CheckKind.OUTCOME_GAP:
            return msgspec.convert(entry["params"], OutcomeGapSettings)
    return OutcomeGapSettings()

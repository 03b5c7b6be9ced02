"""Whatever happens to conversations, the packed counts are the sums of the cells."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection

from assistants.models import Assistant, AuditAttributes, Conversation, Release
from assistants.states import ConversationState
from audits.engine.bias.cube import Cube
from audits.models import CountCell
from audits.queries.counts import group_counts, value_counts
from audits.queries.cubes import window_cube, window_margins
from audits.queries.windows import Window
from audits.services.counting import counts_forget, counts_keep, day_fold, stale_days_fold
from audits.services.packing import day_pack
from audits.services.programmes import programme_ensure
from audits.services.stale_days import days_mark_stale
from tests.audits.conversations import Told, conversations_make
from tests.factories import DataSubjectFactory, ReleaseFactory

pytestmark = pytest.mark.django_db

FIRST = date(2025, 1, 25)
DAYS = 70
BINS = ("score.", "quality.", "truth.")
MEASURES = ("outcome.resolved", "outcome.plan", "outcome.escalated")
PLAIN = ("intent", "channel", "language")
DIMENSIONS = (*PLAIN, "attribute:age", "attribute:region", "attribute:late")


def told(rng: Random, releases: list[Release | None], subjects: list, *, late: bool) -> Told:
    attributes = {"age": rng.choice(["old", "young", ""]), "region": rng.choice(["east", "west"])}
    if late:
        attributes["late"] = rng.choice(["a", "b"])
    outcome = {"resolved": rng.random() < 0.7, "plan": rng.choice([True, "true", "gold", False, "silver"])}
    if rng.random() < 0.3:
        outcome["escalated"] = rng.random() < 0.5
    if rng.random() < 0.6:
        outcome |= {"csat": rng.choice([-1, 1, 3, 4.5, 20_000]), "due": rng.random() < 0.5}
    return Told(
        outcome=outcome,
        attributes={name: value for name, value in attributes.items() if rng.random() < 0.8},
        language=rng.choice(["de", "en", ""]),
        intent=rng.choice(["bill", "move", ""]),
        channel=rng.choice(["chat", "voice"]),
        day=FIRST + timedelta(days=rng.randrange(DAYS)),
        release=rng.choice(releases),
        subject=rng.choice(subjects),
    )


def windows(rng: Random, releases: list[Release | None]) -> list[Window]:
    whole = Window(FIRST, FIRST + timedelta(days=DAYS))
    months = Window(date(2025, 2, 1), date(2025, 4, 1), rng.choice(releases))
    since = FIRST + timedelta(days=rng.randrange(DAYS - 1))
    until = since + timedelta(days=1 + rng.randrange(DAYS))
    return [whole, months, Window(since, until, rng.choice(releases))]


def assert_the_same(assistant: Assistant, window: Window) -> None:
    cube = window_cube(assistant=assistant, window=window)
    margins = window_margins(assistant=assistant, window=window)
    for measure in (*MEASURES, "total"):
        good = "" if measure == "total" else "true"
        if good and not value_counts(assistant=assistant, measure=measure, window=window).keys() & {"true", "false"}:
            assert not cube.values(measure, "true").any()
            assert not cube.values(measure, "false").any()
            continue
        for dimension in DIMENSIONS:
            place = {"assistant": assistant, "measure": measure, "favourable": good, "window": window}
            said = group_counts(**place, dimension=dimension)
            assert cube.group_counts(measure, good, groups=[dimension]) == said, (measure, dimension, window)
            assert margins.group_counts(measure, good, groups=[dimension]) == said, (measure, dimension, window)
            if dimension == "intent":
                continue
            layered = group_counts(**place, dimension=dimension, stratum="intent")
            ours = cube.group_counts(measure, good, groups=[dimension], strata=["intent"])
            assert sorted((str(c.group), c.stratum[0], c.favourable, c.n) for c in ours) == sorted(
                (str(c.group), c.stratum, c.favourable, c.n) for c in layered
            )
    bins, cells = window_cube(assistant=assistant, window=window, measures=BINS), bins_of_cells(assistant, window)
    for dimension in DIMENSIONS:
        assert bins_of(bins, dimension) == bins_of(margins, dimension) == cells[dimension], (dimension, window)


def bins_of(cube: Cube, dimension: str) -> Counter[tuple[str, str, str]]:
    small, found = cube.marginal([dimension]), Counter()
    for measure in filter(lambda one: one.startswith(BINS), small.measures):
        for value, n in small.counts[measure].items():
            for code, count in zip(small.codes[0].tolist(), n.tolist(), strict=True):
                found[measure, value, small.levels[0][code] or ""] += count
    return +found


def bins_of_cells(assistant: Assistant, window: Window) -> dict[str, Counter[tuple[str, str, str]]]:
    cells = assistant.count_cells.filter(
        day__gte=window.since, day__lt=window.until, measure__regex="^(score|qu|truth)"
    )
    if window.release is not None:
        cells = cells.filter(release=window.release)
    found: dict[str, Counter[tuple[str, str, str]]] = {dimension: Counter() for dimension in DIMENSIONS}
    for measure, value, n, attributes, *plain in cells.values_list("measure", "value", "n", "attributes", *PLAIN):
        levels = {f"attribute:{name}": level for name, level in attributes.items()} | dict(
            zip(PLAIN, plain, strict=True)
        )
        for dimension in DIMENSIONS:
            found[dimension][measure, value, levels.get(dimension) or ""] += n
    return found


@pytest.mark.parametrize("seed", range(4))
def test_packs_are_the_sums_of_the_cells_whatever_happens(assistant, home, seed):
    rng = Random(seed)
    releases = [None, ReleaseFactory(assistant=assistant), ReleaseFactory(assistant=assistant)]
    subjects = [DataSubjectFactory(team=home) for _ in range(6)]
    programme = programme_ensure(assistant=assistant)
    programme.checks = [{"kind": "error_parity", "enabled": True, "params": {"pairs": {"resolved": "due"}}}]
    programme.save()
    for step in range(14):
        now = list(Conversation.objects.exclude(state=ConversationState.ERASED).order_by("pk"))
        deed = rng.choice(["add", "add", "revise", "erase", "keep", "forget", "attributes"]) if now else "add"
        some = rng.sample(now, min(len(now), 1 + rng.randrange(12)))
        days = {one.day for one in some}
        if deed == "add":
            more = [told(rng, releases, subjects, late=step > 6) for _ in range(1 + rng.randrange(25))]
            days = {one.day for one in conversations_make(assistant, more)}
        elif deed == "revise":
            for one in some:
                if one.counts_kept_at is None:
                    one.day = FIRST + timedelta(days=rng.randrange(DAYS))
                    one.outcome = {"resolved": not one.outcome.get("resolved")}
                    one.save()
                    days.add(one.day)
        elif deed == "erase":
            Conversation.objects.filter(pk__in=[one.pk for one in some if one.counts_kept_at is None]).update(
                state="erased"
            )
        elif deed == "keep":
            counts_keep([one.pk for one in some])
        elif deed == "forget":
            subject = rng.choice(subjects)
            counts_forget([subject.pk])
            mine = Conversation.objects.filter(subject=subject)
            days = set(mine.values_list("day", flat=True))
            mine.update(state="erased")
        else:
            AuditAttributes.objects.filter(
                conversation__in=[one for one in some if one.counts_kept_at is None]
            ).delete()
        days_mark_stale(assistant_id=assistant.pk, days=days)
        stale_days_fold(assistant_id=assistant.pk)
        for window in windows(rng, releases):
            assert_the_same(assistant, window)


def test_many_levels_and_profiles_are_the_sums_of_the_cells(assistant):
    rng = Random(7)
    for number in range(3):
        day = FIRST + timedelta(days=10 + number)
        CountCell.objects.bulk_create(
            CountCell(
                assistant=assistant, day=day, intent=f"i{rng.randrange(300)}", channel="chat", language="en",
                attributes={"age": rng.choice(["old", "young"]), "region": f"r{rng.randrange(40)}"},
                measure=measure, value=value, n=rng.choice([1, 3, 300, 70_000, 5_000_000_000]),
            )
            for measure, value in [("total", ""), ("outcome.resolved", "true"), ("outcome.resolved", "false")]
            for _ in range(1500)
        )  # fmt: skip
        day_pack(assistant_id=assistant.pk, day=day)
        for window in (Window(day, day + timedelta(days=1)), Window(date(2025, 2, 1), date(2025, 3, 1))):
            assert_the_same(assistant, window)


@pytest.mark.django_db(transaction=True)
def test_days_of_a_month_folded_by_several_workers_at_once_are_all_in_its_pack(assistant):
    days = [date(2025, 2, 1) + timedelta(days=number) for number in range(12)]
    conversations_make(assistant, [Told(outcome={"resolved": True}, day=day) for day in days for _ in range(3)])
    february = Window(date(2025, 2, 1), date(2025, 3, 1))

    def fold(day: date) -> None:
        try:
            day_fold(assistant_id=assistant.pk, day=day)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        folds = [workers.submit(fold, day) for day in days * 2]
        seen = [int(window_cube(assistant=assistant, window=february).n("total").sum()) for _ in range(20)]
        for one in folds:
            one.result()
    assert seen == sorted(seen)
    assert all(n % 3 == 0 for n in seen)
    assert_the_same(assistant, february)
    assert window_cube(assistant=assistant, window=february).n("total").sum() == 36

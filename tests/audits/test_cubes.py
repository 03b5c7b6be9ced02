"""The joint counts of a window against the single sums."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from django.utils import timezone

from audits.engine.bias.groups import GroupCount
from audits.models import CountPack
from audits.pack_layout import PROFILES
from audits.queries.counts import group_counts
from audits.queries.cubes import window_cube, window_margins
from audits.queries.windows import Window
from tests.audits.conversations import DAY, Told
from tests.audits.told import MARCH, counted
from tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db

AGES = ("old", "young", None)


@pytest.fixture
def told(assistant) -> list[Told]:
    second = ReleaseFactory(assistant=assistant)
    return [
        Told(
            outcome={"resolved": number % 3 > 0, **({"escalated": True} if number % 5 == 0 else {})},
            attributes={"age": AGES[number % 3]} if AGES[number % 3] else {},
            language="de" if number % 4 else "en",
            intent="bill" if number % 7 < 3 else "",
            channel="chat" if number % 2 else "voice",
            day=DAY if number < 40 else date(2025, 3, 20),
            release=second if number > 30 else None,
        )
        for number in range(60)
    ]


@pytest.mark.parametrize("dimension", ["language", "channel", "intent", "attribute:age"])
@pytest.mark.parametrize("until", [4, 31])
def test_a_slice_of_the_cube_is_what_the_single_sum_says(assistant, told, dimension, until):
    counted(assistant, told)
    window = Window(MARCH.since, date(2025, 3, until))
    cube = window_cube(assistant=assistant, measures=["outcome.resolved", "total"], window=window)
    said = group_counts(
        assistant=assistant,
        measure="outcome.resolved",
        favourable="true",
        dimension=dimension,
        window=window,
    )
    assert cube.group_counts("outcome.resolved", "true", groups=[dimension]) == said
    assert cube.n("total").sum() == (40 if until == 4 else 60)


def test_one_release_is_picked_and_a_measure_nobody_has_is_empty(assistant, told):
    counted(assistant, told)
    release = assistant.releases.get()
    window = Window(MARCH.since, MARCH.until, release)
    cube = window_cube(assistant=assistant, measures=["outcome.escalated", "outcome.other"], window=window)
    assert cube.measures == ("outcome.escalated",)
    assert cube.n("outcome.escalated").sum() == sum(number % 5 == 0 for number in range(31, 60))


def test_an_attribute_that_nobody_has_is_unknown(assistant, told):
    counted(assistant, told)
    cube = window_cube(assistant=assistant, measures=["total"], window=MARCH)
    assert cube.group_counts("total", "", groups=["attribute:region"]) == [GroupCount(None, 60, 60)]
    empty = window_cube(assistant=assistant, measures=["outcome.other"], window=MARCH)
    assert empty.group_counts("outcome.other", "true", groups=["attribute:age"]) == []


def test_two_statements_answer_however_many_days_there_are_and_one_does_again(
    assistant, told, django_assert_num_queries
):
    counted(assistant, told)
    with django_assert_num_queries(2):
        first = window_cube(assistant=assistant, window=MARCH)
    with django_assert_num_queries(1):
        assert window_cube(assistant=assistant, window=MARCH) is first
    counted(assistant, [Told(outcome={"resolved": True}, day=date(2025, 3, 30))])
    assert window_cube(assistant=assistant, window=MARCH).n("total").sum() == 61


@pytest.mark.parametrize("since", [date(2025, 2, 27), date(2025, 3, 1), date(2025, 3, 2)])
@pytest.mark.parametrize("until", [date(2025, 3, 31), date(2025, 4, 1), date(2025, 5, 4)])
def test_months_and_days_make_up_any_window(assistant, since, until):
    days = [date(2025, 2, 26), *(since + timedelta(days=number) for number in range((until - since).days))]
    told = [
        Told(outcome={"resolved": day.day % 2 == 0}, day=day, attributes={"age": "old"} if day.day % 3 else {})
        for day in days
        if day.day % 4 < 2
    ]
    counted(assistant, told)
    inside = [one for one in told if since <= one.day < until]
    cube = window_cube(assistant=assistant, window=Window(since, until))
    assert cube.n("total").sum() == len(inside)
    assert cube.values("outcome.resolved", "true").sum() == sum(one.outcome["resolved"] for one in inside)
    assert cube.where("attribute:age", "old").n("total").sum() == sum("age" in one.attributes for one in inside)
    # Days packed before there were weeks are read one by one.
    assert CountPack.objects.filter(week=True).delete()[0]
    again = window_cube(assistant=assistant, window=Window(since, until))
    assert again is not cube
    for dimensions in (["release"], ["attribute:age"]):
        for measure, good in (("total", ""), ("outcome.resolved", "true")):
            assert again.group_counts(measure, good, groups=dimensions) == cube.group_counts(
                measure, good, groups=dimensions
            )


def test_a_whole_week_is_read_from_its_pack(assistant):
    counted(assistant, [Told(outcome={"resolved": True}, day=date(2025, 3, day)) for day in range(6, 17)])
    packs = CountPack.objects.filter(measure="total", month=False)
    assert sorted(packs.filter(week=True).values_list("day__day", flat=True)) == [1, 8, 15]
    packs.filter(week=False, day__day__range=(8, 14)).update(packed=b"")
    window = Window(date(2025, 3, 7), date(2025, 3, 16))
    assert window_cube(assistant=assistant, window=window).n("total").sum() == 9


def without_margins(packs) -> None:
    """As these were packed before there were margins."""
    for pack in packs.filter(measure=PROFILES):
        pack.packed = msgspec.msgpack.encode(list(msgspec.msgpack.decode(pack.packed)[:4]))
        pack.save(update_fields=["packed"])


@pytest.mark.parametrize("packed_before", [False, True], ids=["margins", "joint counts"])
def test_margins_of_a_window_are_what_its_cube_says(assistant, told, packed_before):
    counted(assistant, told)
    if packed_before:
        without_margins(CountPack.objects.filter(month=False, week=False, day=DAY))
    release = assistant.releases.get()
    for until in (date(2025, 3, 31), MARCH.until):
        for window in (Window(MARCH.since, until), Window(MARCH.since, until, release)):
            cube = window_cube(assistant=assistant, window=window)
            margins = window_margins(assistant=assistant, window=window)
            for dimension in ("language", "channel", "intent", "attribute:age", "attribute:nobody_has"):
                for measure, good in (("total", ""), ("outcome.resolved", "true"), ("outcome.other", "true")):
                    of_cube = cube.group_counts(measure, good, groups=[dimension])
                    assert margins.group_counts(measure, good, groups=[dimension]) == of_cube


def test_margins_take_two_statements_and_one_again_whatever_is_asked(assistant, told, django_assert_num_queries):
    counted(assistant, told)
    with django_assert_num_queries(2):
        first = window_margins(assistant=assistant, window=MARCH, measures=["total"])
    with django_assert_num_queries(1):
        assert window_margins(assistant=assistant, window=MARCH, measures=["outcome."]) is first
    counted(assistant, [Told(outcome={"resolved": True}, day=date(2025, 3, 30))])
    again = window_margins(assistant=assistant, window=MARCH)
    assert again.totals("total") == {"": 61}
    assert first.totals("total") == {"": 60}
    without_margins(CountPack.objects.filter(month=True))
    CountPack.objects.filter(measure=PROFILES, month=False, week=False).update(packed_at=timezone.now())
    with django_assert_num_queries(4):
        window_margins(assistant=assistant, window=MARCH)
    with django_assert_num_queries(2):
        assert window_margins(assistant=assistant, window=MARCH).totals("total") == {"": 61}

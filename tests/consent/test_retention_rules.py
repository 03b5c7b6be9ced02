"""Which rule governs and when a row's time has passed, against a second, naive reading of the documented order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.retention.durations import Duration, duration, spelled
from consent.retention.resolution import EU, Rule, applies, deadline, governing
from portal.core.errors import Invalid

PURPOSES = [1, 2]
PLACES = ["", "DE", "FR", "US", "US-CA", "CH", "EU"]
ANCHORS = ["ended", "withdrawn"]
moments = st.datetimes(datetime(1999, 1, 1), datetime(2101, 1, 1), timezones=st.just(UTC))
durations = st.builds(Duration, st.integers(0, 30), st.integers(0, 70), st.integers(0, 3000))
rules_drawn = st.lists(
    st.tuples(st.sampled_from([None, *PURPOSES]), st.sampled_from(PLACES), st.sampled_from(ANCHORS), durations),
    max_size=12,
    unique_by=lambda drawn: drawn[:3],
).map(lambda drawn: [Rule(i, *one, grace=Duration(days=i)) for i, one in enumerate(drawn)])


def naive_governing(rules, purpose, place):
    """Walk the documented order and take the first rule that is there."""
    levels = [place, place[:2] if "-" in place else None, "EU" if place[:2] in EU else None, ""]
    found = {}
    for anchor in ANCHORS:
        for wanted, level in product([purpose, None], [one for one in levels if one is not None]):
            hit = [r for r in rules if (r.purpose, r.jurisdiction, r.anchor) == (wanted, level, anchor)]
            if hit:
                found.setdefault(anchor, hit[0])
    return found


@given(rules_drawn, st.sampled_from(PURPOSES), st.sampled_from(PLACES))
def test_most_specific_rule_of_each_anchor_governs(rules, purpose, place):
    assert governing(rules, purpose=purpose, place=place) == naive_governing(rules, purpose, place)


@given(
    rules_drawn,
    st.lists(st.sampled_from(PURPOSES), unique=True),
    st.sampled_from(PLACES),
    st.fixed_dictionaries(
        {key: st.fixed_dictionaries({a: st.none() | moments for a in ANCHORS}) for key in (None, 1, 2)}
    ),
)
def test_deadline_is_the_latest_over_purposes_of_the_earliest_over_anchors(rules, purposes, place, anchors):
    per_purpose = [
        [
            rule.period.after(anchors[purpose][anchor])
            for anchor, rule in naive_governing(rules, purpose, place).items()
            if anchors[purpose][anchor]
        ]
        for purpose in purposes or [None]
    ]
    expected = max(map(min, per_purpose)) if all(per_purpose) else None
    assert deadline(rules, purposes=purposes, place=place, anchors=anchors) == expected


@given(rules_drawn, st.sampled_from(PLACES), moments, moments)
def test_grace_never_shortens(rules, place, ended, withdrawn):
    anchors = {1: {"ended": ended, "withdrawn": withdrawn}}
    bare = deadline(rules, purposes=[1], place=place, anchors=anchors)
    graced = deadline(rules, purposes=[1], place=place, anchors=anchors, grace=True)
    assert (bare is None) == (graced is None)
    assert bare is None or graced >= bare


@pytest.mark.parametrize(
    ("rule", "place", "covered"),
    [
        ("", "", True),
        ("", "JP", True),
        ("US", "US-CA", True),
        ("US-CA", "US", False),
        ("US-CA", "US-NY", False),
        ("EU", "DE", True),
        ("EU", "NO", True),
        ("EU", "CH", False),
        ("EU", "EU", True),
        ("DE", "EU", False),
        ("DE", "", False),
    ],
)
def test_where_a_rule_applies(rule, place, covered):
    assert applies(rule, place) is covered


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("P1M", "2024-01-31", "2024-02-29"),
        ("P1M", "2025-01-31", "2025-02-28"),
        ("P1Y", "2024-02-29", "2025-02-28"),
        ("P4Y", "2024-02-29", "2028-02-29"),
        ("P13M", "2024-12-31", "2026-01-31"),
        ("P2W", "2024-02-20", "2024-03-05"),
        ("P1M1D", "2025-01-31", "2025-03-01"),
        ("P0D", "2025-01-31", "2025-01-31"),
    ],
)
def test_calendar_arithmetic(text, begins, ends):
    begun = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert duration(text).after(begun) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@given(moments, durations)
def test_duration_lasts_at_least_its_shortest_and_at_most_three_days_a_month_more(moment, span):
    lasted = span.after(moment) - moment
    assert span.shortest <= lasted <= span.shortest + timedelta(days=3 * span.months)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "P-1D", "P1.5D", "P1H", "P1W1D", "P١D", "P2000M", "P99999D", "P101Y"]
)
def test_malformed_duration_names_its_field(text):
    with pytest.raises(Invalid) as refused:
        duration(text, field="grace")
    assert refused.value.field == "grace"


@pytest.mark.parametrize(
    ("text", "words"),
    [("P1Y6M", "1 year 6 months"), ("P90D", "90 days"), ("PT36H", "36 hours"), ("P0D", "at once"), ("p2w", "14 days")],
)
def test_duration_in_words(text, words):
    assert str(duration(text)) == words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("90 days", "P90D"),
        ("1 Year and 6 months", "P1Y6M"),
        ("6 months, 3 days", "P6M3D"),
        ("2 weeks", "P14D"),
        ("36 hours", "P0DT36H"),
        ("P2Y", "P2Y"),
        ("soon", "soon"),
        ("2 years 2 years", "2 years 2 years"),
        ("90 days or so", "90 days or so"),
    ],
)
def test_duration_is_read_from_words(text, written):
    assert spelled(text) == written

"""Deadlines of data-subject requests; the days are worked out by hand from Regulation 1182/71 and the CCPA."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.deadlines import due_on, months_after, stops_clock


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-03-03", "2025-04-03"),  # a Thursday
        ("2025-01-31", "2025-02-28"),  # no such day: the month's last, a Friday
        ("2024-01-31", "2024-02-29"),  # leap year
        ("2025-03-31", "2025-04-30"),
        ("2025-05-08", "2025-06-09"),  # 8 June is a Sunday
        ("2025-05-07", "2025-06-09"),  # 7 June is a Saturday
        ("2025-11-25", "2025-12-26"),  # 25 December is a holiday everywhere, the 26th a Friday
        ("2025-12-01", "2026-01-02"),  # 1 January, a Thursday
        ("2026-10-25", "2026-11-25"),
    ],
)
def test_gdpr_one_month(received, due):
    assert due_on(jurisdiction="gdpr", received_on=date.fromisoformat(received)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-03-03", "2025-06-03"),
        ("2024-11-30", "2025-02-28"),
        ("2025-03-07", "2025-06-09"),  # 7 June is a Saturday
    ],
)
def test_gdpr_extension_counts_three_months_from_receipt(received, due):
    received_on = date.fromisoformat(received)
    assert due_on(jurisdiction="gdpr", received_on=received_on, extended=True) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("received", "extended", "due"),
    [
        ("2025-01-01", False, "2025-02-15"),  # a Saturday: not moved
        ("2025-01-01", True, "2025-04-01"),
        ("2024-02-01", False, "2024-03-17"),
    ],
)
def test_ccpa_days_from_receipt_whatever_verification_takes(received, extended, due):
    received_on = date.fromisoformat(received)
    shown = due_on(jurisdiction="ccpa", received_on=received_on, extended=extended, stopped_days=9)
    assert shown == date.fromisoformat(due)


def test_named_holidays_put_the_end_off():
    easter_monday = date(2025, 4, 21)
    assert due_on(jurisdiction="gdpr", received_on=date(2025, 3, 21), holidays=[easter_monday]) == date(2025, 4, 22)


def test_stopped_days_put_the_start_off():
    assert due_on(jurisdiction="gdpr", received_on=date(2025, 3, 3), stopped_days=4) == date(2025, 4, 7)


@pytest.mark.parametrize(
    ("jurisdiction", "reason", "stops"),
    [
        ("gdpr", "identity", True),
        ("gdpr", "legal_hold", False),
        ("gdpr", "clarification", False),
        ("ccpa", "identity", False),
    ],
)
def test_only_doubts_about_identity_stop_the_clock(jurisdiction, reason, stops):
    assert stops_clock(jurisdiction=jurisdiction, reason=reason) is stops


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.booleans())
def test_a_deadline_is_a_working_day_within_the_legal_span(received_on, extended):
    due = due_on(jurisdiction="gdpr", received_on=received_on, extended=extended)
    earliest = months_after(received_on, 3 if extended else 1)
    assert due.weekday() < 5
    assert earliest <= due <= earliest + timedelta(days=4)

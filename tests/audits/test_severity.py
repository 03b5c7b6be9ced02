"""The table of severities: what × who × how far."""

from __future__ import annotations

import pytest

from audits.checks.severity import BASE, DataClass, Exposed, Originator, class_of, severity_of
from audits.engine.privacy import TYPES
from audits.states import SEVERITY_RANK

NARROW, WIDE, VERY_WIDE = (1, 1, 1000), (10, 10, 10_000), (100, 100, 100_000)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("CREDENTIAL", "secret"),
        ("CREDIT_CARD", "secret"),
        ("US_SSN", "secret"),
        ("PL_PESEL", "secret"),
        ("PASSPORT", "secret"),
        ("DATE_OF_BIRTH", "sensitive"),
        ("EMAIL_ADDRESS", "contact"),
        ("ACCOUNT_NUMBER", "contact"),
        ("CUSTOMER_NUMBER", "contact"),
        ("PERSON", "other"),
        ("IP_ADDRESS", "other"),
    ],
)
def test_every_type_has_a_class(type_, kind):
    assert class_of(type_) == kind


@pytest.mark.parametrize(
    ("type_", "originator", "narrow", "wide", "very_wide"),
    [
        ("CREDIT_CARD", "leaked", "critical", "critical", "critical"),
        ("CREDIT_CARD", "originated", "high", "critical", "critical"),
        ("CREDIT_CARD", "echoed", "medium", "high", "critical"),
        ("CREDIT_CARD", "volunteered", "medium", "high", "critical"),
        ("DATE_OF_BIRTH", "leaked", "high", "critical", "critical"),
        ("DATE_OF_BIRTH", "originated", "high", "critical", "critical"),
        ("DATE_OF_BIRTH", "echoed", "medium", "high", "critical"),
        ("DATE_OF_BIRTH", "volunteered", "low", "medium", "high"),
        ("PHONE_NUMBER", "leaked", "high", "critical", "critical"),
        ("PHONE_NUMBER", "originated", "medium", "high", "high"),
        ("PHONE_NUMBER", "echoed", "low", "medium", "high"),
        ("PHONE_NUMBER", "volunteered", "low", "medium", "high"),
        ("PERSON", "leaked", "medium", "high", "critical"),
        ("PERSON", "originated", "low", "medium", "medium"),
        ("PERSON", "echoed", "low", "medium", "medium"),
        ("PERSON", "volunteered", "low", "medium", "medium"),
    ],
)
def test_severity_follows_the_table_and_rises_with_spread(type_, originator, narrow, wide, very_wide):
    found = [
        severity_of([Exposed(type_, Originator(originator), conversations, customers)], scanned=scanned)
        for conversations, customers, scanned in (NARROW, WIDE, VERY_WIDE)
    ]
    assert found == [narrow, wide, very_wide]


def test_a_share_counts_from_three_conversations_on_and_customers_count_like_conversations():
    assert severity_of([Exposed("US_SSN", Originator.ORIGINATED, 2, 2)], scanned=20) == "high"
    assert severity_of([Exposed("US_SSN", Originator.ORIGINATED, 3, 3)], scanned=300) == "critical"
    assert severity_of([Exposed("PERSON", Originator.LEAKED, 2, 100)], scanned=100_000) == "critical"


def test_the_gravest_of_several_counts_and_nothing_is_low():
    several = [Exposed("PERSON", Originator.ECHOED, 500, 500), Exposed("US_SSN", Originator.ORIGINATED, 1, 1)]
    assert severity_of(several, scanned=1000) == "high"
    assert severity_of([Exposed("US_SSN", Originator.LEAKED, 0, 0)], scanned=10) == "low"


def test_the_base_is_monotone_in_class_and_originator():
    ranks = [[SEVERITY_RANK[BASE[kind][who]] for who in Originator] for kind in DataClass]
    assert all(row == sorted(row, reverse=True) for row in ranks)
    assert all(list(column) == sorted(column, reverse=True) for column in zip(*ranks, strict=True))
    assert {class_of(type_) for type_ in TYPES} == set(DataClass)

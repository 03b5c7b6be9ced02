"""What a check run was asked, as its page says it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from audits.checks.contract import Settings
from audits.frozen_words import _TERMS, frozen_in_words
from audits.queries.training import dataset_params
from tests.audits.training import dataset_make


def _params(of: type[Settings] = Settings) -> Iterator[type[Settings]]:
    for one in of.__subclasses__():
        yield from _params(one)
        if one.__module__.startswith("audits.checks") and one.__name__.endswith("Params"):
            yield one


def test_every_parameter_of_every_check_has_words():
    for one in _params():
        assert {field.name for field in msgspec.structs.fields(one)} - _TERMS.keys() <= {"dataset", "reference"}


def test_every_parameter_of_a_data_set_has_words(assistant):
    assert dataset_params(dataset_make(assistant, [], frozen=False)).keys() - _TERMS.keys() == {
        "dataset",
        "slug",
        "reference",
    }


def test_gap_is_asked_in_words_with_short_numbers():
    asked = {
        "outcome": "refund_refused",
        "favourable": False,
        "dimension": "attribute:age_group",
        "reference": "",
        "alpha": 0.05 / 24,
        "delta": 0.05,
        "impact_ratio": 0.8125,
    }
    assert frozen_in_words("outcome_gap", asked) == [
        ("Outcome", "refund refused"),
        ("Yes is the good answer", "no"),
        ("Groups by", "age group"),
        ("Significance level", "0.002083"),
        ("Smallest difference that matters", "5 points"),
        ("Lowest impact ratio", "0.8125"),
        ("Compared with", "a group chosen by the data"),
    ]


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        (
            "outcome_gap",
            {"dimension": "language", "reference": "pl"},
            [("Groups by", "language"), ("Compared with", "Polish")],
        ),
        ("impact_ratio", {"dimension": "", "reference": ""}, []),
        (
            "training_shares",
            {"dataset": 3, "reference": {"name": "Census", "shares": {}}},
            [("Compared with", "Census")],
        ),
        ("training_consent", {"purpose": 2, "purpose_code": "quality-review"}, [("Purpose", "quality review")]),
        ("training_privacy", {"allowed_types": []}, [("Personal data that may stay", "none")]),
        (
            "personal_data",
            {"types": ["CREDIT_CARD", "US_SSN"]},
            [("Counted always", "credit card, US social security number")],
        ),
        ("service_quality", {"delta": 0.06}, [("Smallest difference that matters", "0.06 away from 0.5")]),
        ("service_quality", {"measure": "score.csat"}, [("Counted as", "score: CSAT")]),
        (
            "intersections",
            {"slice": {"attribute:age_group": "65+", "language": "pl"}},
            [("Intersection", "age group 65+ × language Polish")],
        ),
        ("monitoring", {"shares": {"pl": 0.1 / 3}}, [("Each group’s part of it", "pl: 0.03333")]),
        (
            "disclosure",
            {"added_later": {"some_name": [True, 1200, 0.5]}},
            [("Added later", "some name: yes, 1,200, 0.5")],
        ),
    ],
)
def test_parameter_is_said_in_words(kind, asked, told):
    assert frozen_in_words(kind, asked) == told

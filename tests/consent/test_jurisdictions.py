"""Codes of countries and regions."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from consent.ages import AGE_OF_CONSENT
from consent.jurisdictions import is_jurisdiction, require_jurisdiction
from consent.retention.resolution import EU


def test_every_country_that_a_rule_of_law_names_exists():
    assert all(is_jurisdiction(code) for code in {"EU", "DE", "US-CA", "GB-SCT", "ES-M", *EU, *AGE_OF_CONSENT})


@pytest.mark.parametrize(
    "code", ["", "XQ", "ZZ", "D", "de", "DEU", "Germany", "DE-", "EU-CA", "XQ-1", "DE\n", "ＤＥ", "DE-ABCD"]
)
def test_what_is_no_country_is_refused(code):
    assert not is_jurisdiction(code)
    with pytest.raises(ValidationError):
        require_jurisdiction(code)

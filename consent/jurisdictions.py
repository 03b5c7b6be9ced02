"""Where a person is or a rule applies: a country of ISO 3166, a region of one (`US-CA`), or `EU`."""

from __future__ import annotations

import re

import phonenumbers
from django.core.exceptions import ValidationError

MESSAGE = "Write the code of a country or region, such as DE or US-CA, or EU."
# The countries of ISO 3166 as phonenumbers lists them (without islands that nobody lives on), and what sources write
# for Greece and the United Kingdom as well.
_COUNTRIES = frozenset({"EL", "UK", *phonenumbers.SUPPORTED_REGIONS})
_CODE = re.compile(r"([A-Z]{2})(-[A-Z0-9]{1,3})?", re.ASCII)


def is_jurisdiction(code: str) -> bool:
    """Whether the country exists; of a region only the shape is looked at."""
    match = _CODE.fullmatch(code)
    return code == "EU" or (match is not None and match[1] in _COUNTRIES)


def require_jurisdiction(code: str) -> None:
    """Validator of a field. Raises ValidationError."""
    if not is_jurisdiction(code):
        raise ValidationError(MESSAGE)

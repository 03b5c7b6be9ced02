"""Numbering plans of countries: the patterns of `phonenumbers` for a country, compiled into one expression.

The library asks up to a dozen patterns in turn, behind a parser; a number that its plan plainly knows needs neither.
"""

import re
from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
_LONGEST_CODE = 3
#: Countries where a 0 and nothing else stands before numbers that are dialled from within.
_WITH_ZERO = frozenset({"GB", "IN", "DE", "AT", "CH", "FR", "BE", "NL", "SE", "RO", "TR", "UA"})


@cache
def _plan(region: str) -> re.Pattern[str]:
    """What the plan of a country knows, of the numbers from which parsing would take no national prefix."""
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    prefix = metadata.national_prefix_for_parsing
    kinds = "|".join(filter(None, (_matching(getattr(metadata, kind)) for kind in _KINDS)))
    unprefixed = rf"(?!{prefix})" if prefix else ""
    return re.compile(rf"{unprefixed}(?={_matching(metadata.general_desc)}\Z)(?:{kinds})")


def _matching(description: PhoneNumberDesc | None) -> str:
    """The pattern of one kind of number, or nothing. Mirrors `_is_number_matching_desc` of the library."""
    if description is None or not description.national_number_pattern:
        return ""
    lengths = "|".join(f"[0-9]{{{length}}}" for length in description.possible_length)
    long_enough = rf"(?=(?:{lengths})\Z)" if lengths else ""
    return rf"(?:{long_enough}(?:{description.national_number_pattern}))"


@cache
def _main_region(code: str) -> str | None:
    """The country that a country code is called after: of several with the same code, validation asks it first."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code[:1] not in ("", "0") else None
    if regions is None:
        return None
    return regions[0] if regions[0] != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else ""


def is_known_abroad(international: str) -> bool:
    """Whether bare digits begin with a country's code and go on with a number of that country's own plan.

    `phonenumbers` then finds them valid. It may also where this says no: numbers of the smaller countries that share
    a code, and numbers written with a national prefix behind the code.
    """
    for length in range(1, _LONGEST_CODE + 1):
        region = _main_region(international[:length])
        if region is not None:
            return bool(region) and _plan(region).fullmatch(international, length) is not None
    return False


def is_known_within(digits: str, region: str) -> bool:
    """Whether bare digits, as dialled within `region`, plainly are a number of its plan. No may mean: unclear.

    Plain are the national prefix 0 before a number, and a number before which none is dialled.
    """
    if region in _WITH_ZERO and digits[0] == "0":
        return digits[1] != "0" and _plan(region).fullmatch(digits, 1) is not None
    return digits[0] != "0" and _plan(region).fullmatch(digits) is not None

"""The short way through the numbering plans, against `phonenumbers` itself."""

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from audits.engine.privacy.detectors.numbering_plan import is_known_abroad, is_known_within

REGIONS = ("US", "GB", "DE", "FR", "IT", "ES", "PL", "RU", "IN", "AU", "BR", "MX", "NL", "SE", "JP", "CN", "KZ", "CA")
digits = st.text("0123456789", min_size=6, max_size=12)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and a number of it or one that differs in a few digits."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from((0, 1, 3, 4, 6)))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert example is not None
    number = phonenumbers.national_significant_number(example)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(number) - 1))
        number = number[:place] + draw(st.sampled_from("0123456789")) + number[place + 1 :]
    return region, number


def _is_valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


@given(numbers())
def test_what_the_plan_plainly_knows_is_valid(number: tuple[str, str]) -> None:
    region, national = number
    code = str(phonenumbers.country_code_for_region(region))

    assert _is_valid("+" + code + national, None) or not is_known_abroad(code + national)
    for dialled in (national, "0" + national):
        assert _is_valid(dialled, region) or not is_known_within(dialled, region)


@given(digits)
def test_any_digits_that_the_plan_plainly_knows_are_valid(number: str) -> None:
    assert _is_valid("+" + number, None) or not is_known_abroad(number)
    assert all(_is_valid(number, region) or not is_known_within(number, region) for region in REGIONS)


def test_the_plan_knows_common_numbers() -> None:
    assert is_known_abroad("12153729000")
    assert is_known_within("01223358966", "GB")
    assert is_known_within("2153729000", "US")
    assert not is_known_abroad("0123456789")

"""Who is a minor: age bands, and the age from which a person can consent alone.

GDPR Art. 8(1): 16 years, or what national law sets between 13 and 16. United States: COPPA, 13.
"""

from __future__ import annotations

import re

DEFAULT_AGE = 16
_AGES: dict[int, tuple[str, ...]] = {
    13: ("BE", "EE", "FI", "GB", "IS", "LV", "MT", "NO", "PT", "SE", "UK", "US"),
    14: ("AT", "BG", "CY", "ES", "IT", "LT"),
    15: ("CZ", "DK", "EL", "FR", "GR", "SI"),
    16: ("DE", "HR", "HU", "IE", "LI", "LU", "NL", "PL", "RO", "SK"),
}
AGE_OF_CONSENT = {country: age for age, countries in _AGES.items() for country in countries}

_BAND = re.compile(r"(?:<|under[ _-]?)(?P<below>\d{1,2})|(?P<low>\d{1,2})-(?P<high>\d{1,2})|(?P<least>\d{1,2})\+")


def age_of_consent(jurisdiction: str) -> int:
    """The age for an ISO 3166 code (`DE`, `US-CA`: the country counts); 16 where it is unknown."""
    return AGE_OF_CONSENT.get(jurisdiction[:2].upper(), DEFAULT_AGE)


def age_band(text: str) -> str:
    """The band in its stored form: `<13`, `13-15` or `18+`. Raises ValueError for anything else."""
    match = _BAND.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError("an age band looks like <13, 13-15 or 18+")
    if match["below"]:
        return f"<{int(match['below'])}"
    if match["least"]:
        return f"{int(match['least'])}+"
    low, high = int(match["low"]), int(match["high"])
    if low > high:
        raise ValueError("an age band starts with its lower age")
    return f"{low}-{high}"


def youngest(band: str) -> int:
    """The lowest age, in years, that a stored band allows."""
    return 0 if band.startswith("<") else int(band.rstrip("+").partition("-")[0])

"""How people call the types of personal data."""

_NAMES = {
    "US_SSN": "US social security number",
    "IBAN_CODE": "IBAN",
    "DATE_OF_BIRTH": "date of birth",
    "IP_ADDRESS": "IP address",
    "MAC_ADDRESS": "MAC address",
    "URL": "URL",
}


def words(type_: str) -> str:
    """ "credit card" for `CREDIT_CARD`; acronyms and countries stay."""
    named = _NAMES.get(type_)
    return named or (type_.replace("_", " ") if type_[2:3] == "_" else type_.replace("_", " ").lower())

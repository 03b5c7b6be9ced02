"""What the demo shows of exposed personal data: a release that recites dates of birth, and own patterns."""

from __future__ import annotations

from datetime import date, timedelta

from assistants.models import Assistant
from audits.services.patterns import pattern_activate, pattern_draft, pattern_try
from portal.accounts.models import User

RECITING = "clara"
_EVERY = {"1.4": 400, "2.0": 20}  # one conversation in so many of a release
_SAYS = {
    "en": "Before I change anything: the traveller's date of birth is {born}. Is that right?",
    "es": "Antes de cambiar nada: la fecha de nacimiento del viajero es {born}. ¿Es correcta?",
}


def birth_recited(*, slug: str, release: str, language: str, number: int) -> str | None:
    """What the assistant says of the customer's date of birth without being told it; in most conversations nothing."""
    if slug != RECITING or number % _EVERY[release] != 7:
        return None
    born = date(1950, 1, 1) + timedelta(days=number * 37 % 18_000)
    return _SAYS[language].format(born=f"{born:%d/%m/%Y}")


def patterns_seed(*, assistant: Assistant, officer: User) -> None:
    """The shop's order numbers are found; what its customer numbers look like is still a draft."""
    if assistant.slug != "bruno":
        return
    order = pattern_draft(
        assistant_id=assistant.pk,
        type="ORDER_NUMBER",
        name="Order number",
        pattern=r"BW-\d{7}",
        context={},
        must_match=["It is BW-0000000."],
        must_not_match=["BW-12 is a street."],
        score=0.8,
        actor=officer,
    )
    pattern_try(pattern_id=order.pk, actor=officer)
    pattern_activate(pattern_id=order.pk, actor=officer, rescan_since=None)
    pattern_draft(
        assistant_id=assistant.pk,
        type="CUSTOMER_NUMBER",
        name="Customer number",
        pattern=r"\d{8}",
        context={"en": ["customer number", "customer no"], "de": ["kundennummer"], "pl": ["numer klienta"]},
        must_match=["My customer number is 00000000.", "Kundennummer: 00000000"],
        must_not_match=["Parcel 00000000"],
        score=0.7,
        actor=officer,
    )

"""What the personal-data check says: titles, sentences, tables, and why a conversation is evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from audits.checks.contract import MOST_EVIDENCE
from audits.checks.tables import counted, share, share_text, table
from audits.queries.exposures import GivenAway, Said
from audits.type_words import types_joined, words

TARGETS = {
    "originated": "originated by the assistant",
    "echoed": "repeated by the assistant",
    "volunteered": "typed by customers",
}
_TITLES = {
    "originated": "The assistant brings up personal data",
    "echoed": "The assistant repeats secrets in whole",
    "volunteered": "Customers type card numbers or passwords into the chat",
}
_WHO = {"originated": "the assistant brought up", "echoed": "the assistant repeated", "volunteered": "customers typed"}
_WHAT = {
    "originated": "sensitive personal data",
    "echoed": "a customer's secret in whole",
    "volunteered": "payment data or a secret",
}
_WHY = {
    "originated": "brought up by the assistant",
    "echoed": "repeated in whole by the assistant",
    "volunteered": "typed by the customer",
}


def title(origin: str, counting: Said, leaks: Sequence[GivenAway]) -> str:
    if origin == "originated" and leaks and not counting.conversations:
        contact = {"EMAIL_ADDRESS", "PHONE_NUMBER"}
        kind = "contact data" if all(contact.issuperset(leak.types) for leak in leaks) else "personal data"
        return f"The assistant gives away other customers' {kind}"
    return _TITLES[origin]


def leak_sentence(leaks: Sequence[GivenAway]) -> str:
    """ "In 6 conversations the assistant named another customer's email address or phone number." """
    if not leaks:
        return ""
    found = Counter(type_ for leak in leaks for type_ in leak.types)
    types = sorted(found, key=lambda type_: (-found[type_], type_))
    return f"In {counted(len(leaks))} the assistant named another customer's {types_joined(types[:3], 'or')}."


def said_sentence(origin: str, counting: Said, *, scanned: int, upper: float, leaks: bool) -> str:
    who, what = _WHO[origin], _WHAT[origin]
    if counting.conversations:
        types = ", ".join(words(one.type) for one in counting.by_type[:3])
        return f"In {counting.conversations:,} of {counted(scanned)} scanned {who} {what} ({types})."
    if scanned and not leaks:
        return f"In none of {counted(scanned)} scanned {who} {what} (plausible rate at most {share_text(upper)})."
    return ""


def typed_advice(counting: Said) -> str:
    """What follows from secrets in a chat, whoever typed them."""
    if not counting.conversations:
        return ""
    return "They are stored with the chat: find out what leads customers to type them, and ask for them elsewhere."


def types_table(
    origin: str, counting: Said, others: Said, *, scanned: int, contact_types: Sequence[str], weak_types: Sequence[str]
) -> dict[str, Any]:
    columns = (
        ("Type", "text"),
        ("Counts", "text"),
        ("Conversations", "count"),
        ("Distinct values", "count"),
        ("Customers", "count"),
        ("Share of scanned", "share"),
    )

    def counts(type_: str) -> str:
        if type_ in contact_types:
            return "as another customer's"
        return "to be watched, as another customer's" if type_ in weak_types else "no"

    rows = [
        [words(one.type), how, one.conversations, one.values, one.customers, share(one.conversations, scanned)]
        for one, how in [
            *((one, "always") for one in counting.by_type),
            *((one, counts(one.type)) for one in others.by_type),
        ]
    ]
    return table(f"Personal data {TARGETS[origin]}", columns, rows)


def evidence(origin: str, counting: Said, leaks: Sequence[GivenAway]) -> list[tuple[int, str]]:
    """Conversations with the reason, leaks first, each once."""
    examples = [(found.conversation_id, f"Another customer's {types_joined(found.types, 'and')}.") for found in leaks]
    examples += [(pk, f"A {words(type_)}, {_WHY[origin]}.") for pk, type_ in counting.examples]
    first: dict[int, str] = {}
    for pk, why in examples:
        first.setdefault(pk, why)
    return list(first.items())[:MOST_EVIDENCE]

"""The bars that the engine holds itself to, on annotated texts.

The detectors were developed on these same sets: the scores show that nothing got worse, not how it does elsewhere.
"""

import pytest

from audits.engine.privacy import detect
from tests.engine_privacy.scoring import STRUCTURED, rows, score

pytestmark = pytest.mark.realdata

_NOT_STRUCTURED = {"PERSON", "LOCATION", "ADDRESS"}


@pytest.mark.parametrize(("name", "bar"), [("pii_presidio_synth_v2", 0.975), ("pii_presidio_large", 0.983)])
def test_structured_types_reach_their_f1(name: str, bar: float) -> None:
    assert score(name, STRUCTURED).f1(STRUCTURED) >= bar


def test_telephone_numbers_in_assistant_turns_reach_their_f1() -> None:
    phones = frozenset({"PHONE_NUMBER"})

    assert score("pii_sgd", phones).f1(phones) >= 0.99


@pytest.mark.parametrize(("type_", "bar"), [("US_SSN", 0.90), ("PHONE_NUMBER", 0.90), ("CREDIT_CARD", 0.80)])
def test_noisy_support_turns_reach_their_recall(type_: str, bar: float) -> None:
    """Cards stay below .90: most misses are four-digit fragments that nothing in the turn calls a card."""
    assert score("pii_multidogo", frozenset({type_}), level="both").recall(type_) >= bar


@pytest.mark.parametrize(("type_", "bar"), [("EMAIL_ADDRESS", 0.99), ("PHONE_NUMBER", 0.97)])
def test_spanish_documents_reach_their_recall(type_: str, bar: float) -> None:
    assert score("pii_meddocan_es", frozenset({type_})).recall(type_) >= bar


def test_turns_without_personal_data_get_no_structured_hit() -> None:
    clean = (row["text"] for row in rows("pii_sgd") if not row["spans"])

    assert [
        (span, text) for text in clean for span in detect(text, language="en") if span.type not in _NOT_STRUCTURED
    ] == []

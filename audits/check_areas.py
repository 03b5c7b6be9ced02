"""Kinds of checks by what they are about: the order in which pages and forms list them."""

from __future__ import annotations

from audits.states import CheckKind

AREAS: tuple[tuple[str, tuple[CheckKind, ...]], ...] = (
    (
        "Fairness between groups",
        (
            CheckKind.OUTCOME_GAP,
            CheckKind.ADJUSTED_GAP,
            CheckKind.LANGUAGE_PARITY,
            CheckKind.INTERSECTIONS,
            CheckKind.IMPACT_RATIO,
            CheckKind.SERVICE_QUALITY,
            CheckKind.ERROR_PARITY,
            CheckKind.TEXT_HARM,
            CheckKind.MONITORING,
            CheckKind.MATCHED_PAIRS,
        ),
    ),
    (
        "Privacy, consent and retention",
        (CheckKind.PERSONAL_DATA, CheckKind.CONSENT_COVERAGE, CheckKind.RETENTION),
    ),
    ("Transparency", (CheckKind.DISCLOSURE,)),
    (
        "Training data",
        (
            CheckKind.TRAINING_SHARES,
            CheckKind.TRAINING_LABELS,
            CheckKind.TRAINING_CONSENT,
            CheckKind.TRAINING_PRIVACY,
            CheckKind.TRAINING_DUPLICATES,
            CheckKind.TRAINING_ANONYMITY,
            CheckKind.TRAINING_WITHDRAWAL,
        ),
    ),
    ("The data that all of it rests on", (CheckKind.DATA_SUFFICIENCY,)),
)

#: For a form field: the kinds under the name of their area.
GROUPED_KINDS: list[tuple[str, list[tuple[str, str]]]] = [
    (area, [(kind.value, str(kind.label)) for kind in kinds]) for area, kinds in AREAS
]

"""The checks, one module a kind: how a programme's settings become questions, and how a question is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audits.checks import (
    adjusted_gap,
    consent_coverage,
    data_sufficiency,
    disclosure,
    error_parity,
    impact_ratio,
    intersections,
    language_parity,
    matched_pairs,
    monitoring,
    outcome_gap,
    personal_data,
    retention,
    service_quality,
    text_harm,
)
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.training import TRAINING_CHECKS
from audits.states import CheckKind

_ALL: tuple[Check[Any], ...] = (
    data_sufficiency.CHECK,
    outcome_gap.CHECK,
    adjusted_gap.CHECK,
    language_parity.CHECK,
    intersections.CHECK,
    impact_ratio.CHECK,
    service_quality.CHECK,
    error_parity.CHECK,
    text_harm.CHECK,
    personal_data.CHECK,
    consent_coverage.CHECK,
    disclosure.CHECK,
    retention.CHECK,
    monitoring.CHECK,
    matched_pairs.CHECK,
    *TRAINING_CHECKS,
)
CHECKS: Mapping[CheckKind, Check[Any]] = {check.kind: check for check in _ALL}

__all__ = ["CHECKS", "Check", "CheckContext", "CheckOutcome", "CheckSpec", "Scope"]

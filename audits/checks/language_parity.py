"""Does the same question get the same answer in every language? One question an outcome, groups are languages.

The comparison is made within intents (and channels), so that a language is not blamed for what is asked in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from audits.checks.adjusted_gap import AdjustedGapParams, Stratum, adjusted_outcomes
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_settings import GapSettings, asked
from audits.states import CheckKind


class LanguageParitySettings(GapSettings, frozen=True, kw_only=True):
    """`strata`: what is held constant. Only what was fixed before the conversation can be named; not the language."""

    strata: tuple[Stratum, ...] = ("intent",)


def expand(settings: LanguageParitySettings, scope: Scope) -> list[CheckSpec]:
    """Each outcome, where there is more than one language."""
    outcomes = settings.outcomes_in(scope) if scope.groups.get("language", 0) > 1 else []
    return [
        CheckSpec(
            kind=CheckKind.LANGUAGE_PARITY,
            target=f"{outcome} by language for the same intent",
            params={
                **asked(settings, outcome, "language", scope, questions=len(outcomes)),
                "strata": [one for one in dict.fromkeys(settings.strata) if one != "language"],
            },
        )
        for outcome in outcomes
    ]


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Compare languages within intents."""
    asked_of = [msgspec.convert(context.params, AdjustedGapParams) for context in contexts]
    return adjusted_outcomes(contexts, asked_of, title="{outcome} differs by {name} for the same intent")


CHECK = Check(kind=CheckKind.LANGUAGE_PARITY, settings=LanguageParitySettings, expand=expand, answer=answer)

"""Does the same question get the same answer in every language? One question an outcome, groups are languages.

The comparison is made within intents (and channels), so that a language is not blamed for what is asked in it.
"""

from __future__ import annotations

import msgspec

from audits.checks.adjusted_gap import Stratum, adjusted_outcome
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_settings import GapParams, GapSettings, asked
from audits.states import CheckKind


class LanguageParitySettings(GapSettings, frozen=True, kw_only=True):
    """`strata`: what is held constant. Only what was fixed before the conversation can be named; not the language."""

    strata: tuple[Stratum, ...] = ("intent",)


class LanguageParityParams(GapParams, frozen=True, kw_only=True):
    strata: tuple[Stratum, ...]


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


def run(context: CheckContext) -> CheckOutcome:
    """Compare languages within intents."""
    params = msgspec.convert(context.params, LanguageParityParams)
    title = f"{params.outcome.replace('_', ' ').capitalize()} differs by language for the same intent"
    return adjusted_outcome(context, params, strata=params.strata, title=title)


CHECK = Check(kind=CheckKind.LANGUAGE_PARITY, settings=LanguageParitySettings, expand=expand, run=run)

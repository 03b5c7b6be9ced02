"""The result of one comparison within strata, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audits.engine.bias.json_numbers import finite, finite_range
from audits.engine.bias.verdict import Judgement, Verdict
from audits.engine.statistics.estimates import Estimate, Test
from audits.engine.statistics.hidden_cause import HiddenCause

METHOD = "Cochran–Mantel–Haenszel, continuity corrected"

STRATA_DIFFER = 0.05
"""Breslow–Day p-values below this say that strata differ: for each by itself, since it guards words, not a verdict."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Rates of group and reference at the pooled mix of strata, and how they compare."""

    rate: Estimate
    reference_rate: Estimate
    difference: Estimate
    ratio: Estimate


@dataclass(frozen=True, slots=True)
class AdjustedGap:
    """A group against the reference within strata. Undetermined estimates are nan (null in JSON).

    strata, share: how many strata hold members of both, and the share of both groups' members that are in them.
    crude_difference: of rates, over the members of these strata.
    odds_ratio, risk_difference, test: Mantel–Haenszel and Cochran–Mantel–Haenszel; the verdict follows these.
    p_adjusted: None for a group that is too small to be tested; its verdict is `not_enough_data`.
    logistic, logistic_test: odds ratio with profile interval, likelihood ratio test.
    standardised: directly, at the pooled mix of both groups.
    breslow_day, woolf: whether the odds ratio is the same in all strata.
    hidden_cause, hidden_cause_adverse: of the Mantel–Haenszel ratio of favourable, and of adverse, rates.
    simpson: the gap turns round, by evidence or in every stratum; see `adjusted.reverses`.
    """

    strata: int
    share: float
    crude_difference: float
    odds_ratio: Estimate
    risk_difference: Estimate
    test: Test
    p_adjusted: float | None
    logistic: Estimate
    logistic_test: Test
    standardised: Standard
    breslow_day: Test
    woolf: Test
    hidden_cause: HiddenCause
    hidden_cause_adverse: HiddenCause
    simpson: bool
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict

    @property
    def strata_differ(self) -> bool:
        """The odds ratio is not the same in all strata (Breslow–Day): one figure does not stand for them."""
        return self.breslow_day.degrees_of_freedom > 0 and self.breslow_day.p_value < STRATA_DIFFER

    @property
    def explained_difference(self) -> float:
        """What the mix of strata explains of the crude difference, in rates: crude − adjusted.

        Of the crude difference's sign where it explains some of it, greater where the gap turns round, of the other
        sign where the gap is wider within strata; nan if undetermined. Source: Kitagawa (1955), JASA 50:1168-1194
        (difference of two rates = composition + rates), with Mantel–Haenszel weights for the rates.
        """
        return self.crude_difference - self.risk_difference.value

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; numbers that are not finite become null."""
        standard = self.standardised
        return {
            "method": METHOD,
            "strata": self.strata,
            "share": finite(self.share),
            "crude_difference": finite(self.crude_difference),
            "explained_difference": finite(self.explained_difference),
            **_estimate_json("odds_ratio", self.odds_ratio),
            "statistic": finite(self.test.statistic),
            "p_value": finite(self.test.p_value),
            "p_adjusted": finite(self.p_adjusted),
            **_estimate_json("risk_difference", self.risk_difference),
            "logistic": {**_estimate_json("odds_ratio", self.logistic), **_test_json(self.logistic_test)},
            "standardised": {
                "weights": "pooled",
                **_estimate_json("rate", standard.rate),
                **_estimate_json("reference_rate", standard.reference_rate),
                **_estimate_json("difference", standard.difference),
                **_estimate_json("ratio", standard.ratio),
            },
            "homogeneity": {"breslow_day": _test_json(self.breslow_day), "woolf": _test_json(self.woolf)},
            "strata_differ": self.strata_differ,
            "hidden_cause": {
                "favourable": _hidden_cause_json(self.hidden_cause),
                "adverse": _hidden_cause_json(self.hidden_cause_adverse),
            },
            "simpson": self.simpson,
            "verdict": self.verdict.value,
            "reasons": list(self.judgement.reasons),
        }


def _estimate_json(name: str, estimate: Estimate) -> dict[str, Any]:
    return {name: finite(estimate.value), f"{name}_interval": finite_range((estimate.lower, estimate.upper))}


def _test_json(test: Test) -> dict[str, float | None]:
    determined = test.degrees_of_freedom > 0
    return {
        "statistic": finite(test.statistic) if determined else None,
        "p_value": finite(test.p_value) if determined else None,
    }


def _hidden_cause_json(cause: HiddenCause) -> dict[str, float | None]:
    return {"strength": finite(cause.estimate), "interval_strength": finite(cause.interval)}

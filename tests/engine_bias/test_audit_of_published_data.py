"""`audit_table` on published data sets: the contract of its JSON, and each figure against another's code.

Oracles are scipy (Fisher), statsmodels (Wilson, Newcombe, Mantel–Haenszel, Breslow–Day) and exact fractions (bars).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from audits.engine.bias.table.cube import Cube, count_table
from audits.engine.bias.table.rows import Columns
from tests.real_data import real_data

pytestmark = pytest.mark.realdata

DOCUMENT = {"rows", "outcome", "favourable", "alpha", "delta", "tables", "verdict", "sentence"}
TABLE = {"attributes", "reference", "groups", "verdict", "sentence"}
GROUP = {
    *("group", "n", "favourable", "rate", "rate_interval", "impact_ratio", "impact_ratio_interval"),
    *("below_four_fifths", "adverse_ratio", "difference", "difference_interval", "p_value", "p_adjusted", "verdict"),
    "detectable_difference",
}
ADJUSTED = {
    *("method", "odds_ratio", "odds_ratio_interval", "statistic", "p_value", "risk_difference"),
    *("risk_difference_interval", "homogeneity", "simpson", "verdict"),
}
ERROR_RATES = {"fpr", "fnr", "fpr_ratio", "fpr_p_value", "fnr_ratio", "fnr_p_value"}
VERDICTS = {"disparity", "watch", "no_material_difference", "not_enough_data"}


@dataclass(frozen=True)
class Published:
    """A data set and what is asked of it."""

    name: str
    outcome: str
    groups: tuple[str, ...]
    favourable: str = "true"
    strata: tuple[str, ...] = ()
    truth: str | None = None

    @property
    def arguments(self) -> list[str]:
        strata = ["--stratum", *self.strata] if self.strata else []
        truth = ["--truth", self.truth] if self.truth else []
        return [
            *(str(real_data(f"bias_{self.name}.jsonl.gz")), "--outcome", self.outcome),
            *("--favourable", self.favourable, "--group", *self.groups, *strata, *truth),
        ]

    def document(self, *more: str) -> dict:
        output = StringIO()
        call_command("audit_table", *self.arguments, "--json", *more, stdout=output)
        return json.loads(output.getvalue(), parse_constant=_refuse)

    def cube(self) -> Cube:
        columns = Columns(self.groups, self.strata, self.outcome, self.truth)
        return count_table(real_data(f"bias_{self.name}.jsonl.gz"), columns, favourable=self.favourable)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in the document")


PUBLISHED = [
    Published("ucb_admissions_1973", "admitted", ("gender",), strata=("department",)),
    Published("compas_two_years", "high_risk", ("race", "sex", "age_cat"), favourable="false", truth="reoffended"),
    Published("eeoc_four_fifths_example", "selected", ("race",)),
    Published("nyc_ll144_rule_scoring_example", "selected", ("sex",)),
    Published("nyc_ll144_rule_scoring_example_race", "selected", ("race",)),
    Published("nyc_ll144_rule_selection_example", "selected", ("race",)),
    Published("nyc_ll144_rule_selection_example_sex", "selected", ("sex",)),
    Published("adult", "over_50k", ("sex", "race"), strata=("age_band",)),
    Published("german_credit", "good_credit", ("sex", "age_25_or_over")),
    Published("hmda_boston_1990", "denied", ("race",), favourable="false", strata=("single", "bad_public_record")),
    Published("law_resume_2016", "interview", ("gender", "social_class")),
    Published("nwo_funding_2010_2012", "awarded", ("gender",), strata=("discipline",)),
    Published("promotion_1974", "promoted", ("sex",)),
    Published("resume_names", "callback", ("race", "gender"), strata=("city",)),
]
each = pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)


@each
def test_document_keeps_its_contract(published):
    document = published.document()
    assert set(document) >= DOCUMENT
    k = len(published.groups)
    assert len(document["tables"]) == k + k * (k - 1) // 2
    for table in document["tables"]:
        assert set(table) >= TABLE
        assert table["verdict"] in VERDICTS
        assert set(table["reference"]) == set(table["attributes"])
        assert table["sentence"].startswith(table["verdict"].replace("_", " ").capitalize())
        for row in table["groups"]:
            assert set(row) >= GROUP
            assert row["verdict"] in VERDICTS
            assert ("error_rates" in row) == (published.truth is not None)
            assert set(row.get("error_rates", ERROR_RATES)) >= ERROR_RATES
            if row["group"] != table["reference"]:
                assert ("adjusted" in row) == bool(published.strata)
                assert set(row.get("adjusted", ADJUSTED)) >= ADJUSTED
    assert document["sentence"] in [table["sentence"] for table in document["tables"]]


@each
def test_figures_are_those_of_scipy_and_statsmodels(published):
    for table in published.document()["tables"]:
        reference, *others = table["groups"]
        assert reference["group"] == table["reference"]
        for row in (row for row in others if None not in row["group"].values()):
            k, n, k0, n0 = row["favourable"], row["n"], reference["favourable"], reference["n"]
            assert row["rate"] == pytest.approx(k / n)
            assert row["rate_interval"] == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)
            assert row["p_value"] == pytest.approx(fisher_exact([[k, n - k], [k0, n0 - k0]]).pvalue, rel=1e-7)
            interval = confint_proportions_2indep(k, n, k0, n0, method="newcomb")
            assert row["difference_interval"] == pytest.approx(interval, abs=1e-9)
            if row["impact_ratio"] is not None:
                assert row["impact_ratio"] == pytest.approx(k / n / (k0 / n0))
                assert row["below_four_fifths"] == (Fraction(k, n) < Fraction(4, 5) * Fraction(k0, n0))
            if row["p_adjusted"] is not None:
                assert row["p_value"] <= row["p_adjusted"] <= 1


@each
def test_figures_within_strata_are_those_of_statsmodels(published):
    if not published.strata:
        return
    cube = published.cube()
    for position, table in enumerate(published.document()["tables"][: len(published.groups)]):
        reference = table["reference"]
        counts = {
            (count.levels[0], count.stratum): (count.favourable, count.n) for count in cube.table((position,)).counts
        }
        (attribute,) = table["attributes"]
        for row in table["groups"][1:]:
            pairs = [
                (counts[row["group"][attribute], stratum], counts[reference[attribute], stratum])
                for group, stratum in counts
                if group == row["group"][attribute] and (reference[attribute], stratum) in counts
            ]
            stratified = StratifiedTable([np.array([[k, n - k], [k0, n0 - k0]]) for (k, n), (k0, n0) in pairs])
            adjusted = row["adjusted"]
            assert adjusted["odds_ratio"] == pytest.approx(stratified.oddsratio_pooled)
            assert adjusted["odds_ratio_interval"] == pytest.approx(stratified.oddsratio_pooled_confint())
            tested = stratified.test_null_odds(correction=True)
            assert (adjusted["statistic"], adjusted["p_value"]) == pytest.approx((tested.statistic, tested.pvalue))
            alike = stratified.test_equal_odds()
            found = adjusted["homogeneity"]["breslow_day"]
            assert (found["statistic"], found["p_value"]) == pytest.approx((alike.statistic, alike.pvalue))


def test_published_impact_ratios_and_flags_come_out():
    by_race = {row["group"]["race"]: row for row in PUBLISHED[2].document()["tables"][0]["groups"]}
    assert {race for race, row in by_race.items() if row["below_four_fifths"]} == {"American Indian"}
    assert [round(by_race[race]["impact_ratio"], 2) for race in ("American Indian", "Hispanic", "Black")] == [
        *(0.75, 0.8, 0.85)
    ]
    for published, ratios in (
        (PUBLISHED[3], {"Male": 1, "Female": 0.82}),
        (PUBLISHED[4], {"Hispanic or Latino": 1, "White": 0.58, "Black or African American": 0.78, "Asian": 0.65}),
        (PUBLISHED[5], {"White": 1, "Asian": 0.95, "Hispanic or Latino": 0.97, "Two or More Races": 0.87}),
        (PUBLISHED[6], {"Male": 1, "Female": 0.98}),
    ):
        (table,) = published.document()["tables"]
        (attribute,) = table["attributes"]
        found = {row["group"][attribute]: row["impact_ratio"] for row in table["groups"]}
        assert {name: round(found[name], 2) for name in ratios} == ratios


def test_compas_figures_are_the_reference_values():
    values = json.loads(real_data("bias_reference_values.json").read_text())["compas"]
    table = PUBLISHED[1].document("--reference", "race=Caucasian")["tables"][0]
    rates = {row["group"]["race"]: row["error_rates"] for row in table["groups"]}
    for race in ("African-American", "Caucasian"):
        assert {name: rates[race][name] for name in ("tn", "fp", "fn", "tp")} == {
            name: values[race][name] for name in ("tn", "fp", "fn", "tp")
        }
        assert rates[race]["fpr"] == pytest.approx(values[race]["FPR"], abs=5e-5)
        assert rates[race]["fnr"] == pytest.approx(values[race]["FNR"], abs=5e-5)
    black = rates["African-American"]
    assert black["fpr_p_value"] == pytest.approx(values["fisher_FPR"], rel=1e-9)
    assert black["fnr_p_value"] == pytest.approx(values["fisher_FNR"], rel=1e-9)
    assert black["fpr_ratio"] == pytest.approx(values["FPR_ratio"])
    assert black["fpr_ratio_interval"] == pytest.approx(values["FPR_ratio_log_ci"], abs=5e-5)
    assert black["fpr_difference_interval"] == pytest.approx(values["newcombe_FPR_diff"], abs=5e-6)


def test_borderline_gap_that_goes_away_inside_disciplines_is_no_disparity():
    document = PUBLISHED[11].document("--reference", "women")
    men = document["tables"][0]["groups"][1]
    assert men["adjusted"]["odds_ratio"] == pytest.approx(1.1457, abs=5e-5)
    assert document["verdict"] == "watch"
    assert document["verdicts"]["within_strata"] != "disparity"


def test_numbers_in_the_documents_are_finite():
    def walk(value: object) -> None:
        if isinstance(value, float):
            assert math.isfinite(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    for published in PUBLISHED:
        walk(published.document())

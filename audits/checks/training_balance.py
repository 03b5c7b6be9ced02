"""Does training data look like those it is meant for, and are its labels even? Two questions a data set.

Both count data subjects, by the first of their rows, so that one who appears often weighs no more. Asked where the
data set declares a reference, or a label. Groups of fewer than ten are not told by number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from assistants.models import Dataset
from assistants.states import DatasetState
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings, one_by_one
from audits.checks.gap_settings import STATES, Proportion, severity_of_gaps
from audits.checks.known_shares import rate_columns, rate_row
from audits.checks.tables import table
from audits.checks.training_balance_words import SHARE_COLUMNS, label_sentence, share_row, shares_sentence
from audits.engine.bias.comparisons import TableCounts
from audits.engine.bias.gap_table import GapTable
from audits.engine.bias.groups import GroupCount
from audits.engine.bias.outcome_gap import audit_gaps
from audits.engine.bias.representation import ShareCounts, ShareTable, audit_shares
from audits.engine.bias.suppression import SMALLEST_SHOWN, small_levels
from audits.engine.bias.verdict import Policy, Verdict, overall
from audits.queries.counts import ATTRIBUTE, dimension_counts
from audits.queries.training import people_of
from audits.queries.windows import Window
from audits.states import CheckKind, CheckState, Severity


class BalanceSettings(Settings, frozen=True, kw_only=True):
    """`datasets` limits what is looked at, by their slugs. The thresholds are those of an outcome gap."""

    datasets: list[str] | None = None
    alpha: Proportion = 0.05
    delta: Proportion = 0.05
    impact_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.80
    minimum_n: Annotated[int, Meta(ge=1)] = 30

    def asked_of(self, scope: Scope, needs: str) -> list[Mapping[str, Any]]:
        """The data sets to look at that declare what the question needs."""
        wanted = (one for one in scope.datasets if self.datasets is None or one["slug"] in self.datasets)
        return [one for one in wanted if one.get(needs)]


class BalanceParams(Settings, frozen=True, kw_only=True):
    """One frozen question; `alpha` is this question's part."""

    dataset: int
    attributes: list[str]
    alpha: Proportion
    delta: float
    impact_ratio: float
    minimum_n: int

    @property
    def policy(self) -> Policy:
        return Policy(alpha=self.alpha, delta=self.delta, impact_ratio=self.impact_ratio, minimum_n=self.minimum_n)


class SharesParams(BalanceParams, frozen=True, kw_only=True):
    reference: dict[str, Any]


class LabelsParams(BalanceParams, frozen=True, kw_only=True):
    label: str
    label_favourable: str
    label_stratum: str


def _expand_shares(settings: BalanceSettings, scope: Scope) -> list[CheckSpec]:
    found = settings.asked_of(scope, "reference")
    return [
        _spec(
            CheckKind.TRAINING_SHARES,
            one,
            SharesParams(
                **_common(settings, one, len(found)),
                attributes=sorted(one["reference"]["shares"]) or [*one["quasi"], *one["sensitive"]],
                reference=one["reference"],
            ),
        )
        for one in found
    ]


def _expand_labels(settings: BalanceSettings, scope: Scope) -> list[CheckSpec]:
    found = settings.asked_of(scope, "label")
    return [
        _spec(
            CheckKind.TRAINING_LABELS,
            one,
            LabelsParams(
                **_common(settings, one, len(found)),
                attributes=[
                    name
                    for name in (*one["quasi"], *one["sensitive"])
                    if name not in (one["label"], one["label_stratum"])
                ],
                label=one["label"],
                label_favourable=one["label_favourable"],
                label_stratum=one["label_stratum"],
            ),
        )
        for one in found
    ]


def _common(settings: BalanceSettings, dataset: Mapping[str, Any], questions: int) -> dict[str, Any]:
    return {
        "dataset": dataset["dataset"],
        "alpha": settings.alpha / questions,
        "delta": settings.delta,
        "impact_ratio": settings.impact_ratio,
        "minimum_n": settings.minimum_n,
    }


def _spec(kind: CheckKind, dataset: Mapping[str, Any], params: BalanceParams) -> CheckSpec:
    frozen = msgspec.to_builtins(params)
    return CheckSpec(kind=kind, target=dataset["slug"], params=frozen, dataset_id=dataset["dataset"])


def shares(context: CheckContext) -> CheckOutcome:
    """Each group's share of the data subjects against the named reference; all attributes are one family of tests."""
    params = msgspec.convert(dict(context.params), SharesParams)
    if withdrawn := _withdrawn(params):
        return withdrawn
    people, policy = people_of(params.dataset), params.policy
    tables = audit_shares(_share_counts(context, params, people), policy=policy)
    judged = [row for one in tables for row in one.groups if row.tested]
    verdict = overall(row.verdict for row in judged)
    disparate = [row.difference or 0.0 for row in judged if row.verdict is Verdict.DISPARITY]
    source, untold = params.reference["name"], {one.attribute: _untold(one) for one in tables}
    return CheckOutcome(
        state=STATES[verdict],
        sentence=shares_sentence(tables, verdict, source=source, hidden=untold),
        result={
            "tables": [
                table(
                    f"{one.attribute} beside “{source}”",
                    SHARE_COLUMNS,
                    [share_row(row, told=row.group not in untold[one.attribute]) for row in one.groups],
                )
                for one in tables
            ],
            "figures": {
                "n": len(people),
                "comparisons": tables[0].comparisons if tables else 0,
                "passed": sum(row.verdict is Verdict.NO_MATERIAL_DIFFERENCE for row in judged),
                "failed": len(disparate),
                "seed": None,
            },
            "reference": {name: params.reference[name] for name in ("name", "kind", "sample", "days")},
            "shares": [
                {
                    "attribute": one.attribute,
                    "groups": [
                        row.to_json()
                        if row.group not in untold[one.attribute]
                        else {"group": row.group, "verdict": row.verdict}
                        for row in one.groups
                    ],
                }
                for one in tables
            ],
            "policy": policy.to_json(),
        },
        n=len(people),
        title="Training data does not look like those it is meant for",
        severity=severity_of_gaps(disparate),
    )


def _share_counts(
    context: CheckContext, params: SharesParams, people: Sequence[Mapping[str, Any]]
) -> list[ShareCounts]:
    reference, found = params.reference, []
    for attribute in params.attributes:
        counts: Counter[str | None] = Counter(_text(person.get(attribute)) for person in people)
        if reference["days"] is None:
            found.append(ShareCounts(attribute, counts, reference["shares"][attribute], reference["sample"]))
            continue
        until = context.window.until
        live = dimension_counts(
            assistant=context.assistant,
            dimension=f"{ATTRIBUTE}{attribute}",
            window=Window(until - timedelta(days=reference["days"]), until),
        )
        small = small_levels(live)
        known = {group: n for group, n in live.items() if group is not None and group not in small}
        if total := sum(known.values()):
            found.append(ShareCounts(attribute, counts, {group: n / total for group, n in known.items()}, total))
    return found


def _untold(one: ShareTable) -> set[str | None]:
    """The groups whose numbers would tell of fewer than ten people, and one more where a single one is missing."""
    sizes = {row.group: row.n for row in one.groups}
    small: set[str | None] = {group for group, n in sizes.items() if 0 < n < SMALLEST_SHOWN}
    others = sorted((n, str(group), group) for group, n in sizes.items() if n and group not in small)
    if others and small and (len(small) == 1 or sum(sizes[group] for group in small) < SMALLEST_SHOWN):
        small.add(others[0][2])
    return small


def labels(context: CheckContext) -> CheckOutcome:
    """How often each group has the good label, within strata where they are declared; one family of tests."""
    params = msgspec.convert(dict(context.params), LabelsParams)
    if withdrawn := _withdrawn(params):
        return withdrawn
    people, policy = people_of(params.dataset), params.policy
    labelled = [person for person in people if _text(person.get(params.label)) is not None]
    good = sum(_text(person[params.label]) == params.label_favourable for person in labelled)
    counted = [_label_counts(params, labelled, attribute) for attribute in params.attributes]
    gaps = audit_gaps(counted, policy=policy)
    verdict = overall(_verdict(gap) for gap in gaps)
    disparate = [difference for gap in gaps for difference in _disparities(gap)]
    rate = good / len(labelled) if labelled else None
    return CheckOutcome(
        state=STATES[verdict],
        sentence=label_sentence(
            gaps,
            verdict,
            label=params.label,
            favourable=params.label_favourable,
            rate=rate,
            stratum=params.label_stratum,
            verdict_of=_verdict,
        ),
        result={
            "tables": [
                table(
                    f"{params.label} by {gap.attributes[0]}",
                    rate_columns("People", f"{params.label.replace('_', ' ')}: {params.label_favourable}", "Rate"),
                    [rate_row(row, str) for row in gap.groups],
                )
                for gap in gaps
            ]
            + ([_adjusted_table(gaps, params)] if params.label_stratum else []),
            "figures": {
                "n": len(people),
                "labelled": len(labelled),
                "rate": rate,
                "comparisons": gaps[0].comparisons if gaps else 0,
                "failed": len(disparate),
                "seed": None,
            },
            "gaps": [gap.to_json() for gap in gaps],
            "note": (
                "Labels that differ by group teach a model to treat them so. An export can carry weights that take "
                "the group's bearing on the label out (Kamiran & Calders 2012), or more examples can be collected."
            )
            if disparate
            else "",
            "policy": policy.to_json(),
        },
        n=len(people),
        title=f"Training labels ({params.label.replace('_', ' ')}) differ by group",
        severity=severity_of_gaps(disparate),
    )


def _label_counts(params: LabelsParams, people: Sequence[Mapping[str, Any]], attribute: str) -> TableCounts:
    sizes: Counter[str | None] = Counter(_text(person.get(attribute)) for person in people)
    small = small_levels(sizes)
    cells: dict[tuple[str | None, str | None], list[int]] = {}
    for person in people:
        group = _text(person.get(attribute))
        stratum = (_text(person.get(params.label_stratum)) or "unknown") if params.label_stratum else None
        cell = cells.setdefault((None if group in small else group, stratum), [0, 0])
        cell[0] += _text(person[params.label]) == params.label_favourable
        cell[1] += 1
    counts = [GroupCount(group, k, n, stratum) for (group, stratum), (k, n) in cells.items()]
    return TableCounts((attribute,), tuple(counts))


def _verdict(gap: GapTable) -> Verdict:
    """Within strata where there are any: a group that asks about other things may well have other labels."""
    within = [row.adjusted for row in gap.groups if row.tested and row.adjusted is not None and row.adjusted.strata]
    return overall(one.verdict for one in within) if within else gap.verdict


def _disparities(gap: GapTable) -> list[float]:
    if any(row.adjusted is not None and row.adjusted.strata for row in gap.groups):
        found = [row.adjusted for row in gap.groups if row.tested and row.adjusted is not None]
        return [one.risk_difference.value for one in found if one.verdict is Verdict.DISPARITY]
    crude = [row.difference or 0.0 for row in gap.groups if row.tested and row.verdict is Verdict.DISPARITY]
    return crude + [pair.difference for pair in gap.between]


def _adjusted_table(gaps: Sequence[GapTable], params: LabelsParams) -> dict[str, Any]:
    return table(
        f"Within {params.label_stratum}",
        (
            ("Attribute", "text"),
            ("Group", "text"),
            ("Difference", "points"),
            ("Range of the difference", "points_interval"),
            ("Odds ratio", "ratio"),
            ("Adjusted p", "p"),
            ("Verdict", "verdict"),
        ),
        [
            [
                gap.attributes[0].replace("_", " "),
                row.label,
                told["risk_difference"],
                told["risk_difference_interval"] if None not in (told["risk_difference_interval"] or [None]) else None,
                told["odds_ratio"],
                told["p_adjusted"],
                told["verdict"],
            ]
            for gap in gaps
            for row in gap.groups
            if row.adjusted is not None and (told := row.adjusted.to_json())
        ],
    )


def _withdrawn(params: BalanceParams) -> CheckOutcome | None:
    state = Dataset.objects.values_list("state", flat=True).get(pk=params.dataset)
    if state != DatasetState.WITHDRAWN:
        return None
    return CheckOutcome(
        state=CheckState.PASSED,
        sentence="This data set is out of use: nothing is exported or learned from it any more.",
        result={"tables": [], "figures": {"n": 0}, "policy": params.policy.to_json()},
        n=0,
        title="Training data is out of use",
        severity=Severity.LOW,
    )


def _text(value: Any) -> str | None:
    """A level as the reference and the counts write it; None where it is not known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value).strip()
    return text or None


BALANCE_CHECKS: tuple[Check[BalanceSettings], ...] = (
    Check(kind=CheckKind.TRAINING_SHARES, settings=BalanceSettings, expand=_expand_shares, answer=one_by_one(shares)),
    Check(kind=CheckKind.TRAINING_LABELS, settings=BalanceSettings, expand=_expand_labels, answer=one_by_one(labels)),
)

"""Which intersections of attributes fare worst? Found in one cycle, confirmed in the next.

One question an outcome looks at all slices of two and three dimensions and nominates the worst (a watch, never a
failure: the worst of thousands is worst by luck as well). The next cycle asks one more question for each slice that
was nominated before, on data from after that look only: exactly these slices, Holm-corrected. Only a slice that is
confirmed so is a failure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope
from audits.checks.gap_settings import (
    STATES,
    GapParams,
    GapSettings,
    Proportion,
    asked,
    attribute_dimensions,
    dimension_name,
    severity_of_gaps,
)
from audits.checks.tables import counted, rate_interval, table
from audits.engine.bias.cube import ATTRIBUTE, Cube
from audits.engine.bias.sentence import base_for, counted_points, outcome_wording, range_words
from audits.engine.bias.slices import Confirmation, Found, Levels, Look, Slice, confirm, looks_at_slices
from audits.engine.bias.suppression import SMALLEST_SHOWN
from audits.engine.bias.verdict import Verdict
from audits.queries.cubes import window_cube
from audits.queries.windows import Window
from audits.states import CheckKind, CheckState
from portal.core.languages import language_name

TARGET = "{outcome}: worst intersections"
_LONGEST_TARGET = 190
_NOMINATED = (
    ("Intersection", "text"),
    ("Conversations", "count"),
    ("Rate", "share"),
    ("Rate of the rest", "share"),
    ("Difference", "points"),
    ("Rate drawn to the mean", "share"),
    ("p by Benjamini–Hochberg", "p"),
)
_LOOKED_AT = (("Intersections", "text"), ("Number", "count"))
_CONFIRMED = (
    ("Intersection", "text"),
    ("Conversations", "count"),
    ("Rate", "share"),
    ("Plausible range", "interval"),
    ("Rate of the rest", "share"),
    ("Difference", "points"),
    ("Range of the difference", "points_interval"),
    ("Adjusted p", "p"),
    ("Verdict", "verdict"),
)


class IntersectionSettings(GapSettings, frozen=True, kw_only=True):
    """`fdr`: the share of false ones among nominated slices. `most`: how many an outcome nominates at most.

    `alpha` is that of the confirmation. `context` are dimensions that may be part of a slice besides what customers
    are.
    """

    fdr: Proportion = 0.05
    most: Annotated[int, Meta(ge=1, le=20)] = 5
    context: tuple[str, ...] = ("channel", "intent")


class IntersectionParams(GapParams, frozen=True, kw_only=True):
    """A look at all slices, or, with `slice`, the confirmation of one of the `family` nominated before `after`."""

    alpha: Proportion = 0.05
    fdr: Proportion = 0.05
    most: int = 5
    dimensions: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    slice: dict[str, str] = {}
    family: list[dict[str, str]] = []
    after: str = ""


def expand(settings: IntersectionSettings, scope: Scope) -> list[CheckSpec]:
    """A look for each outcome, where there are dimensions to cross; a confirmation for each slice nominated before."""
    about = attribute_dimensions(scope) + ["language"] * (scope.groups.get("language", 0) > 1)
    context = [name for name in settings.context if name != "channel" or scope.groups.get(name, 0) > 1]
    dimensions = list(dict.fromkeys([*about, *context]))
    if not about or len(dimensions) < 2:
        return []
    outcomes = settings.outcomes_in(scope)
    families = {outcome: scope.nominations[outcome] for outcome in outcomes if outcome in scope.nominations}
    specs = []
    for outcome in outcomes:
        look = asked(settings, outcome, "", scope, questions=1) | {
            "fdr": settings.fdr,
            "most": settings.most,
            "dimensions": dimensions,
            "about": about,
        }
        del look["alpha"]  # a look raises nothing, so that it takes no part of the cycle's alpha
        specs.append(CheckSpec(CheckKind.INTERSECTIONS, TARGET.format(outcome=outcome), look))
    for outcome, nominated in families.items():
        bars = asked(settings, outcome, "", scope, questions=len(families))
        specs += [
            CheckSpec(
                CheckKind.INTERSECTIONS,
                slice_target(outcome, one),
                bars | {"slice": dict(one), "family": nominated["slices"], "after": nominated["after"]},
            )
            for one in nominated["slices"]
        ]
    return specs


def answer(contexts: Sequence[CheckContext]) -> list[CheckOutcome]:
    """Look at all slices, or test one that was nominated."""
    asked_of = [(context, msgspec.convert(context.params, IntersectionParams)) for context in contexts]
    looks = iter(_looked([one for one in asked_of if not one[1].slice]))
    tests = iter(_tested([one for one in asked_of if one[1].slice]))
    return [next(tests) if params.slice else next(looks) for _, params in asked_of]


Asked = Sequence[tuple[CheckContext, IntersectionParams]]


def _looked(asked_of: Asked) -> Iterator[CheckOutcome]:
    """All looks by the same dimensions share their tables."""
    if not asked_of:
        return iter(())
    context = asked_of[0][0]
    cube = window_cube(assistant=context.assistant, window=context.window)
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for i, (_, params) in enumerate(asked_of):
        alike.setdefault((params.dimensions, params.about), []).append(i)
    found: dict[int, Found] = {}
    for (dimensions, about), places in alike.items():
        looks = [
            Look(params.measure, params.good, params.policy, params.fdr, params.most)
            for _, params in (asked_of[i] for i in places)
        ]
        found |= zip(places, looks_at_slices(cube, looks, dimensions=dimensions, about=about), strict=True)
    return (_look_outcome(cube, params, found[i]) for i, (_, params) in enumerate(asked_of))


def _look_outcome(cube: Cube, params: IntersectionParams, found: Found) -> CheckOutcome:
    n = sum(cube.totals(params.measure).values())
    state = CheckState.PASSED if found.looked_at else CheckState.INSUFFICIENT_DATA
    return CheckOutcome(
        state=CheckState.WATCH if found.nominated else state,
        sentence=_look_sentence(found, params),
        result={
            "tables": [
                table("The worst intersections, nominated for the next cycle", _NOMINATED, map(_row, found.nominated)),
                table("What was looked at", _LOOKED_AT, _looked_at(found, params)),
            ],
            "figures": {
                "n": n,
                "slices": found.looked_at,
                "excluded": [{"group": f"{found.too_small:,} slices", "reason": f"fewer than {params.minimum_n}"}]
                if found.too_small
                else [],
                "explained": found.explained,
                "passed": found.looked_at - len(found.nominated),
                "watched": len(found.nominated),
                "failed": 0,
                "seed": None,
            },
            "nominated": [dict(one.levels) for one in found.nominated],
            "policy": params.policy.to_json(),
        },
        n=n,
        title=f"{params.outcome.replace('_', ' ').capitalize()}: worst intersections",
    )


def _looked_at(found: Found, params: IntersectionParams) -> list[list[Any]]:
    return [
        [f"Tested: {params.minimum_n} conversations or more in it and outside", found.looked_at],
        ["Nominated: worse than the rest and than what else each of its parts holds", len(found.nominated)],
        ["Worse than the rest, but one of its parts explains it", found.explained],
        ["Too small to test", found.too_small],
    ]


def _look_sentence(found: Found, params: IntersectionParams) -> str:
    if not found.looked_at:
        return f"No intersection of two attributes has {counted(params.minimum_n)} to look at."
    slices = f"{found.looked_at:,} intersections"
    if not found.nominated:
        return f"Of {slices} none stands out that its parts do not explain."
    worst = found.nominated[0]
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    base = base_for(worst.rest_rate, worst.rate)
    others = len(found.nominated) - 1
    stands = f" and {others} more stand" if others else " stands"
    return (
        f"Of {slices}, {slice_words(dict(worst.levels))}{stands} out: out of {base:,} conversations about "
        f"{worst.rate * base:,.0f} {wording.favourable}, of as many others {worst.rest_rate * base:,.0f}. "
        "The worst of many is worst by luck as well: the next cycle tests it on its own data."
    )


def _tested(asked_of: Asked) -> Iterator[CheckOutcome]:
    """A family is tested once for all of its slices that are asked about."""
    families: dict[tuple[str, ...], list[Confirmation]] = {}
    for context, params in asked_of:
        window = context.window
        if params.after:
            window = replace(window, since=max(window.since, min(date.fromisoformat(params.after), window.until)))
        family = [_levels(one) for one in params.family]
        bars = {name: value for name, value in context.params.items() if name != "slice"}
        key = (window.since.isoformat(), json.dumps(bars, sort_keys=True))
        if key not in families:
            cube = window_cube(assistant=context.assistant, window=window)
            families[key] = confirm(cube, family, measure=params.measure, favourable=params.good, policy=params.policy)
        yield _confirmed(params, families[key][family.index(_levels(params.slice))], window, len(family))


def _confirmed(params: IntersectionParams, one: Confirmation, window: Window, family: int) -> CheckOutcome:
    hidden = _hidden(one)
    words = slice_words(params.slice)
    return CheckOutcome(
        state=STATES[one.verdict],
        sentence=_confirmation_sentence(one, params, words, hidden=hidden),
        result={
            "tables": [] if hidden else [table(f"{words} on later data", _CONFIRMED, _rows(one, words))],
            "figures": {
                "n": one.n + one.rest_n,
                "comparisons": family,
                "excluded": [],
                "passed": int(one.verdict is Verdict.NO_MATERIAL_DIFFERENCE),
                "watched": int(one.verdict is Verdict.WATCH),
                "failed": int(one.verdict is Verdict.DISPARITY),
                "seed": None,
            },
            "tested_from": window.since.isoformat(),
            "gap": {} if hidden else _gap_json(one, words, family),
            "policy": params.policy.to_json(),
        },
        n=one.n + one.rest_n,
        title=f"{params.outcome.replace('_', ' ').capitalize()} is worse for {words}",
        severity=severity_of_gaps([one.difference or 0.0]),
    )


def _confirmation_sentence(one: Confirmation, params: IntersectionParams, words: str, *, hidden: bool) -> str:
    if hidden or one.rate is None or one.rest_rate is None:
        return f"Not enough data: {words} or its parts have too few conversations after it was nominated."
    wording = outcome_wording(params.outcome, params.good, noun="conversations")
    base = base_for(one.rest_rate, one.rate)
    gap = (
        f"out of {base:,} conversations of {words} about {one.rate * base:,.0f} {wording.favourable}, of as many "
        f"others {one.rest_rate * base:,.0f} (difference {counted_points(one.difference or 0.0, base)}, "
        f"{range_words(one.difference_interval, base)})"
    )
    told = {
        Verdict.DISPARITY: f"Disparity, confirmed on later data: {gap}.",
        Verdict.WATCH: f"Watch: nominated before; on later data {gap}.",
        Verdict.NO_MATERIAL_DIFFERENCE: f"Nominated before and not confirmed: on later data {gap}.",
        Verdict.NOT_ENOUGH_DATA: f"Nominated before; not enough later data to tell: {gap}.",
    }
    return told[one.verdict]


def slice_words(slice_: Mapping[str, str]) -> str:
    """ "age group 65+ × German × intent billing"."""
    return " × ".join(_level_words(dimension, level) for dimension, level in _levels(slice_))


def slice_target(outcome: str, slice_: Mapping[str, str]) -> str:
    """The target of a slice's confirmation: the same for the same slice, whatever its values' length."""
    levels = " × ".join(f"{dimension_name(dimension)} {level}" for dimension, level in _levels(slice_))
    target = f"{outcome} for {levels}"
    if len(target) <= _LONGEST_TARGET:
        return target
    return f"{target[: _LONGEST_TARGET - 9]} {hashlib.sha256(target.encode()).hexdigest()[:8]}"


def _level_words(dimension: str, level: str) -> str:
    if dimension == "language":
        return language_name(level)
    return f"{dimension_name(dimension)} {level}".replace("_", " ")


def _levels(slice_: Mapping[str, str]) -> Levels:
    """In one order, whatever order JSON was kept in."""
    return tuple(sorted(slice_.items()))


def _hidden(one: Confirmation) -> bool:
    """Whether so few are in it, or in what else a part of it holds, that its numbers would tell of single people."""
    return (one.p_adjusted is None or min(one.n, one.rest_n) < SMALLEST_SHOWN) and any(
        dimension.startswith(ATTRIBUTE) for dimension, _ in one.levels
    )


def _row(one: Slice) -> list[Any]:
    return [slice_words(dict(one.levels)), one.n, one.rate, one.rest_rate, one.difference, one.shrunk, one.q_value]


def _rows(one: Confirmation, words: str) -> Sequence[Sequence[Any]]:
    compared = [one.rest_rate, one.difference, list(one.difference_interval), one.p_adjusted, one.verdict.value]
    return [[words, one.n, one.rate, list(one.rate_interval), *compared]]


def _gap_json(one: Confirmation, words: str, comparisons: int) -> dict[str, Any]:
    """The comparison in the form of audits.engine.bias.gap_table.GapTable, which charts and re-checks read."""
    told = one.to_json()
    rest_interval = list(rate_interval(one.rest_favourable, one.rest_n))
    common = {"reasons": told["reasons"], "excluded": None}
    own = {name: told[name] for name in ("n", "favourable", "rate", "difference", "difference_interval", "p_value")}
    return {
        "attributes": ["slice"],
        "reference": {"slice": "all others"},
        "comparisons": comparisons,
        "groups": [
            {
                **common, **told["rest"], "group": {"slice": "all others"}, "rate_interval": rest_interval,
                "difference": 0.0, "difference_interval": None, "p_value": None, "p_adjusted": None,
                "is_reference": True, "verdict": Verdict.NO_MATERIAL_DIFFERENCE.value,
            },
            {
                **common, **own, "group": {"slice": words}, "rate_interval": list(one.rate_interval),
                "p_adjusted": told["p_adjusted"], "is_reference": False, "verdict": told["verdict"],
            },
        ],
        "verdict": told["verdict"],
    }  # fmt: skip


CHECK = Check(kind=CheckKind.INTERSECTIONS, settings=IntersectionSettings, expand=expand, answer=answer)

"""One table of an audit in words: the aggregate, then what is left of it within strata, then the error rates."""

from __future__ import annotations

from collections.abc import Sequence

from audits.engine.bias.error_table import ErrorRate, ErrorTable, GroupErrors
from audits.engine.bias.gap_table import GapTable, GroupResult
from audits.engine.bias.sentence import Wording, least_width, table_sentence
from audits.engine.bias.verdict import Verdict

VERDICT_WORDS = {
    Verdict.DISPARITY: "disparity",
    Verdict.WATCH: "watch",
    Verdict.NO_MATERIAL_DIFFERENCE: "no material difference",
    Verdict.NOT_ENOUGH_DATA: "not enough data",
}
_MOST_NAMED = 4
_MOST_PAIRS = 10


def table_words(
    gaps: GapTable,
    *,
    adjusted_verdict: Verdict | None,
    errors: ErrorTable | None,
    wording: Wording,
    strata: Sequence[str],
) -> str:
    """The verdict first, then each question that was asked in a sentence of its own."""
    aggregate = table_sentence(gaps, wording=wording)
    within = _within_strata(gaps, " × ".join(strata)) if adjusted_verdict is not None else ""
    wrong = _error_words(errors) if errors is not None else ""
    if gaps.verdict is Verdict.DISPARITY:
        return _joined(aggregate, within, wrong)
    plain = f"In the aggregate: {aggregate[0].lower()}{aggregate[1:]}"
    if adjusted_verdict is Verdict.DISPARITY:
        return _joined(f"Watch: {within[0].lower()}{within[1:]}", plain, wrong)
    if errors is not None and errors.verdict is Verdict.DISPARITY:
        return _joined(f"Watch: {wrong[0].lower()}{wrong[1:]}", plain, within)
    return _joined(aggregate, within, wrong)


def between_words(gaps: GapTable) -> list[str]:
    """Pairs of groups of which neither is the reference that differ by a disparity, or to watch; the widest first."""
    pairs = sorted(gaps.between, key=lambda pair: -abs(pair.difference))
    held = any(pair.verdict is Verdict.WATCH for pair in pairs)
    sentences = [
        f"{pair.label} also falls {100 * abs(pair.difference):.1f} points behind {pair.against_label} "
        f"(adjusted {p_words(pair.p_adjusted)}{', to watch' if held else ''})."
        for pair in pairs[:_MOST_PAIRS]
    ]
    left = len(pairs) - _MOST_PAIRS
    more = f"{left:,} more pairs of groups {'are to watch' if held else 'differ by a disparity'}."
    return [*sentences, *([more] if left > 0 else [])]


def p_words(p: float) -> str:
    """ "p 0.23", "p 5.1e-38"."""
    return f"p {p:.2g}" if p > 0 else "p < 1e-300"


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _within_strata(gaps: GapTable, strata: str) -> str:
    flagged = [group for group in gaps.compared if group.verdict is Verdict.DISPARITY]
    others = [group for group in gaps.compared if group.verdict is not Verdict.DISPARITY]
    hidden = [group for group in others if _adjusted(group) is Verdict.DISPARITY]
    sentences = [_confirmation(flagged, strata)] if flagged else []
    if hidden:
        worst = max(hidden, key=lambda group: abs(group.adjusted.risk_difference.value if group.adjusted else 0.0))
        sentences.append(_hidden(worst, gaps, strata, others=len(hidden) - 1))
    leading = max(flagged or hidden, key=lambda group: abs(group.difference or 0.0), default=None)
    if leading is not None and leading.adjusted is not None and leading.adjusted.strata_differ:
        words = p_words(leading.adjusted.breslow_day.p_value)
        sentences.append(f"The strata differ among themselves (Breslow–Day {words}): read them one by one.")
    return " ".join(sentences)


def _confirmation(flagged: Sequence[GroupResult], strata: str) -> str:
    confirmed = [group for group in flagged if _is_confirmed(group)]
    turned = [group for group in flagged if _adjusted(group) is Verdict.DISPARITY and not _is_confirmed(group)]
    if turned and not confirmed:
        return f"Within {strata} the disparity turns round for {_listed(turned)}."
    if len(flagged) == 1:
        figures = _figures(flagged[0])
        if confirmed:
            return f"It is confirmed within {strata} ({figures})."
        verdict = _adjusted(flagged[0])
        words = VERDICT_WORDS[verdict] if verdict is not None else "nothing to compare"
        return f"It is flagged in the aggregate and not confirmed within {strata}: {words} there ({figures})."
    if not confirmed:
        return f"They are flagged in the aggregate and none is confirmed within {strata}."
    if len(confirmed) == len(flagged):
        return f"{'Both' if len(flagged) == 2 else f'All {len(flagged)}'} are confirmed within {strata}."
    are = "is" if len(confirmed) == 1 else "are"
    turn = f"; for {_listed(turned)} it turns round" if turned else ""
    counted = f"{len(confirmed)} of {len(flagged)} disparities {are} confirmed"
    return f"Within {strata} {counted}: {_listed(confirmed)}{turn}."


def _adjusted(group: GroupResult) -> Verdict | None:
    return None if group.adjusted is None else group.adjusted.verdict


def _is_confirmed(group: GroupResult) -> bool:
    return _adjusted(group) is Verdict.DISPARITY and group.adjusted is not None and not group.adjusted.simpson


def _figures(group: GroupResult) -> str:
    if group.adjusted is None or not group.adjusted.strata:
        return "no stratum holds both groups"
    ratio = group.adjusted.odds_ratio.value
    odds = f"odds ratio {ratio:.2f}, " if 0 < ratio < float("inf") else ""
    return f"{odds}{p_words(group.adjusted.test.p_value)}"


def _hidden(group: GroupResult, gaps: GapTable, strata: str, *, others: int) -> str:
    reference = gaps.reference.label if gaps.reference else "the reference"
    left = group.adjusted.risk_difference.value if group.adjusted else 0.0
    lower, higher = (group.label, reference) if left < 0 else (reference, group.label)
    more = f" {others} more groups show one." if others > 1 else " One more group shows one." if others else ""
    return (
        f"Within {strata} there is a disparity that the aggregate hides: {lower} falls {100 * abs(left):.1f} points "
        f"behind {higher} ({_figures(group)}).{more}"
    )


def _error_words(errors: ErrorTable) -> str:
    reference = errors.reference
    verdict = errors.verdict
    rates = [
        (group, kind, rate, against)
        for group in errors.groups
        if reference is not None and not group.is_reference
        for kind, rate, against in (
            ("false positive", group.fpr, reference.fpr),
            ("false negative", group.fnr, reference.fnr),
        )
        if rate.p_adjusted is not None and rate.verdict is verdict
    ]
    if not rates or verdict is Verdict.NOT_ENOUGH_DATA:
        return "There is not enough data to say whether the outcome is wrong equally often."
    if verdict is Verdict.NO_MATERIAL_DIFFERENCE:
        return f"The outcome is wrong equally often: error rates are within {100 * errors.policy.delta:g} points."
    group, kind, rate, against = max(rates, key=lambda row: least_width(row[2]))
    opening = "The outcome is not wrong equally often" if verdict is Verdict.DISPARITY else "Error rates are to watch"
    return f"{opening}: {_rate_words(group, kind, rate, against, reference)}."


def _rate_words(
    group: GroupErrors, kind: str, rate: ErrorRate, against: ErrorRate, reference: GroupErrors | None
) -> str:
    ratio = f", {rate.ratio:.2f} times" if rate.ratio is not None else ""
    other = reference.label if reference else "the reference"
    return (
        f"the {kind} rate is {100 * (rate.rate or 0.0):.1f} % for {group.label} and "
        f"{100 * (against.rate or 0.0):.1f} % for {other}{ratio} ({p_words(rate.p_value or 0.0)})"
    )


def _listed(groups: Sequence[GroupResult]) -> str:
    more = len(groups) - _MOST_NAMED
    return ", ".join(group.label for group in groups[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

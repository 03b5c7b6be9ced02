"""What a check run was asked, in words: the parameters that were frozen with it, as its page shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from assistants.states import DuplicateRule
from audits.checks.gap_settings import dimension_name
from audits.checks.personal_data_words import TARGETS
from audits.checks.tables import counted, share_text
from audits.checks.text_harm import WORDS as SIGNAL_WORDS
from audits.group_words import level_words
from audits.states import CheckKind
from audits.type_words import words as type_words
from portal.core.names import name_title, name_words

MISSING = "–"
Words = Callable[[Any], str]


def _number(value: float) -> str:
    """ "1,200", "0.8125"; what was divided among questions in four significant digits: "0.002083"."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _points(value: float) -> str:
    return f"{100 * value:.4g} points"


def _dimension(value: str) -> str:
    return name_words(dimension_name(value))


def _each(words: Words) -> Words:
    return lambda values: ", ".join(map(words, values))


def _group(group: Mapping[str, str]) -> str:
    return " × ".join(f"{_dimension(name)} {level_words(name, level)}" for name, level in group.items())


def _short(value: str) -> str:
    return value.replace("-", " ")


def _day(value: str) -> str:
    return f"{date.fromisoformat(value):%-d %b %Y}"


def _any(value: Any) -> str:
    """A parameter that has no words of its own yet."""
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_dimension(str(name))}: {_any(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_any, value))
    return str(value)


#: Parameter → its term and how its value is said, in the order in which they are read.
_TERMS: Mapping[str, tuple[str, Words]] = {
    "outcome": ("Outcome", name_words),
    "favourable": ("Yes is the good answer", _yes_no),
    "decision": ("Decision", name_words),
    "truth": ("Its truth", name_words),
    "figure": ("Figure", name_words),
    "measure": ("Counted as", lambda value: ": ".join(map(name_words, value.split(".")))),
    "better": ("Better is", str),
    "origin": ("Personal data", lambda value: TARGETS[value]),
    "types": ("Counted always", _each(type_words)),
    "contact_types": ("Counted if another customer’s", _each(type_words)),
    "weak_types": ("Weak hints to another customer", _each(type_words)),
    "signals": ("Signs looked for", _each(lambda value: SIGNAL_WORDS.get(value, value).lower())),
    "set": ("Probe set", _short),
    "version": ("Version of the probe set", _number),
    "content": ("Hash of the probe set", str),
    "cue": ("What changes in its pairs", name_words),
    "judged": ("A judge read along", _yes_no),
    "purpose": ("Purpose", _short),
    "purpose_code": ("Purpose", _short),
    "label": ("Label", name_words),
    "label_favourable": ("The good label", str),
    "label_stratum": ("Labels compared within", name_words),
    "quasi": ("Quasi-identifiers", _each(name_words)),
    "sensitive": ("Sensitive attributes", _each(name_words)),
    "k": ("k", lambda value: f"{value} people at least share their attributes"),
    "l": ("l", lambda value: f"{value} different sensitive values at least among them"),
    "allowed_types": ("Personal data that may stay", _each(type_words)),
    "duplicates": ("Repeated", lambda value: DuplicateRule(value).label),
    "dimension": ("Groups by", _dimension),
    "dimensions": ("Groups by", _each(_dimension)),
    "attributes": ("Attributes", _each(_dimension)),
    "pairs": ("Pairs of attributes, too", _yes_no),
    "about": ("What customers are", _each(_dimension)),
    "context": ("What else a slice may be of", _each(_dimension)),
    "slice": ("Intersection", _group),
    "family": ("Confirmed together", lambda groups: "; ".join(map(_group, groups))),
    "after": ("Nominated on data before", _day),
    "strata": ("Compared within", _each(_dimension)),
    "alpha": ("Significance level", _number),
    "shares": ("Each group’s part of it", _any),
    "fdr": ("Share of false ones among the nominated", share_text),
    "most": ("Nominated at most", _number),
    "delta": ("Smallest difference that matters", _points),
    "impact_ratio": ("Lowest impact ratio", _number),
    "adverse_ratio": ("Highest ratio of an adverse outcome", _number),
    "length_ratio": ("Ratio of lengths that matters", _number),
    "courtesy": ("Difference in courtesy that matters", _number),
    "minimum_n": ("Judged from a size of", _number),
    "minimum_pairs": ("Judged from", lambda value: counted(value, "pair")),
    "target_difference": ("Gap that must be visible", _points),
    "base_rate": ("At a rate of", share_text),
    "power": ("With a power of", share_text),
    "min_rate": ("Share that must be told", share_text),
    "max_rate": ("Tolerated share", share_text),
    "max_denied": ("Tolerated without consent", share_text),
    "max_unknown": ("Tolerated unknown", share_text),
    "max_unscanned": ("Tolerated unread", share_text),
    "min_score": ("Detections counted from a score of", _number),
    "weak_min_score": ("Weak hints counted from a score of", _number),
    "published_from": ("Taken for the company’s own when given to", lambda value: counted(value, "customer")),
    "compare_releases": ("Compared with the release before", _yes_no),
    "look_back_days": ("Release before looked for", lambda value: f"{counted(value, 'day')} back"),
    "min_rise": ("Smallest rise that counts", _points),
    "seed": ("Seed of the random halves", str),
}
_UNSET: Mapping[str, str] = {"allowed_types": "none"}


def frozen_in_words(kind: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The frozen parameters of a check run as pairs of term and value, in a fixed order; "–" where one is not set.

    Left out: the numbers of rows (the page names the data set, the code its purpose), and the group to compare with
    where no groups are compared.
    """
    dimension, reference = params.get("dimension"), params.get("reference")
    told = [
        (term, _value(kind, name, params[name], words))
        for name, (term, words) in _TERMS.items()
        if name in params and not _said_elsewhere(name, params[name])
    ]
    if isinstance(reference, Mapping):
        told.append(("Compared with", str(reference["name"])))
    elif dimension:
        told.append(("Compared with", level_words(dimension, reference) if reference else "a group chosen by the data"))
    unknown = params.keys() - _TERMS.keys() - {"dataset", "reference"}
    return told + [(name_title(name), _any(params[name])) for name in sorted(unknown)]


def _said_elsewhere(name: str, value: Any) -> bool:
    return (name == "purpose" and isinstance(value, int)) or (name == "dimension" and not value)


def _value(kind: str, name: str, value: Any, words: Words) -> str:
    if value is None or value in ("", [], (), {}):
        return _UNSET.get(name, MISSING)
    if name == "delta" and kind == CheckKind.SERVICE_QUALITY:  # of a probability of superiority, not of rates
        return f"{_number(value)} away from 0.5"
    return words(value)

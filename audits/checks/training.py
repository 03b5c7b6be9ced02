"""Is a training data set fit to learn from? Four questions a data set, and one about what has been learned already.

The bars are the data set's own policy, frozen in the question. Rows that break it are listed by their pseudonym, never
by content. k counts data subjects, not rows. A withdrawn data set passes: nothing of it is used any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from assistants.models import Dataset, TrainedOn
from assistants.queries.registry import current_release
from assistants.states import DatasetState, DuplicateRule
from audits.checks.contract import Check, CheckContext, CheckOutcome, CheckSpec, Scope, Settings, one_by_one
from audits.checks.personal_data import SENSITIVE
from audits.checks.tables import counted, share, share_text, table
from audits.checks.training_balance import BALANCE_CHECKS
from audits.queries.training import (
    TrainingRow,
    anonymity_of,
    attributes_of,
    consent_of,
    repeated,
    residue_of,
    rows_of,
    withdrawn_since,
)
from audits.states import CheckKind, CheckState, Severity
from audits.type_words import words
from portal.core.names import name_words

LISTED = 100
_ASKED: Mapping[CheckKind, tuple[str, ...]] = {
    CheckKind.TRAINING_CONSENT: ("purpose", "purpose_code"),
    CheckKind.TRAINING_PRIVACY: ("allowed_types",),
    CheckKind.TRAINING_DUPLICATES: ("duplicates",),
    CheckKind.TRAINING_ANONYMITY: ("quasi", "sensitive", "k", "l"),
    CheckKind.TRAINING_WITHDRAWAL: ("purpose", "purpose_code"),
}


class TrainingSettings(Settings, frozen=True, kw_only=True):
    """`datasets` limits what is looked at, by their slugs; the bars are those of each data set's policy."""

    datasets: list[str] | None = None


def dataset_specs(check: Check[Any], params: Mapping[str, Any]) -> list[CheckSpec]:
    """What this check asks, by its defaults, of the data set with these parameters; nothing where it does not apply."""
    return check.expand(check.settings(), Scope(attributes={}, purposes=(), outcomes=(), groups={}, datasets=[params]))


def _spec(kind: CheckKind, params: Mapping[str, Any]) -> CheckSpec:
    """The question of this kind about the data set with these parameters (audits.queries.training.dataset_params)."""
    asked = {name: params[name] for name in ("dataset", *_ASKED[kind])}
    return CheckSpec(kind=kind, target=params["slug"], params=asked, dataset_id=params["dataset"])


def _expander(kind: CheckKind) -> Callable[[TrainingSettings, Scope], list[CheckSpec]]:
    def expand(settings: TrainingSettings, scope: Scope) -> list[CheckSpec]:
        return [
            _spec(kind, params)
            for params in scope.datasets
            if settings.datasets is None or params["slug"] in settings.datasets
        ]

    return expand


def consent(context: CheckContext) -> CheckOutcome:
    """Failed where any row was collected without consent, or is without it now; unknown counts as without."""
    dataset = _dataset(context)
    rows = _rows(dataset)
    decisions = consent_of(rows, purpose=dataset.purpose, now=timezone.now())
    why: dict[int, str] = {}
    then, now, reasons = 0, 0, Counter[tuple[str, str]]()
    for row, decision in zip(rows, decisions, strict=True):
        if decision.permitted:
            continue
        when = "when collected" if not decision.at_collection.permitted else "now"
        reason = decision.at_collection.reason if when == "when collected" else decision.now.reason
        then += not decision.at_collection.permitted
        now += not decision.now.permitted
        reasons[when, reason.label] += 1
        why[row.pk] = f"{reason.label} ({when})"
    permitted = len(rows) - len(why)
    purpose = f"“{dataset.purpose.name}”"
    n = counted(len(rows), "row")
    return _outcome(
        dataset,
        rows,
        why,
        sentence=(
            f"All {n} may be used for {purpose}: consent stood when they were collected and stands now."
            if not why
            else f"{permitted:,} of {n} may be used for {purpose}; {then:,} had no consent when collected, "
            f"{now:,} {'has' if now == 1 else 'have'} none now."
        ),
        tables=[
            table(
                f"Consent for {purpose}",
                (("When", "text"), ("Reason", "text"), ("Rows", "count"), ("Share", "share")),
                [[when, reason, n, share(n, len(rows))] for (when, reason), n in reasons.most_common()],
            )
        ],
        figures={"permitted": permitted, "denied_then": then, "denied_now": now},
        title=f"Training data outside the consent for {purpose}",
        severity=Severity.HIGH,
    )


def privacy(context: CheckContext) -> CheckOutcome:
    """Failed where a row holds personal data of a type that the policy does not allow, or could not be read."""
    dataset = _dataset(context)
    rows = _rows(dataset)
    residue = residue_of(dataset.pk, allowed=context.params["allowed_types"])
    total, holders = Counter[str](), Counter[str]()
    for found in residue.types.values():
        total.update(found)
        holders.update(found.keys())
    why = {pk: ", ".join(f"{n} × {words(type_)}" for type_, n in found.items()) for pk, found in residue.types.items()}
    why |= dict.fromkeys(residue.unread, "could not be read")
    if not why:
        sentence = f"No personal data was found in {counted(len(rows), 'row')}."
    else:
        named = ", ".join(words(type_) for type_, _ in holders.most_common(3))
        unread = f" {counted(len(residue.unread), 'row')} could not be read." if residue.unread else ""
        sentence = (
            f"Personal data was found in {len(residue.types):,} of {counted(len(rows), 'row')} as handed over"
            f"{f' ({named})' if named else ''}. An export takes it out.{unread}"
        )
    return _outcome(
        dataset,
        rows,
        why,
        sentence=sentence,
        tables=[
            table(
                "Personal data in the rows",
                (("Type", "text"), ("Rows", "count"), ("Pieces", "count"), ("Share of rows", "share")),
                [[words(type_), n, total[type_], share(n, len(rows))] for type_, n in holders.most_common()],
            )
        ],
        figures={"with_personal_data": len(residue.types), "unread": len(residue.unread)},
        title="Personal data is left in training data",
        severity=Severity.HIGH if set(holders) & set(SENSITIVE) or residue.unread else Severity.MEDIUM,
    )


def duplicates(context: CheckContext) -> CheckOutcome:
    """Failed where rows repeat earlier ones by the policy's rule; repetitions by the other rule are shown."""
    dataset = _dataset(context)
    rows = _rows(dataset)
    rule = DuplicateRule(context.params["duplicates"])
    exact = repeated(dataset.pk, DuplicateRule.EXACT)
    near = repeated(dataset.pk, DuplicateRule.NEAR)
    breaking: Collection[int] = {DuplicateRule.EXACT: exact, DuplicateRule.NEAR: near | exact}.get(rule, ())
    why = dict.fromkeys(breaking, "repeats an earlier row")
    words_alike = f"{len(near):,} have the same words as an earlier one, whatever their case, punctuation and numbers"
    return _outcome(
        dataset,
        rows,
        why,
        sentence=(
            f"{len(exact):,} of {counted(len(rows), 'row')} repeat the text of an earlier one; {words_alike}."
            if near or exact
            else f"None of {counted(len(rows), 'row')} repeats an earlier one."
        ),
        tables=[
            table(
                "Repeated rows",
                (("Compared by", "text"), ("Rows", "count"), ("Share", "share"), ("Counts", "text")),
                [
                    ["the same text", len(exact), share(len(exact), len(rows)), _yes(rule != DuplicateRule.ALLOW)],
                    ["the same words", len(near), share(len(near), len(rows)), _yes(rule == DuplicateRule.NEAR)],
                ],
            )
        ],
        figures={"exact": len(exact), "near": len(near)},
        title="Training data repeats itself",
        severity=Severity.LOW,
    )


def anonymity(context: CheckContext) -> CheckOutcome:
    """Failed where fewer than k people share their attributes, or have fewer than l different sensitive values."""
    dataset = _dataset(context)
    rows = _rows(dataset)
    params = context.params
    found = anonymity_of(rows, attributes_of(dataset.pk), params)
    of_row = found.classes.of_row
    why = {
        rows[number].pk: f"{found.sizes[of_row[number]]} people share its attributes"
        if found.too_small[of_row[number]]
        else "too few different sensitive values"
        for number in found.breaking_rows
    }
    if not params["quasi"]:
        sentence = "No quasi-identifier is declared: the rows carry nothing by which people could be told apart."
    else:
        names = ", ".join(params["quasi"]).replace("_", " ")
        people = counted(found.k, "person").replace("persons", "people")
        sentence = f"The rarest combination of {names} is shared by {people}; {params['k']} are asked for."
        if params["sensitive"]:
            values = counted(found.l or 0, "value")
            sentence += f" The least diverse has {values} of a sensitive attribute; {params['l']} are asked for."
        if why:
            sentence += f" Leaving out {counted(len(why), 'row')} ({share_text(share(len(why), len(rows)))}) is enough."
    return _outcome(
        dataset,
        rows,
        why,
        sentence=sentence,
        tables=[
            table(
                "Anonymity",
                (("Measure", "text"), ("Found", "text"), ("Asked for", "text")),
                [
                    ["k: people who share their attributes", found.k, params["k"]],
                    *(
                        [f"l: different values of {name_words(name)}", one.distinct, params["l"]]
                        for name, one in found.sensitive.items()
                    ),
                    *(
                        [f"t: greatest distance of {name_words(name)} from all rows", round(one.t, 3), "–"]
                        for name, one in found.sensitive.items()
                    ),
                ],
            )
        ],
        figures={"k": found.k, "l": found.l, "classes": found.classes.count, "to_leave_out": len(why)},
        title="Training data makes people recognisable",
        severity=Severity.HIGH,
    )


def withdrawal(context: CheckContext) -> CheckOutcome:
    """Failed where the release in use learned from data subjects who have withdrawn, or were erased, since."""
    dataset = _dataset(context)
    now = timezone.now()
    current = current_release(dataset.assistant, now)
    trainings = TrainedOn.objects.filter(dataset=dataset).select_related("release", "dataset__purpose")
    gone = [(one.release, len(withdrawn_since(one, now=now))) for one in trainings]
    marked = [(release, n) for release, n in gone if n]
    in_use = next((n for release, n in marked if release == current), 0)
    named = ", ".join(
        f"{release.version} ({counted(n, 'person').replace('persons', 'people')})" for release, n in marked
    )
    if not gone:
        sentence = "No release has learned from this data set."
    elif not marked:
        sentence = "Nobody whose data a release learned from has withdrawn since."
    elif in_use:
        sentence = f"People have withdrawn or were erased after releases had learned from them: {named}."
    else:
        sentence = f"Only releases that are no longer in use learned from people who have withdrawn since: {named}."
    return CheckOutcome(
        state=CheckState.FAILED if in_use else CheckState.PASSED,
        sentence=sentence,
        result={
            "tables": [
                table(
                    "Releases that learned from it",
                    (("Release", "text"), ("People who withdrew since", "count"), ("In use", "text")),
                    [[release.version, n, _yes(release == current)] for release, n in gone],
                )
            ],
            "figures": {"n": len(gone), "withdrawn": in_use},
        },
        n=len(gone),
        title="The release in use learned from people who have withdrawn",
        severity=Severity.HIGH,
    )


def _dataset(context: CheckContext) -> Dataset:
    return Dataset.objects.select_related("purpose", "assistant").get(pk=context.params["dataset"])


def _rows(dataset: Dataset) -> list[TrainingRow]:
    return [] if dataset.state == DatasetState.WITHDRAWN else rows_of(dataset.pk)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _outcome(
    dataset: Dataset,
    rows: Sequence[TrainingRow],
    why: Mapping[int, str],
    *,
    sentence: str,
    tables: Iterable[dict[str, Any]],
    figures: Mapping[str, Any],
    title: str,
    severity: Severity,
) -> CheckOutcome:
    """The answer with the rows that break it, the first hundred by pseudonym."""
    if dataset.state == DatasetState.WITHDRAWN:
        state, sentence = (
            CheckState.PASSED,
            "This data set is out of use: nothing is exported or learned from it any more.",
        )
    elif not rows:
        state, sentence = CheckState.INSUFFICIENT_DATA, "This data set has no rows."
    else:
        state = CheckState.FAILED if why else CheckState.PASSED
    listed = [[str(row.public_id), why[row.pk]] for row in rows if row.pk in why][:LISTED]
    more = f" (the first {LISTED} of {len(why):,})" if len(why) > LISTED else ""
    return CheckOutcome(
        state=state,
        sentence=sentence,
        result={
            "tables": [*tables, table(f"Rows that break it{more}", (("Row", "text"), ("Why", "text")), listed)],
            "figures": {"n": len(rows), "breaking": len(why), **figures},
        },
        n=len(rows),
        title=title,
        severity=severity,
    )


_QUESTIONS: Mapping[CheckKind, Callable[[CheckContext], CheckOutcome]] = {
    CheckKind.TRAINING_CONSENT: consent,
    CheckKind.TRAINING_PRIVACY: privacy,
    CheckKind.TRAINING_DUPLICATES: duplicates,
    CheckKind.TRAINING_ANONYMITY: anonymity,
    CheckKind.TRAINING_WITHDRAWAL: withdrawal,
}
TRAINING_CHECKS: tuple[Check[Any], ...] = (
    *(
        Check(kind=kind, settings=TrainingSettings, expand=_expander(kind), answer=one_by_one(run))
        for kind, run in _QUESTIONS.items()
    ),
    *BALANCE_CHECKS,
)

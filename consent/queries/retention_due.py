"""Which rows' time has passed, asked of the database: consent.retention.resolution as an expression over rows.

The dry run, the nightly run and the check for breaches all ask here, so that one does what the other said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DateTimeField, DurationField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Least, Left

from consent import holds as reach
from consent.models import RetentionRule
from consent.queries.holds import HoldsInForce, holds_in_force
from consent.retention.classes import DataClass, Group, data_class, data_classes
from consent.retention.resolution import EU, Rule, candidates
from consent.states import Anchor, RuleState

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one kind of data in one group.

    `due` and `soon` (within 30 days, `due` included) can be disposed of; `held` are due and held back
    (consent.queries.holds says by what); `breach` are due beyond their grace. `governed` says whether a rule is there
    for every purpose.
    """

    data_class: str
    group: int | None
    label: str
    governed: bool
    kept: int = 0
    due: int = 0
    soon: int = 0
    held: int = 0
    breach: int = 0

    @property
    def kind_label(self) -> str:
        return data_class(self.data_class).label

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def rules_in_force(*, team_id: int) -> dict[str, list[Rule]]:
    """The team's active rules by kind of data. One query."""
    found: dict[str, list[Rule]] = {}
    for rule in RetentionRule.objects.filter(team_id=team_id, state=RuleState.ACTIVE).order_by("pk"):
        found.setdefault(rule.data_class, []).append(rule.deciding)
    return found


def governed(rules: Iterable[Rule], group: Group) -> bool:
    """Whether every purpose of the group has a rule that can set a deadline."""
    rules = list(rules)
    return all(candidates(rules, purpose=purpose) for purpose in group.purposes or (None,))


def due_rows(
    kind: DataClass,
    group: Group,
    rules: Sequence[Rule],
    *,
    team_id: int,
    now: datetime,
    grace: bool = False,
) -> QuerySet[Any]:
    """The rows of the group whose time has passed at `now`, held or not; with `grace`, that should long be gone."""
    if not governed(rules, group):
        return kind.rows(team_id, group).none()
    ends = _ends(kind, group, rules, grace=grace)
    rows = _placed(kind, kind.rows(team_id, group)).annotate(**ends)
    rows = rows.filter(**{f"{name}__lte": now for name in ends})
    if kind.since and not any(rule.anchor == Anchor.CONSENT_WITHDRAWN for rule in rules):
        rows = rows.filter(**{f"{kind.since}__lte": now - min(rule.period.shortest for rule in rules)})
    return rows


def free(rows: QuerySet[Any], kind: DataClass, group: Group, holds: HoldsInForce) -> QuerySet[Any]:
    """Of these rows, those that nothing holds back."""
    if _whole_group_held(kind, group, holds):
        return rows.none()
    return _met(kind, rows, holds).exclude(_held(kind, holds))


def figures(
    kind: DataClass,
    group: Group,
    rules: Sequence[Rule],
    *,
    team_id: int,
    now: datetime,
    holds: HoldsInForce,
) -> Figures:
    """What is due of one group. One query."""
    place = (kind.name, group.key, group.label)
    rows = kind.rows(team_id, group)
    if not governed(rules, group):
        return Figures(*place, governed=False, kept=rows.count())
    ends = _ends(kind, group, rules, grace=False)
    beyond = _ends(kind, group, rules, grace=True, prefix="beyond")
    held = Q(pk__isnull=False) if _whole_group_held(kind, group, holds) else _held(kind, holds)
    due, soon, breach = (
        Q(**{f"{name}__lte": moment for name in names})
        for names, moment in ((ends, now), (ends, now + SOON), (beyond, now))
    )
    counted = (
        _met(kind, _placed(kind, rows), holds)
        .annotate(**ends, **beyond)
        .order_by()
        .aggregate(
            kept_n=Count("pk"),
            due_n=Count("pk", filter=due & ~held),
            soon_n=Count("pk", filter=soon & ~held),
            held_n=Count("pk", filter=due & held),
            breach_n=Count("pk", filter=breach & ~held),
        )
    )
    return Figures(*place, governed=True, **{name.removesuffix("_n"): n for name, n in counted.items()})


def assistant_figures(*, team_id: int, assistant_id: int, now: datetime) -> list[Figures]:
    """What is due of one assistant's data, of every kind that a rule is about. A query each."""
    active, holds = rules_in_force(team_id=team_id), holds_in_force(team_id=team_id)
    return [
        figures(kind, group, active[kind.name], team_id=team_id, now=now, holds=holds)
        for kind, group in _of_assistant(team_id, assistant_id)
        if kind.name in active
    ]


def conversations_in_breach(*, team_id: int, assistant_id: int, data_class: str, now: datetime, most: int) -> list[int]:
    """Conversations of which data of this kind is there beyond deadline and grace, unheld; the oldest first."""
    rules, holds = rules_in_force(team_id=team_id).get(data_class, []), holds_in_force(team_id=team_id)
    found: dict[int, None] = {}
    for kind, group in _of_assistant(team_id, assistant_id):
        if kind.name == data_class and kind.conversation:
            rows = due_rows(kind, group, rules, team_id=team_id, now=now, grace=True)
            rows = free(rows, kind, group, holds).filter(**{f"{kind.conversation}__isnull": False}).order_by("pk")
            found |= dict.fromkeys(rows.values_list(kind.conversation, flat=True)[:most])
    return list(found)[:most]


def _of_assistant(team_id: int, assistant_id: int) -> Iterator[tuple[DataClass, Group]]:
    for kind in data_classes():
        for group in kind.groups(team_id) if kind.of_assistants else ():
            if group.assistant == assistant_id:
                yield kind, group


def _ends(kind: DataClass, group: Group, rules: Sequence[Rule], *, grace: bool, prefix: str = "ends") -> dict[str, Any]:
    """The deadline that each purpose of the group sets, as annotations; null where it sets none."""
    return {
        f"retention_{prefix}_{number}": _earliest(list(_deadlines(kind, rules, purpose, grace=grace)))
        for number, purpose in enumerate(group.purposes or (None,))
    }


def _deadlines(kind: DataClass, rules: Sequence[Rule], purpose: int | None, *, grace: bool) -> Iterator[Any]:
    for anchor, ordered in candidates(rules, purpose=purpose).items():
        reached = kind.anchors[Anchor(anchor)](purpose)
        whens, default = [], Value(None, output_field=DateTimeField())
        for rule in ordered:
            end = _later(reached, rule.period.interval)
            if grace:
                end = _later(end, rule.grace.interval)
            if not rule.jurisdiction:
                default = end
                break
            whens.append(When(_in(rule.jurisdiction), then=end))
        yield Case(*whens, default=default, output_field=DateTimeField()) if whens else default


def _earliest(ends: list[Any]) -> Any:
    return ends[0] if len(ends) == 1 else Least(*ends, output_field=DateTimeField())


def _later(moment: Any, interval: str) -> Any:
    """PostgreSQL adds months, days and time in that order; the session's time zone is UTC."""
    return Cast(moment + Cast(Value(interval), DurationField()), DateTimeField())


def _placed(kind: DataClass, rows: QuerySet[Any]) -> QuerySet[Any]:
    place = Coalesce(kind.place, Value(""))
    return rows.annotate(retention_place=place).annotate(retention_country=Left(F("retention_place"), 2))


def _in(jurisdiction: str) -> Q:
    if "-" in jurisdiction:
        return Q(retention_place=jurisdiction)
    return Q(retention_country__in=sorted(EU | {"EU"}) if jurisdiction == "EU" else [jurisdiction])


def _held(kind: DataClass, holds: HoldsInForce) -> Q:
    held = Q(pk__isnull=True)
    if kind.subject and holds.subjects:
        held |= Q(**{f"{kind.subject}__in": sorted(holds.subjects)})
    if _asks_assistants(kind, holds):
        held |= Q(retention_met=True)
    return held


def _met(kind: DataClass, rows: QuerySet[Any], holds: HoldsInForce) -> QuerySet[Any]:
    """Rows that are not of one assistant, with whether their subject has met one that is held."""
    if not _asks_assistants(kind, holds):
        return rows
    return rows.annotate(retention_met=reach.assistants().met(holds.assistants, kind.subject))


def _asks_assistants(kind: DataClass, holds: HoldsInForce) -> bool:
    return bool(kind.subject and holds.assistants and not kind.of_assistants)


def _whole_group_held(kind: DataClass, group: Group, holds: HoldsInForce) -> bool:
    return holds.whole_team or (group.assistant in holds.assistants)

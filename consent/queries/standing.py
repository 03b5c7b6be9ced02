"""What else is on record of a customer besides consent events: merges, age notes, restrictions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from consent.models import ConsentEvent, DataSubject, Notice, ProcessingRestriction, SubjectAgeNote, SubjectLinkEvent
from consent.people import last_steps
from consent.queries.facts import links_of
from portal.accounts.models import ApiKey, User


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that reaches the customer: its steps, oldest first, and who is on the other side."""

    state: str
    steps: list[SubjectLinkEvent]
    others: list[DataSubject]

    @property
    def merge(self) -> str:
        return str(self.steps[0].merge)


def merges_of(*, subject: DataSubject, known_at: datetime) -> list[Merge]:
    """The merges that reach the customer over any number of others, as known then, newest first. Two queries."""
    links = links_of([subject.pk], known_at=known_at)
    rows = SubjectLinkEvent.objects.select_related("low", "high").filter(pk__in=[link.id for link in links])
    steps: dict[object, list[SubjectLinkEvent]] = {}
    for row in rows.order_by("pk"):
        steps.setdefault(row.merge, []).append(row)
    merges = []
    for last in last_steps(links, known_at=known_at):
        ends = [steps[last.merge][0].low, steps[last.merge][0].high]
        others = [end for end in ends if end.pk != subject.pk]
        merges.append(Merge(last.state, steps[last.merge], others))
    return merges[::-1]


def age_notes_of(*, subject: DataSubject, known_at: datetime) -> list[SubjectAgeNote]:
    """The customer's age notes on record then, newest first."""
    return list(SubjectAgeNote.objects.filter(subject=subject, recorded_at__lte=known_at).order_by("-pk"))


def restrictions_of(*, subject: DataSubject, known_at: datetime) -> list[ProcessingRestriction]:
    """The customer's restrictions on record then, newest first; a lift that was not on record yet is left out."""
    found = list(ProcessingRestriction.objects.filter(subject=subject, recorded_at__lte=known_at).order_by("-pk"))
    for one in found:
        if one.lift_recorded_at is not None and one.lift_recorded_at > known_at:
            one.lifted_at = None
    return found


def renewals_due(*, event_ids: Collection[int], use_time: datetime, known_at: datetime) -> dict[int, Notice]:
    """For consents whose notice changed materially: event id → the version to ask for. Two queries."""
    events = ConsentEvent.objects.filter(pk__in=event_ids, notice__isnull=False).select_related("notice")
    due: dict[int, Notice] = {}
    wanted = list(events.defer("notice__content"))
    newer = Notice.objects.filter(
        team__in={event.team_id for event in wanted},
        material=True,
        published_at__lte=use_time,
        recorded_at__lte=known_at,
    ).defer("content")
    for notice in newer.order_by("version"):
        for event in wanted:
            agreed = event.notice
            if agreed is not None and agreed.code == notice.code and agreed.version < notice.version:
                due[event.pk] = notice
    return due


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """Who `user:7`, `key:3` and `system` are, by name. Two queries."""
    ids: dict[str, set[int]] = {"user": set(), "key": set()}
    for kind, _, pk in (ref.partition(":") for ref in refs):
        if kind in ids and pk.isdigit():
            ids[kind].add(int(pk))
    people = User.objects.filter(pk__in=ids["user"]).values_list("pk", "name")
    keys = ApiKey.objects.filter(pk__in=ids["key"]).values_list("pk", "name")
    return {
        "system": "Probity",
        **{f"user:{pk}": name or f"Person {pk}" for pk, name in people},
        **{f"key:{pk}": f"API key {name}" for pk, name in keys},
    }

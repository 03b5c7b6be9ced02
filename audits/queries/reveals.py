"""Revealed values: which are open to whom, what asks for a step-up login, and the list for those who watch over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from assistants.models import Conversation
from audits.models import Reveal, TranscriptRead
from audits.queries.masking import Place
from consent.queries.restrictions import is_restricted
from portal.accounts.models import User
from portal.core.access import can, restrict
from portal.core.actors import Actor


def places_open_to(person: User, conversation: Conversation) -> dict[Place, datetime]:
    """The places of the conversation's current revision that this person may read in clear, and until when.

    Empty once the role is gone or the processing of the data subject's data is restricted.
    """
    if not can(person, "conversations.reveal", conversation):
        return {}
    found = {
        Place(reveal.turn, reveal.start, reveal.end): reveal.expires_at
        for reveal in reveals_open(person, conversation)
        if reveal.revision == conversation.revision
    }
    return {} if found and is_restricted(conversation.subject_id) else found


def reveals_open(person: User, conversation: Conversation) -> list[Reveal]:
    """What this person has revealed in the conversation and what has neither expired nor been ended."""
    found = Reveal.objects.filter(_open_at(timezone.now()), conversation=conversation, person=person)
    return list(found.defer("reason").order_by("expires_at"))


def next_reveal_at(person: User, *, now: datetime) -> datetime | None:
    """When this person may reveal again; None where the hour's limit leaves room now."""
    limit = settings.PROBITY_REVEALS_PER_HOUR
    recent = Reveal.objects.filter(person=person, revealed_at__gt=now - timedelta(hours=1))
    times = list(recent.order_by("-revealed_at").values_list("revealed_at", flat=True)[:limit])
    return times[-1] + timedelta(hours=1) if len(times) >= limit else None


@dataclass(frozen=True, slots=True)
class RevealFilters:
    """What the list is narrowed by; days are UTC days, both included."""

    person: int | None = None
    assistant: str = ""
    type: str = ""
    since: date | None = None
    until: date | None = None
    open_only: bool = False


def reveals_for(actor: Actor, filters: RevealFilters | None = None) -> QuerySet[Reveal]:
    """The reveals in the actor's teams, newest first."""
    wanted = filters or RevealFilters()
    found = Reveal.objects.select_related("conversation__assistant", "person").defer("conversation__sealed")
    found = restrict(found, actor, "reveals.view")
    if wanted.person is not None:
        found = found.filter(person=wanted.person)
    if wanted.assistant:
        found = found.filter(conversation__assistant__slug=wanted.assistant)
    if wanted.type:
        found = found.filter(types__contains=[wanted.type])
    if wanted.since is not None:
        found = found.filter(revealed_at__date__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(revealed_at__date__lte=wanted.until)
    if wanted.open_only:
        found = found.filter(_open_at(timezone.now()))
    return found.order_by("-pk")


@dataclass(frozen=True, slots=True)
class Revealer:
    """One person's reveals of the last seven days; `usual` is their mean of a week in the eight weeks before."""

    person: User
    count: int
    latest: datetime
    usual: float

    @property
    def unusual(self) -> bool:
        """Whether it is worth asking why: ten or more, and over three times what this person usually looks at."""
        return self.count >= 10 and self.count > 3 * self.usual


def revealers(actor: Actor) -> list[Revealer]:
    """Who revealed values in the actor's teams during the last seven days, most first. Two queries."""
    week = timezone.now() - timedelta(days=7)
    rows = (
        restrict(Reveal.objects.filter(revealed_at__gt=week - timedelta(weeks=8)), actor, "reveals.view")
        .values("person")
        .annotate(
            count=Count("pk", filter=Q(revealed_at__gt=week)),
            before=Count("pk", filter=Q(revealed_at__lte=week)),
            latest=Max("revealed_at"),
        )
        .filter(count__gt=0)
        .order_by("-count", "person")
    )
    people = User.objects.in_bulk([row["person"] for row in rows])
    return [Revealer(people[row["person"]], row["count"], row["latest"], row["before"] / 8) for row in rows]


def people_who_revealed(actor: Actor) -> QuerySet[User]:
    """Everybody who ever revealed a value in the actor's teams, for the list's filter."""
    ids = restrict(Reveal.objects.all(), actor, "reveals.view").values("person")
    return User.objects.filter(pk__in=ids).order_by("name", "pk")


def types_revealed(actor: Actor) -> list[str]:
    """Every type that was ever revealed in the actor's teams, for the list's filter."""
    found = restrict(Reveal.objects.all(), actor, "reveals.view").values_list("types", flat=True).distinct()
    return sorted({type_ for types in found for type_ in types})


@dataclass(frozen=True, slots=True)
class ReadFilters:
    """What the list of opened transcripts is narrowed by; days are UTC days, both included."""

    person: int | None = None
    assistant: str = ""
    since: date | None = None
    until: date | None = None


def transcript_reads_for(actor: Actor, filters: ReadFilters | None = None) -> QuerySet[TranscriptRead]:
    """Who opened which masked transcript on which day, newest first."""
    wanted = filters or ReadFilters()
    found = TranscriptRead.objects.select_related("conversation__assistant", "person").defer("conversation__sealed")
    found = restrict(found, actor, "transcript_reads.view")
    if wanted.person is not None:
        found = found.filter(person=wanted.person)
    if wanted.assistant:
        found = found.filter(conversation__assistant__slug=wanted.assistant)
    if wanted.since is not None:
        found = found.filter(day__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(day__lte=wanted.until)
    return found.order_by("-pk")


def people_who_read(actor: Actor) -> QuerySet[User]:
    """Everybody who ever opened a transcript of the actor's teams, for the list's filter."""
    ids = restrict(TranscriptRead.objects.all(), actor, "transcript_reads.view").values("person")
    return User.objects.filter(pk__in=ids).order_by("name", "pk")


def _open_at(now: datetime) -> Q:
    return Q(ended_at__isnull=True, revealed_at__lte=now, expires_at__gt=now)

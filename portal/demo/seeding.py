"""Fills a database with the demo company, by the same services that pages and integrations use.

Everything happens in one transaction: an interrupted run leaves nothing behind.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from assistants.models import Assistant, Conversation
from assistants.records import RecordParser, numbered_records
from assistants.services.intake import conversations_intake
from assistants.services.registry import (
    assistant_move,
    assistant_register,
    audited_attribute_declare,
    data_source_register,
    release_register,
)
from assistants.states import AssistantState, DataSourceKind
from audits.services.cycles import cycle_open
from audits.services.flags import flag_raise
from audits.services.probe_sets import probe_set_copy
from audits.services.programmes import programme_change, programme_ensure
from audits.states import CheckKind, FlagKind, FlagSource
from consent.models import Purpose
from consent.services.entries import ConsentEntry, NoticeRef
from consent.services.events import consent_events_record
from consent.services.notices import notice_publish
from consent.services.purposes import purpose_create
from consent.states import ConsentState, LawfulBasis
from portal.accounts.api_keys import api_key_create
from portal.accounts.models import ApiKey, Membership, Team, User
from portal.core.actors import SYSTEM
from portal.core.roles import Scope
from portal.demo.company import ASSISTANTS, CARE, DAYS, FIRST_LOOK, PEOPLE, TEAMS, DemoAssistant
from portal.demo.consents import consent_history_seed
from portal.demo.conversations import WITHDRAWN_DAYS_AGO, customers, records, withdrawing
from portal.demo.exposures import patterns_seed
from portal.demo.probes import probe_seed
from portal.demo.requests import requests_seed
from portal.demo.retention import retention_rules_seed, retention_seed
from portal.demo.training import training_data
from portal.demo.watch import watch_seed

NOTICE = (
    "We use your messages to answer you. With your consent, our staff also read some of them to make the assistant "
    "better. You can withdraw that consent at any time."
)
HELD_CUSTOMER = "A-100003"
KEY_NAME = "Chat platform (demo)"
MAX_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the seeding made: the people, and the API key of the first team, whose text exists nowhere else."""

    people: list[User]
    api_key: str
    conversations: int


class AlreadySeeded(Exception):
    """The demo company is there."""


@transaction.atomic
def seed(*, today: date, password: str, plans: Sequence[DemoAssistant] = ASSISTANTS) -> Seeded:
    """Make the company, its people with this password, its assistants by these plans with their conversations up to
    yesterday, and open a cycle for each assistant. The audits themselves run when workers do. Raises AlreadySeeded.
    """
    if Team.objects.filter(slug=CARE).exists():
        raise AlreadySeeded
    teams = {
        slug: Team.objects.create(slug=slug, name=name, controller=f"{name} Ltd", synthetic=True)
        for slug, name in TEAMS.items()
    }
    people = _people(teams, password)
    by_login = {user.email.partition("@")[0]: user for user in people}
    keys = {slug: _api_key(team, by_login["ada"]) for slug, team in teams.items()}
    for team in teams.values():
        _purposes(team, by_login["petra"], today)
        retention_rules_seed(team, by_login["petra"])
        probe_set_copy(team_id=team.pk, shipped="customer-service", actor=by_login["mona"])
    total = 0
    for plan in plans:
        key = keys[plan.team][0]
        assistant = _assistant(plan, teams[plan.team], by_login, today)
        _consents(plan, teams[plan.team], key, today)
        patterns_seed(assistant=assistant, officer=by_login["petra"])
        total += _conversations(plan, assistant, key, today)
        _statistics_refresh()
        _flags(assistant, key)
        training_data(plan, assistant, by_login, today=today)
        if plan is plans[0]:
            requests_seed(assistant=assistant, officer=by_login["petra"], key=key, today=today)
        if plan.truths:
            _truths_declare(assistant, plan.truths, administrator=by_login["ada"])
        watch_seed(assistant=assistant, administrator=by_login["ada"])
        if plan is plans[0]:
            probe_seed(assistant=assistant, manager=by_login["mona"])
            _intersections_nominate(assistant, today)
        cycle_open(assistant=assistant, period_from=today - timedelta(days=DAYS), period_until=today, actor=SYSTEM)
    consent_history_seed(team=teams[CARE], key=keys[CARE][0], officer=by_login["petra"], today=today)
    retention_seed(teams[CARE], by_login["petra"], customer=HELD_CUSTOMER)
    return Seeded(people=people, api_key=keys[CARE][1], conversations=total)


def _statistics_refresh() -> None:
    """Tell the planner how large the tables have become, and keep autovacuum away from them until the end.

    It sees no row that is not committed and would note that there are none: joins of thousands of rows, planned for
    one, take hours.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE assistants_conversation, assistants_auditattributes, assistants_consentsnapshot,"
            " consent_datasubject, consent_consentevent, core_datakey"
        )


def _people(teams: dict[str, Team], password: str) -> list[User]:
    users = []
    for person in PEOPLE:
        user = User.objects.create_user(
            person.email, password, name=person.name, is_staff=person.staff, is_superuser=person.staff
        )
        Membership.objects.bulk_create(
            Membership(user=user, team=teams[slug], role=role) for slug, roles in person.roles.items() for role in roles
        )
        users.append(user)
    return users


def _api_key(team: Team, administrator: User) -> tuple[ApiKey, str]:
    expires_at = timezone.now() + timedelta(days=90)
    return api_key_create(team=team, name=KEY_NAME, scopes=Scope.values, expires_at=expires_at, actor=administrator)


def _purposes(team: Team, officer: User, today: date) -> None:
    service = purpose_create(
        team=team,
        code="service",
        name="Answering customers",
        description="Using what customers write to answer them.",
        lawful_basis=LawfulBasis.CONTRACT,
        actor=officer,
    )
    review = purpose_create(
        team=team,
        code="quality-review",
        name="Quality review",
        description="Reading conversations to make the assistant better.",
        lawful_basis=LawfulBasis.CONSENT,
        actor=officer,
    )
    notice_publish(
        team=team,
        code="customers",
        language="en",
        content=NOTICE,
        purposes=[service, review],
        published_at=_at(today - timedelta(days=200)),
        actor=officer,
    )


def _assistant(plan: DemoAssistant, team: Team, people: dict[str, User], today: date) -> Assistant:
    administrator, approver = people["ada"], people["abel"]
    assistant = assistant_register(
        team=team,
        slug=plan.slug,
        name=plan.name,
        owner=people["mona"],
        vendor="Brightwater Labs",
        purpose=plan.purpose,
        out_of_scope=plan.out_of_scope,
        limitations=plan.limitations,
        human_handoff=plan.human_handoff,
        channels=list(plan.channels),
        languages=list(plan.languages),
        next_review=today + timedelta(days=90),
        purposes=Purpose.objects.filter(team=team, code__in=plan.purposes),
        actor=administrator,
    )
    for name in plan.attributes:
        audited_attribute_declare(
            assistant_id=assistant.pk, name=name, label=name.replace("_", " ").capitalize(), actor=administrator
        )
    releases = [
        release_register(
            assistant_id=assistant.pk,
            version=release.version,
            model=release.model,
            provider="Brightwater Labs",
            algorithm=release.algorithm,
            knowledge_base=release.knowledge_base,
            guardrails=release.guardrails,
            changes=release.changes,
            released_at=_at(today - timedelta(days=release.days_ago)),
            actor=administrator,
        )
        for release in plan.releases
    ]
    data_source_register(
        assistant_id=assistant.pk,
        name="Service dialogues, selected",
        kind=DataSourceKind.FINE_TUNING,
        origin="Brightwater's own service desk",
        licence="own",
        lawful_basis=LawfulBasis.CONSENT,
        personal_data=True,
        collected_from=today - timedelta(days=700),
        collected_until=today - timedelta(days=200),
        description="Dialogues of customers who agreed to quality review, redacted before training.",
        releases=releases,
        actor=administrator,
    )
    data_source_register(
        assistant_id=assistant.pk,
        name=releases[-1].knowledge_base,
        kind=DataSourceKind.KNOWLEDGE_BASE,
        origin="Public help pages",
        licence="CC BY 4.0",
        description="What the assistant looks its answers up in.",
        releases=releases[-1:],
        actor=administrator,
    )
    assistant_move(assistant_id=assistant.pk, state=AssistantState.IN_REVIEW, actor=administrator)
    assistant_move(assistant_id=assistant.pk, state=AssistantState.APPROVED, actor=approver)
    return assistant_move(assistant_id=assistant.pk, state=AssistantState.LIVE, actor=administrator)


def _consents(plan: DemoAssistant, team: Team, key: ApiKey, today: date) -> None:
    if "quality-review" not in plan.purposes:
        return
    given = _at(today - timedelta(days=150))
    entries = [_entry("given", customer.reference, ConsentState.GIVEN, given) for customer in customers(plan)]
    withdrawn = _at(today - timedelta(days=WITHDRAWN_DAYS_AGO))
    entries += [
        _entry("withdrawn", reference, ConsentState.WITHDRAWN, withdrawn)
        for reference in withdrawing(plan, today=today)
    ]
    consent_events_record(team=team, entries=entries, actor=key)


def _entry(word: str, reference: str, state: ConsentState, occurred_at: datetime) -> ConsentEntry:
    return ConsentEntry(
        source="shop",
        source_event_id=f"{word}-{reference}",
        customer_ref=reference,
        purpose="quality-review",
        state=state,
        occurred_at=occurred_at,
        notice=NoticeRef(code="customers", version=1, language="en"),
        evidence_channel="website",
        evidence_method="tick box",
    )


def _conversations(plan: DemoAssistant, assistant: Assistant, key: ApiKey, today: date) -> int:
    lines = io.BytesIO(b"".join(msgspec.json.encode(record) + b"\n" for record in records(plan, today=today)))
    numbered = numbered_records(lines, RecordParser(), max_line_bytes=MAX_LINE_BYTES)
    report = conversations_intake(assistant=assistant, records=numbered, source="demo", actor=key)
    if report.rejected:
        raise RuntimeError(f"{report.rejected} demo conversations were rejected")
    return report.created


def _truths_declare(assistant: Assistant, pairs: Mapping[str, str], *, administrator: User) -> None:
    """Have decisions held against what is found out later; all other checks stay as they are."""
    programme = programme_ensure(assistant=assistant)
    checks = [
        {**check, "params": {**check["params"], "pairs": dict(pairs)}}
        if check["kind"] == CheckKind.ERROR_PARITY
        else check
        for check in programme.checks
    ]
    programme_change(
        programme_id=programme.pk,
        actor=administrator,
        checks=checks,
        frequency=programme.frequency,
        active=programme.active,
    )


def _intersections_nominate(assistant: Assistant, today: date) -> None:
    """A look at the first weeks only, whose worst intersections the audit then tests on the days after it."""
    cycle_open(
        assistant=assistant,
        period_from=today - timedelta(days=DAYS),
        period_until=today - timedelta(days=FIRST_LOOK),
        kinds=[CheckKind.INTERSECTIONS],
        actor=SYSTEM,
    )


def _flags(assistant: Assistant, key: ApiKey) -> None:
    doubts: list[tuple[FlagKind, FlagSource, str]] = [
        (FlagKind.UNFAIR, FlagSource.CUSTOMER, "I had to explain everything three times and was sent away."),
        (FlagKind.WRONG, FlagSource.CUSTOMER, "It said it was done, but nothing has changed."),
        (FlagKind.NO_HUMAN, FlagSource.CUSTOMER, "I asked for a person and nobody came."),
        (FlagKind.WRONG, FlagSource.AGENT, "The answer contradicts the help page."),
    ]
    for number, (conversation, (kind, source, note)) in enumerate(zip(_unresolved(assistant), doubts, strict=False)):
        flag_raise(
            conversation=conversation,
            kind=kind,
            source=source,
            source_id=f"{assistant.slug}-{number}",
            note=note,
            actor=key,
        )


def _unresolved(assistant: Assistant) -> Iterator[Conversation]:
    yield from Conversation.objects.filter(assistant=assistant, outcome__resolved=False).order_by("-started_at")[:4]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)

"""Legal holds: who may place and release them, what they reach, and that their history stays."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from consent.models import LegalHold
from consent.queries.holds import held, holds_for, holds_in_force
from consent.services.holds import hold_place, hold_release, holds_freeze
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.factories import AssistantFactory, ConversationFactory, DataSubjectFactory
from tests.other_session import other_session

SECRET = "Roe against Home, 12 O 345/26"


@pytest.fixture
def hold(home, privacy_officer):
    def place(**target):
        return hold_place(team=home, matter=SECRET, reason="Jane Roe sues.", actor=privacy_officer, **target)

    return place


def test_hold_reaches_its_subject_its_assistants_customers_or_the_whole_team(home, away, hold):
    alone, talker, silent, stranger = (DataSubjectFactory(team=team) for team in (home, home, home, away))
    assistant = AssistantFactory(team=home)
    ConversationFactory(assistant=assistant, subject=talker)
    everybody = {alone.pk, talker.pk, silent.pk, stranger.pk}
    assert held(everybody) == set()

    of_one = hold(subject=alone)
    assert held(everybody) == {alone.pk}
    hold(assistant_id=assistant.pk)
    assert held(everybody) == {alone.pk, talker.pk}
    assert held({silent.pk}) == set()
    hold()
    assert held(everybody) == {alone.pk, talker.pk, silent.pk}
    assert held([]) == set()
    assert holds_in_force(team_id=home.pk).subjects == {alone.pk}
    assert holds_in_force(team_id=home.pk).assistants == {assistant.pk}
    assert holds_in_force(team_id=home.pk).whole_team
    assert not holds_in_force(team_id=away.pk)

    LegalHold.objects.get(pk=of_one.pk)
    for placed in LegalHold.objects.all():
        hold_release(hold_id=placed.pk, reason="Settled.", actor=of_one.placed_by)
    assert held(everybody) == set()


def test_held_costs_the_same_for_one_and_for_thirty(home, hold):
    assistant = AssistantFactory(team=home)
    subjects = [DataSubjectFactory(team=home) for _ in range(30)]
    hold(assistant_id=assistant.pk)
    hold(subject=subjects[0])
    counts = []
    for ids in ([subjects[-1].pk], [subject.pk for subject in subjects]):
        with CaptureQueriesContext(connection) as captured:
            held(ids)
        counts.append(len(captured))
    assert counts == [3, 3]


def test_only_the_privacy_officer_of_the_team_places_and_releases(
    home, hold, reviewer, approver, manager, auditor, administrator, outsider
):
    placed = hold()
    for person in (reviewer, approver, manager, auditor, administrator):
        with pytest.raises(Denied):
            hold_place(team=home, matter="m", reason="r", actor=person)
        with pytest.raises(Denied):
            hold_release(hold_id=placed.pk, reason="r", actor=person)
    with pytest.raises(NotFound):
        hold_place(team=home, matter="m", reason="r", actor=outsider)
    with pytest.raises(NotFound):
        hold_release(hold_id=placed.pk, reason="r", actor=outsider)


def test_who_sees_holds(hold, privacy_officer, manager, auditor, administrator, reviewer, approver, outsider, nobody):
    placed = hold()
    for person in (privacy_officer, manager, auditor, administrator):
        assert list(holds_for(person)) == [placed]
    for person in (reviewer, approver, outsider, nobody):
        assert list(holds_for(person)) == []


def test_hold_is_refused_on_what_is_not_the_teams_and_without_a_reason(home, away, hold, privacy_officer):
    with pytest.raises(NotFound):
        hold(subject=DataSubjectFactory(team=away))
    with pytest.raises(NotFound):
        hold(assistant_id=AssistantFactory(team=away).pk)
    with pytest.raises(NotFound):
        hold(assistant_id=0)
    with pytest.raises(Invalid, match="one customer or on one assistant"):
        hold(subject=DataSubjectFactory(team=home), assistant_id=AssistantFactory(team=home).pk)
    for field in ("matter", "reason"):
        with pytest.raises(Invalid) as refused:
            hold_place(team=home, **{"matter": "m", "reason": "r", field: " "}, actor=privacy_officer)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        hold_release(hold_id=hold().pk, reason="", actor=privacy_officer)


def test_hold_is_released_once_and_the_ledger_holds_no_words_of_it(home, hold, privacy_officer):
    subject = DataSubjectFactory(team=home)
    placed = hold(subject=subject)
    released = hold_release(hold_id=placed.pk, reason="Jane Roe settled.", actor=privacy_officer)
    assert (released.released_by, released.in_force) == (privacy_officer, False)
    with pytest.raises(Conflict):
        hold_release(hold_id=placed.pk, reason="again", actor=privacy_officer)
    entries = LedgerEntry.objects.filter(object_id=str(placed.pk), object_type="consent.legalhold").order_by("seq")
    assert [entry.action for entry in entries] == ["hold.placed", "hold.released"]
    assert str(subject.public_id) in entries[0].body
    assert not any("Roe" in entry.body for entry in entries)
    assert LegalHold.objects.get(pk=placed.pk).matter == SECRET
    with connection.cursor() as cursor:
        cursor.execute("SELECT matter, reason, release_reason FROM consent_legalhold")
        assert not any("Roe" in text for text in cursor.fetchone())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM consent_legalhold",
        "UPDATE consent_legalhold SET placed_at = now()",
        "UPDATE consent_legalhold SET released_at = NULL, released_by_id = NULL",
        "TRUNCATE consent_legalhold",
    ],
)
def test_database_refuses_to_rewrite_a_hold(hold, privacy_officer, statement):
    hold_release(hold_id=hold().pk, reason="Settled.", actor=privacy_officer)
    refused = pytest.raises(DatabaseError, match=r"placed once|append-only|pending trigger")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_hold_waits_for_a_disposal_under_way(home, hold):
    with other_session() as disposal:
        disposal.execute("BEGIN")
        disposal.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [0x484F4C44, home.pk])
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
            hold()
        with transaction.atomic():
            holds_freeze(team_id=home.pk)  # another disposal does not wait
        disposal.execute("ROLLBACK")
    assert hold().in_force

"""Resolving references to data subjects: once per team, under their own key, whoever else is at it."""

import threading
import time
import uuid

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from consent.models import DataSubject
from consent.queries import subject_by_public_id, subject_by_reference
from consent.services.subjects import reference_open, subjects_resolve
from consent.states import SubjectKind
from portal.core.errors import KeyDestroyed, NotFound
from portal.core.models import DataKey


@pytest.fixture
def erased(home):
    [resolved] = subjects_resolve(team=home, references=["gone-1"])
    subject = DataSubject.objects.get(pk=resolved.subject_id)
    DataKey.objects.filter(pk=subject.data_key_id).update(wrapped=None, destroyed_at=timezone.now())
    return subject


def test_a_reference_is_one_subject_in_one_call_and_over_calls(home):
    first = subjects_resolve(team=home, references=["ref-1", "ref-2", "ref-1"])
    again = subjects_resolve(team=home, references=["ref-2", "ref-1"])
    assert first[0] == first[2]
    assert again == [first[1], first[0]]
    assert DataSubject.objects.count() == 2
    assert DataKey.objects.count() == 2


def test_references_are_compared_without_outer_space_and_in_nfc(home):
    composed, decomposed = "Zoë", "  Zoe\u0308 "
    first, second, other_case = subjects_resolve(team=home, references=[composed, decomposed, "zoë"])
    assert first == second
    assert other_case.subject_id != first.subject_id


def test_without_a_reference_each_is_a_new_anonymous_subject(home):
    resolved = subjects_resolve(team=home, references=[None, "", "  ", None])
    assert len({one.subject_id for one in resolved}) == 4
    kinds = DataSubject.objects.values_list("kind", "reference_sealed", "reference_index")
    assert set(kinds) == {(SubjectKind.ANONYMOUS, None, None)}


def test_results_keep_the_order_of_the_references(home):
    mixed = subjects_resolve(team=home, references=["b", None, "a", None, "b"])
    by_id = {subject.pk: subject for subject in DataSubject.objects.select_related("data_key")}
    names = [by_id[one.subject_id].kind for one in mixed]
    assert names == ["identified", "anonymous", "identified", "anonymous", "identified"]
    assert [reference_open(by_id[mixed[index].subject_id]) for index in (0, 2, 4)] == ["b", "a", "b"]
    assert [by_id[one.subject_id].public_id for one in mixed] == [one.public_id for one in mixed]


def test_the_returned_key_is_the_stored_one(home):
    [created] = subjects_resolve(team=home, references=["ref-1"])
    [found] = subjects_resolve(team=home, references=["ref-1"])
    sealed = created.key.seal(b"hello", place="somewhere")
    assert found.key.open(sealed, place="somewhere") == b"hello"


def test_the_same_reference_in_two_teams_is_two_unrelated_subjects(home, away):
    [ours] = subjects_resolve(team=home, references=["ref-1"])
    [theirs] = subjects_resolve(team=away, references=["ref-1"])
    assert ours.subject_id != theirs.subject_id
    assert DataSubject.objects.values("reference_index").distinct().count() == 2
    assert subject_by_reference(team=home, reference=" ref-1").pk == ours.subject_id
    assert subject_by_public_id(public_id=theirs.public_id).pk == theirs.subject_id


def test_nobody_is_found_by_a_blank_or_unknown_reference_or_pseudonym(home):
    subjects_resolve(team=home, references=[None, "ref-1"])
    assert subject_by_reference(team=home, reference=" ") is None
    assert subject_by_reference(team=home, reference="ref-2") is None
    assert subject_by_public_id(public_id=uuid.uuid4()) is None


def test_an_erased_subject_comes_back_without_a_key(home, erased):
    gone, fresh = subjects_resolve(team=home, references=["gone-1", "ref-1"])
    assert (gone.subject_id, gone.key) == (erased.pk, None)
    assert fresh.key is not None
    erased.data_key.refresh_from_db()
    with pytest.raises(KeyDestroyed):
        reference_open(erased)


def test_an_anonymous_subject_has_no_reference_to_open(home):
    [nameless] = subjects_resolve(team=home, references=[None])
    with pytest.raises(NotFound):
        reference_open(DataSubject.objects.get(pk=nameless.subject_id))


def test_references_of_odd_code_points_survive(home):
    odd = ["a\x00b", "\ud800", "😀", 'ref,1"{}\\']
    resolved = subjects_resolve(team=home, references=odd)
    subjects = DataSubject.objects.in_bulk([one.subject_id for one in resolved])
    assert [reference_open(subjects[one.subject_id]) for one in resolved] == odd


def test_nothing_is_stored_outside_a_transaction_or_for_an_empty_batch(transactional_db):
    with pytest.raises(TransactionManagementError):
        subjects_resolve(team=None, references=["ref-1"])
    with transaction.atomic():
        assert subjects_resolve(team=None, references=[]) == []


def test_a_batch_costs_the_same_queries_whatever_its_size(home, django_assert_num_queries):
    subjects_resolve(team=home, references=["known"])
    for batch in (["known", "new", None], ["known", None] + [f"new-{n}" for n in range(300)]):
        with django_assert_num_queries(4):
            subjects_resolve(team=home, references=batch)


def test_two_callers_at_once_make_one_subject_of_each_reference(transactional_db):
    """The second caller waits for the first, then finds what it made; opposite order does not deadlock them."""
    from tests.factories import TeamFactory

    team = TeamFactory()
    references = [f"ref-{n}" for n in range(200)]
    inserted, release, results, errors = threading.Event(), threading.Event(), {}, []

    def first():
        with transaction.atomic():
            results["first"] = subjects_resolve(team=team, references=references)
            inserted.set()
            release.wait(20)

    def second():
        inserted.wait(20)
        with transaction.atomic():
            results["second"] = subjects_resolve(team=team, references=references[::-1])

    def run(function):
        try:
            function()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[function]) for function in (first, second)]
    for thread in threads:
        thread.start()
    assert inserted.wait(20)
    waiting = _until(lambda: _sessions_waiting_for_a_lock() == 1)
    release.set()
    for thread in threads:
        thread.join(20)
    assert errors == []
    assert waiting
    assert [one.subject_id for one in results["second"]] == [one.subject_id for one in results["first"][::-1]]
    assert [one.key for one in results["second"]] == [one.key for one in results["first"][::-1]]
    assert DataSubject.objects.count() == 200
    assert DataKey.objects.count() == 200


def _sessions_waiting_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.fetchone()[0]


def _until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
    return False

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.core import jobs
from portal.core.errors import Conflict
from portal.core.models import Job, JobState

seen: list[dict] = []


@jobs.job_task("tests.note")
def note(**payload):
    seen.append(payload)
    if payload.get("fail") == "known":
        raise Conflict("It moved on.")
    if payload.get("fail") == "unknown":
        raise ValueError("secret text of a customer")


run = jobs.current_app.tasks["tests.note"]


@pytest.fixture(autouse=True)
def _fresh():
    seen.clear()


@pytest.fixture
def broker_away(settings, monkeypatch):
    monkeypatch.setattr(
        jobs.current_app,
        "send_task",
        lambda *args, **kwargs: (_ for _ in ()).throw(jobs.BrokerUnavailable("away")),
    )


@pytest.fixture
def announced(monkeypatch):
    sent = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args, **kwargs: sent.append((name, args[0])))
    return sent


def test_job_runs_once_however_often_it_is_announced(db, announced):
    job_id = jobs.enqueue("tests.note", assistant_id=7)
    run(job_id)
    run(job_id)
    assert seen == [{"assistant_id": 7}]
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.attempts, job.error) == (JobState.DONE, 1, "")


def test_enqueue_announces_after_commit_only(db, announced, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job_id = jobs.enqueue("tests.note")
        assert announced == []
    assert announced == [("tests.note", job_id)]


@pytest.mark.django_db(transaction=True)
def test_enqueue_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        jobs.enqueue("tests.note")


def test_waiting_key_is_not_queued_twice_but_a_running_one_is(db, announced):
    first = jobs.enqueue("tests.note", key="k")
    assert jobs.enqueue("tests.note", key="k") is None
    Job.objects.filter(pk=first).update(state=JobState.RUNNING)
    assert jobs.enqueue("tests.note", key="k") > first


def test_broker_away_keeps_the_job_for_recovery(db, broker_away, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job_id = jobs.enqueue("tests.note")
    assert Job.objects.get(pk=job_id).announced_at is None
    assert jobs.recover() == 0


def test_recover_announces_what_nobody_was_told_of(db, announced):
    told = jobs.enqueue("tests.note")
    Job.objects.filter(pk=told).update(announced_at=timezone.now())
    untold = jobs.enqueue("tests.note")
    forgotten = jobs.enqueue("tests.note")
    Job.objects.filter(pk=forgotten).update(announced_at=timezone.now() - timedelta(minutes=5))
    later = jobs.enqueue("tests.note", delay=timedelta(hours=1))
    assert jobs.recover() == 2
    assert [job for _, job in announced] == [untold, forgotten]
    assert later not in [job for _, job in announced]


@pytest.mark.django_db(transaction=True)
def test_recover_takes_back_a_lost_job_but_not_a_living_one(announced):
    with transaction.atomic():
        lost, living = jobs.enqueue("tests.note"), jobs.enqueue("tests.note")
    Job.objects.update(state=JobState.RUNNING, announced_at=timezone.now())
    announced.clear()
    holding, release = threading.Event(), threading.Event()

    def hold():
        with jobs._alive(living) as mine:
            assert mine
            holding.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(20)
    try:
        assert jobs.recover() == 1
    finally:
        release.set()
        thread.join()
    assert announced == [("tests.note", lost)]
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["queued", "running"]


def test_known_error_fails_the_job_with_its_message(db, announced):
    job_id = jobs.enqueue("tests.note", fail="known")
    run(job_id)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error) == (JobState.FAILED, "It moved on.")


def test_unknown_error_is_retried_and_its_text_kept_nowhere(db, announced, caplog):
    job_id = jobs.enqueue("tests.note", fail="unknown")
    run(job_id)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error, job.attempts) == (JobState.QUEUED, "ValueError", 1)
    assert job.not_before > timezone.now()
    assert "secret text" not in caplog.text


def test_job_is_given_up_after_too_many_attempts(db, announced):
    job_id = jobs.enqueue("tests.note")
    Job.objects.filter(pk=job_id).update(attempts=jobs.MAX_ATTEMPTS)
    run(job_id)
    assert Job.objects.get(pk=job_id).state == JobState.FAILED
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_waiting_job_is_held_back_until_the_second_asker_commits(announced):
    with transaction.atomic():
        job_id = jobs.enqueue("tests.note", key="k")
    asked, proceed = threading.Event(), threading.Event()

    def ask_again():
        with transaction.atomic():
            assert jobs.enqueue("tests.note", key="k") is None
            asked.set()
            proceed.wait(20)
        connection.close()

    thread = threading.Thread(target=ask_again)
    thread.start()
    assert asked.wait(20)
    try:
        with pytest.raises(Exception, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(state=JobState.RUNNING)
    finally:
        proceed.set()
        thread.join()

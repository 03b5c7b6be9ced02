"""Purposes and notices: registered by those who may, and unchangeable where decisions rest on them."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consent.models import Notice
from consent.services.notices import notice_publish
from consent.services.purposes import purpose_change, purpose_create
from portal.core.errors import Conflict, Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from tests.factories import PurposeFactory


@pytest.fixture
def create(home, privacy_officer):
    def run(code="support", basis="consent", **more):
        options = {"team": home, "name": "Support", "actor": privacy_officer, **more}
        return purpose_create(code=code, lawful_basis=basis, **options)

    return run


@pytest.fixture
def publish(home, privacy_officer, create):
    support = create()

    def run(language="en", **more):
        options = {"content": "We help you.", "purposes": [support], "actor": privacy_officer, **more}
        return notice_publish(team=home, code="privacy", language=language, **options)

    run.support = support
    return run


def test_a_purpose_is_registered_once(create, home):
    purpose = create(description="Answering questions.")
    assert (purpose.team, purpose.code, purpose.lawful_basis) == (home, "support", "consent")
    with pytest.raises(Conflict):
        create()
    assert LedgerEntry.objects.filter(action="purpose.created", object_id=str(purpose.pk)).count() == 1


@pytest.mark.parametrize(
    ("change", "field"), [({"basis": "mood"}, "lawful_basis"), ({"code": ""}, "code"), ({"name": " "}, "name")]
)
def test_an_incomplete_purpose_is_refused(create, change, field):
    with pytest.raises(Invalid) as caught:
        create(**change)
    assert caught.value.field == field


def test_a_purpose_is_reworded_retired_and_brought_back(create, privacy_officer):
    purpose = create()
    same = {"purpose_id": purpose.pk, "actor": privacy_officer, "description": ""}
    assert purpose_change(**same, name="Help").name == "Help"
    assert purpose_change(**same, name="Help", retired=True).retired_at is not None
    assert purpose_change(**same, name="Help").retired_at is None
    purpose_change(**same, name="Help")
    assert LedgerEntry.objects.filter(action="purpose.changed").count() == 3
    with pytest.raises(Invalid):
        purpose_change(**same, name="")


def test_notice_versions_count_up_and_share_their_purposes(publish, home):
    first, german = publish(), publish("de", version=1)
    second = publish(material=True)
    assert [(notice.version, notice.language) for notice in (first, german, second)] == [
        (1, "en"),
        (1, "de"),
        (2, "en"),
    ]
    assert first.content_hash == hashlib.sha256(b"We help you.").hexdigest()
    assert list(german.purposes.all()) == [publish.support]
    assert LedgerEntry.objects.filter(action="notice.published").count() == 3


def test_a_past_publication_can_be_registered_but_not_a_coming_one(publish):
    past = datetime(2020, 1, 1, tzinfo=UTC)
    notice = publish(published_at=past)
    assert notice.published_at == past
    assert notice.recorded_at > past
    with pytest.raises(Invalid) as caught:
        publish(published_at=timezone.now() + timedelta(days=1))
    assert caught.value.field == "published_at"


def test_what_does_not_fit_is_refused(publish, away, create):
    publish()
    with pytest.raises(Conflict):
        publish(version=1)
    for change, field in [
        ({"language": "de", "version": 1, "material": True}, "material"),
        ({"language": "de", "version": 1, "purposes": [create("other")]}, "purposes"),
        ({"version": 3}, "version"),
        ({"version": 0}, "version"),
        ({"purposes": []}, "purposes"),
        ({"purposes": [PurposeFactory(team=away)]}, "purposes"),
        ({"content": " "}, "content"),
        ({"language": ""}, "language"),
    ]:
        with pytest.raises(Invalid) as caught:
            publish(**change)
        assert caught.value.field == field
    assert Notice.objects.count() == 1


def test_a_published_notice_cannot_be_changed_or_lose_a_purpose(publish):
    notice = publish()
    for change in (lambda: Notice.objects.update(content="Other."), notice.purposes.clear):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_only_who_may_configure_does(home, create, reviewer, outsider):
    with pytest.raises(Denied):
        create("two", actor=reviewer)
    with pytest.raises(NotFound):
        create("two", actor=outsider)
    purpose = create()
    with pytest.raises(Denied):
        purpose_change(purpose_id=purpose.pk, name="x", description="", actor=reviewer)
    with pytest.raises(Denied):
        notice_publish(team=home, code="n", language="en", content="x", purposes=[purpose], actor=reviewer)

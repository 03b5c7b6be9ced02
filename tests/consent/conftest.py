"""One customer with one purpose, shared by the tests of pages, API and admin."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from consent.models import DataSubject
from consent.services.subjects import subjects_resolve
from tests.factories import ConsentEventFactory, NoticeFactory, PurposeFactory

GIVEN_AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
REFERENCE = "jane.roe@mail.example"


@pytest.fixture
def support(home):
    return PurposeFactory(team=home, code="support", name="Answering questions")


@pytest.fixture
def shown_notice(home, support):
    return NoticeFactory(team=home, version=7, purposes=[support])


@pytest.fixture
def jane(home):
    with transaction.atomic():
        [resolved] = subjects_resolve(team=home, references=[REFERENCE])
    return DataSubject.objects.get(pk=resolved.subject_id)


@pytest.fixture
def janes_consent(jane, support, shown_notice):
    return ConsentEventFactory(subject=jane, purpose=support, notice=shown_notice, occurred_at=GIVEN_AT)

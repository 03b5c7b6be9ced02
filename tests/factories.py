"""Rows for tests: plausible defaults, everything else named by the test."""

from datetime import UTC, date, datetime, timedelta

import factory
from django.utils import timezone

from assistants.models import Assistant, Conversation, Release
from assistants.states import AssistantState
from consent.models import ConsentEvent, DataSubject, Notice, Purpose
from portal.accounts.models import Membership, Team, User
from portal.core import envelope
from portal.core.models import DataKey

PASSWORD = "correct horse battery"


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.slug.title())


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@test.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    role = "reviewer"


class PurposeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Purpose

    team = factory.SubFactory(TeamFactory)
    code = factory.Sequence(lambda n: f"purpose-{n}")
    name = factory.LazyAttribute(lambda purpose: purpose.code.title())


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notice
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    code = "privacy"
    version = factory.Sequence(lambda n: n + 1)
    language = "en"
    content = "We use your messages to help you."
    content_hash = "0" * 64
    published_at = datetime(2024, 1, 1, tzinfo=UTC)

    @factory.post_generation
    def purposes(self, create, extracted, **kwargs):
        if create and extracted:
            self.purposes.set(extracted)


class AssistantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Assistant

    team = factory.SubFactory(TeamFactory)
    slug = factory.Sequence(lambda n: f"assistant-{n}")
    name = factory.LazyAttribute(lambda assistant: assistant.slug.title())
    state = AssistantState.LIVE


class ReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Release

    assistant = factory.SubFactory(AssistantFactory)
    version = factory.Sequence(lambda n: f"1.{n}")
    model = "example-model"
    algorithm = "A language model answers from the help pages."
    released_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=60))


class DataSubjectFactory(factory.django.DjangoModelFactory):
    """An anonymous data subject with a working data key."""

    class Meta:
        model = DataSubject

    team = factory.SubFactory(TeamFactory)
    kind = "anonymous"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        opened, wrapped = envelope.new_key()
        master_key_id = envelope.master_id_of(wrapped)
        kwargs.setdefault(
            "data_key",
            DataKey.objects.create(id=opened.key_id, wrapped=wrapped, master_key_id=master_key_id),
        )
        return super()._create(model_class, *args, **kwargs)


class ConversationFactory(factory.django.DjangoModelFactory):
    """A received conversation whose figures matter and whose transcript does not (it holds none)."""

    class Meta:
        model = Conversation

    assistant = factory.SubFactory(AssistantFactory)
    subject = factory.LazyAttribute(lambda self: DataSubjectFactory(team=self.assistant.team))
    external_id = factory.Sequence(lambda n: f"conversation-{n}")
    content_hash = b"\x00" * 32
    channel = "chat"
    language = "en"
    started_at = datetime(2025, 3, 3, 10, tzinfo=UTC)
    received_at = datetime(2025, 3, 3, 11, tzinfo=UTC)
    day = date(2025, 3, 3)
    turn_count = 2


class ConsentEventFactory(factory.django.DjangoModelFactory):
    """A grant, recorded when it happened, unless the test says otherwise; name its subject, purpose and notice."""

    class Meta:
        model = ConsentEvent

    team = factory.SelfAttribute("subject.team")
    state = "given"
    source = "crm"
    source_event_id = factory.Sequence(lambda n: f"event-{n}")
    content_hash = b"0" * 32
    occurred_at = factory.LazyFunction(timezone.now)
    recorded_at = factory.SelfAttribute("occurred_at")
    valid_from = factory.SelfAttribute("occurred_at")

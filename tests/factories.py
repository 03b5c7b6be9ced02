"""Rows for tests: plausible defaults, everything else named by the test."""

from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone

from assistants.models import Assistant, Release
from assistants.states import AssistantState
from consent.models import Notice, Purpose
from portal.accounts.models import Membership, Team, User

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

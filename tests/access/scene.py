"""One thing of each kind at the team `home`, for whoever walks the routes. A route of a new kind adds a property."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from assistants.models import Assistant, Conversation, Dataset
from audits.models import (
    CheckRun,
    Cycle,
    Detection,
    DetectionPattern,
    Finding,
    Flag,
    ProbeConnector,
    ProbeRun,
    ProbeSetVersion,
    Remediation,
    Reveal,
    TrainingExport,
)
from audits.queries.masking import Place
from audits.services.flags import flag_raise
from audits.services.patterns import pattern_draft
from audits.services.probe_sets import probe_set_copy
from audits.services.probing.runs import probe_run_start
from audits.services.remediations import remediation_draft
from audits.services.scanning import conversations_scan
from audits.services.training.exports import training_export_request
from consent.models import (
    DataSubject,
    LegalHold,
    ProcessingRestriction,
    Purpose,
    RetentionRule,
    SubjectLinkEvent,
    SubjectRequest,
)
from consent.services.erasures import subjects_erase
from consent.services.holds import hold_place
from consent.services.links import subjects_merge
from consent.services.requests.erasing import erasure_check
from consent.services.requests.packaging import package_build
from consent.services.restrictions import restriction_impose
from consent.services.retention_rules import retention_rule_add
from consent.states import LinkReason
from portal.accounts.models import Team, User
from portal.core.actors import SYSTEM
from portal.core.roles import Role
from tests.audits.conversations import Told, conversations_make
from tests.audits.training import dataset_make, example
from tests.erasure.requests_made import request_started, subject_make
from tests.factories import (
    AssistantFactory,
    DataSubjectFactory,
    MembershipFactory,
    PurposeFactory,
    ReleaseFactory,
    UserFactory,
)
from tests.workflow.making import bring, finding_make

EMAIL = "zofia.kowalska@poczta.example.org"
PHONE = "+48 601 234 567"
CARD = "4539 1488 0343 6467"
SECRET = "hunter2-Zebra-77!x"
ATTRIBUTE = "left-handed-zebra"
PLANTED = (EMAIL, PHONE, "601 234 567", "601234567", CARD, "1488 0343", "14880343", "kowalska", SECRET, ATTRIBUTE)
TURNS = (
    ("assistant", "Hello, I am Ava, a virtual assistant."),
    ("customer", f"I am at {EMAIL}, phone {PHONE}. My card is {CARD}, my password: {SECRET}"),
    ("assistant", f"Thank you. I have sent it to {EMAIL}."),
)


class Scene:
    """Everything belongs to `home`; each thing is made when it is first asked for."""

    def __init__(self, home: Team, away: Team) -> None:
        self.home, self.away = home, away

    @cached_property
    def people(self) -> dict[str, User]:
        """Who walks: one person a role at home, `outsider` with every role away, `nobody` in no team."""
        people = {role: UserFactory(name=f"The {role}") for role in Role.values}
        for role, person in people.items():
            MembershipFactory(user=person, team=self.home, role=role)
        people["outsider"] = UserFactory(name="The outsider")
        for role in Role.values:
            MembershipFactory(user=people["outsider"], team=self.away, role=role)
        people["nobody"] = UserFactory(name="Nobody")
        return people

    @cached_property
    def assistant(self) -> Assistant:
        assistant = AssistantFactory(team=self.home, slug="ava-of-home", name="Ava of home")
        ReleaseFactory(assistant=assistant, version="2.0")
        return assistant

    @cached_property
    def conversation(self) -> Conversation:
        """Scanned, with planted personal values and a declared attribute."""
        told = Told(turns=TURNS, attributes={"hand": ATTRIBUTE}, subject=DataSubjectFactory(team=self.home))
        [made] = conversations_make(self.assistant, [told])
        conversations_scan(assistant_id=self.assistant.pk, shard=0)
        made.refresh_from_db()
        return made

    @cached_property
    def mask(self) -> list[Any]:
        """The arguments of the address that reveals the e-mail address."""
        found = Detection.objects.filter(conversation=self.conversation, type="EMAIL_ADDRESS").order_by("turn")[0]
        return [self.conversation.public_id, self.conversation.revision, *Place(found.turn, found.start, found.end)]

    @cached_property
    def revealed(self) -> Reveal:
        """A value that was revealed an hour ago."""
        then = timezone.now() - timedelta(hours=1)
        _, revision, turn, start, end = self.mask
        return Reveal.objects.create(
            conversation=self.conversation, revision=revision, turn=turn, start=start, end=end,
            types=["EMAIL_ADDRESS"], person=self.people["reviewer"], reason="They ask where it went.", salt=b"s",
            revealed_at=then, expires_at=then + timedelta(minutes=5),
        )  # fmt: skip

    @cached_property
    def finding(self) -> Finding:
        """Confirmed, so that a remediation can be drafted."""
        finding = finding_make(self.assistant, evidence=[self.conversation])
        people = self.people
        finder, fixer, approver = people["reviewer"], people["manager"], people["approver"]
        return bring(finding, "confirmed", finder=finder, fixer=fixer, approver=approver)

    @cached_property
    def new_finding(self) -> Finding:
        finding = finding_make(self.assistant, evidence=[self.conversation])
        return Finding.objects.get(pk=finding.pk)

    @cached_property
    def remediation(self) -> Remediation:
        return remediation_draft(finding_id=self.finding.pk, plan="Mend the prompt.", actor=self.people["manager"])

    @cached_property
    def run(self) -> CheckRun:
        return self.finding.raised_by_run

    @cached_property
    def cycle(self) -> Cycle:
        assert self.run.cycle is not None
        return self.run.cycle

    @cached_property
    def retention_rule(self) -> RetentionRule:
        """A draft."""
        return retention_rule_add(
            team=self.home, data_class="transcript", anchor="conversation_ended", period="P1Y",
            justification="Claims lapse by then.", actor=self.people["privacy_officer"],
        )  # fmt: skip

    @cached_property
    def hold(self) -> LegalHold:
        return hold_place(
            team=self.home, matter="12 O 345/26", reason="They sue.", actor=self.people["privacy_officer"]
        )

    @cached_property
    def flag(self) -> Flag:
        return flag_raise(
            conversation=self.conversation, kind="wrong", source="reviewer", note="Is that so?",
            actor=self.people["reviewer"],
        )  # fmt: skip

    @cached_property
    def pattern(self) -> DetectionPattern:
        """A draft."""
        return pattern_draft(
            assistant_id=self.assistant.pk, type="CUSTOMER_NUMBER", name="Customer number", pattern="BW-[0-9]{7}",
            context={}, must_match=["BW-1234567"], must_not_match=[], score=0.8,
            actor=self.people["privacy_officer"],
        )  # fmt: skip

    @cached_property
    def probe_set(self) -> ProbeSetVersion:
        return probe_set_copy(team_id=self.home.pk, shipped="customer-service", actor=self.people["manager"])

    @cached_property
    def connector(self) -> ProbeConnector:
        """Of an endpoint that nobody may ask any more."""
        return ProbeConnector.objects.create(
            assistant=self.assistant, name="Chat", url="https://bot.example.com/v1", secret=SECRET,
            secret_header="Authorization", changed_at=timezone.now(),
        )  # fmt: skip

    @cached_property
    def probe_run(self) -> ProbeRun:
        """Queued, with one question answered."""
        run = probe_run_start(
            connector_id=self.connector.pk, version_id=self.probe_set.pk,
            cues=["name_gender"], pairs_per_template=1, actor=SYSTEM,
        )  # fmt: skip
        question = run.questions.order_by("position")[0]
        question.state, question.answer, question.outcome = "answered", f"Write to {EMAIL}.", {"resolved": True}
        question.save()
        return run

    @cached_property
    def erasure_request(self) -> SubjectRequest:
        """In progress."""
        return request_started(subject_make(self.home), actor=self.people["privacy_officer"])

    @cached_property
    def access_request(self) -> SubjectRequest:
        """In progress, with its package built."""
        made = request_started(subject_make(self.home), actor=self.people["privacy_officer"], kind="access")
        package_build(request_id=made.pk)
        return made

    @cached_property
    def certified_request(self) -> SubjectRequest:
        """An erasure that is done."""
        made = request_started(subject_make(self.home, "C-gone"), actor=self.people["privacy_officer"])
        # As a replay does it, which asks for no holds: the scene may hold the whole team.
        subjects_erase(subject_ids=[made.subject_id], actor=SYSTEM, first_erased_at=timezone.now())
        erasure_check(request_id=made.pk)
        return made

    @cached_property
    def customer(self) -> DataSubject:
        return DataSubjectFactory(team=self.home)

    @cached_property
    def twin(self) -> DataSubject:
        return DataSubjectFactory(team=self.home)

    @cached_property
    def merge(self) -> SubjectLinkEvent:
        """A proposal that the customer is somebody else as well."""
        return subjects_merge(
            subject_id=self.customer.pk, other_id=self.twin.pk, reason=LinkReason.IDENTITY_CHECKED,
            actor=self.people["privacy_officer"],
        )  # fmt: skip

    @cached_property
    def restriction(self) -> ProcessingRestriction:
        actor = self.people["privacy_officer"]
        return restriction_impose(subject_id=self.customer.pk, ground="unlawful", actor=actor)

    @cached_property
    def dataset(self) -> Dataset:
        """Frozen, with rows."""
        return dataset_make(self.assistant, [example(number) for number in range(4)], slug="desk-of-home")

    @cached_property
    def export(self) -> TrainingExport:
        made = training_export_request(dataset_id=self.dataset.pk, actor=self.people["privacy_officer"])
        TrainingExport.objects.filter(pk=made.pk).update(manifest={"rows": 4})
        return made

    @cached_property
    def purpose(self) -> Purpose:
        return PurposeFactory(team=self.home, code="support")

"""What the consent routes take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from consent.services.entries import ConsentEntry, NoticeRef
from consent.states import (
    AgeEvidence,
    ConsentActor,
    ConsentState,
    ConsentStatus,
    LinkReason,
    LinkState,
    Reason,
    RestrictionGround,
)
from portal.core.bodies import StrictBody

MAX_EVENTS = 5000
MAX_USES = 10_000
REFERENCE_LIMIT = 1000


class EvaluateBody(StrictBody):
    """One use. The data subject is named by `customer_ref` or by `subject`, their pseudonym."""

    customer_ref = serializers.CharField(required=False, max_length=REFERENCE_LIMIT)
    subject = serializers.UUIDField(required=False)
    purpose = serializers.CharField(max_length=60, help_text="The purpose's code.")
    use_time = serializers.DateTimeField(required=False, help_text="When the data is or was used; now unless given.")
    known_at = serializers.DateTimeField(
        required=False, help_text="Only what was on record by then counts; now unless given."
    )
    team = serializers.SlugField(required=False, help_text="Needed by people of several teams; a key has its own.")
    enforce = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Answer 403 (consent_required) or 409 (consent_stale) where the use is not permitted.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_name(attrs)


def _one_name(attrs: dict[str, Any]) -> dict[str, Any]:
    if ("customer_ref" in attrs) == ("subject" in attrs):
        raise serializers.ValidationError({"customer_ref": "Name the data subject by customer_ref or by subject."})
    return attrs


class UseBody(StrictBody):
    """One use of many. The data subject is named by `customer_ref` or by `subject`, their pseudonym."""

    customer_ref = serializers.CharField(required=False, max_length=REFERENCE_LIMIT)
    subject = serializers.UUIDField(required=False)
    purpose = serializers.CharField(max_length=60, help_text="The purpose's code.")
    use_time = serializers.DateTimeField(required=False, help_text="When the data is or was used; now unless given.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_name(attrs)


class EvaluateBatchBody(StrictBody):
    """Uses, all decided from what was on record at `known_at`."""

    uses = serializers.ListField(child=UseBody(), allow_empty=False, max_length=MAX_USES)
    known_at = serializers.DateTimeField(
        required=False, help_text="Only what was on record by then counts; now unless given."
    )
    team = serializers.SlugField(required=False, help_text="Needed by people of several teams; a key has its own.")


class SubjectBody(StrictBody):
    """A data subject, named by `customer_ref` or by `subject`, their pseudonym."""

    customer_ref = serializers.CharField(required=False, max_length=REFERENCE_LIMIT)
    subject = serializers.UUIDField(required=False)
    team = serializers.SlugField(required=False, help_text="Needed by people of several teams; a key has its own.")
    source = serializers.CharField(required=False, default="api", max_length=60)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_name(attrs)


class OtherBody(StrictBody):
    """The other data subject of a merge."""

    customer_ref = serializers.CharField(required=False, max_length=REFERENCE_LIMIT)
    subject = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_name(attrs)


class MergeBody(SubjectBody):
    """Two data subjects that are held to be one person."""

    other = OtherBody()
    reason = serializers.ChoiceField(LinkReason.choices)
    occurred_at = serializers.DateTimeField(required=False, help_text="When the source merged them; now unless given.")


class MergeStepBody(StrictBody):
    """Why a merge is confirmed or taken back."""

    reason = serializers.ChoiceField(LinkReason.choices)


class MergeAnswer(serializers.Serializer[Any]):
    """A merge after its last step."""

    merge = serializers.UUIDField()
    state = serializers.ChoiceField(LinkState.choices)
    subjects = serializers.ListField(child=serializers.UUIDField())
    recorded_at = serializers.DateTimeField()


class AgeNoteBody(SubjectBody):
    """What is known of a customer's age; `minor_below_age` null takes earlier notes back."""

    minor_below_age = serializers.IntegerField(allow_null=True)
    of_age_on = serializers.DateField(required=False, allow_null=True, default=None)
    evidence = serializers.ChoiceField(AgeEvidence.choices)


class AgeNoteAnswer(serializers.Serializer[Any]):
    """An age note as stored."""

    subject = serializers.UUIDField()
    minor_below_age = serializers.IntegerField(allow_null=True)
    of_age_on = serializers.DateField(allow_null=True)
    recorded_at = serializers.DateTimeField()


class RestrictionBody(SubjectBody):
    """A restriction of processing (GDPR Art. 18)."""

    ground = serializers.ChoiceField(RestrictionGround.choices)
    imposed_at = serializers.DateTimeField(required=False, help_text="Now unless given, never in the future.")


class RestrictionLiftBody(StrictBody):
    """When a restriction ends."""

    lifted_at = serializers.DateTimeField(required=False, help_text="Now unless given, never in the future.")


class RestrictionAnswer(serializers.Serializer[Any]):
    """A restriction as stored."""

    id = serializers.IntegerField()
    subject = serializers.UUIDField()
    ground = serializers.ChoiceField(RestrictionGround.choices)
    imposed_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)


class DecisionAnswer(serializers.Serializer[Any]):
    """A decision, its reason as code and in words, and the events that decided it."""

    status = serializers.ChoiceField(ConsentStatus.choices)
    reason = serializers.ChoiceField(Reason.choices)
    reason_text = serializers.CharField()
    event_ids = serializers.ListField(child=serializers.IntegerField())
    use_time = serializers.DateTimeField()
    known_at = serializers.DateTimeField()
    evaluated_at = serializers.DateTimeField()


class ShortDecisionAnswer(serializers.Serializer[Any]):
    """A decision of many."""

    status = serializers.ChoiceField(ConsentStatus.choices)
    reason = serializers.ChoiceField(Reason.choices)
    event_ids = serializers.ListField(child=serializers.IntegerField())


class BatchAnswer(serializers.Serializer[Any]):
    """Decisions in the order of the uses."""

    known_at = serializers.DateTimeField()
    evaluated_at = serializers.DateTimeField()
    decisions = ShortDecisionAnswer(many=True)


class NoticeBody(StrictBody):
    """The notice that was shown."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    language = serializers.CharField()


class EventBody(StrictBody):
    """One consent event as its source states it. The same `source_event_id` again changes nothing."""

    source = serializers.CharField()  # type: ignore[assignment]  # DRF keeps declared fields apart from its own
    source_event_id = serializers.CharField(trim_whitespace=False)
    customer_ref = serializers.CharField(required=False, max_length=REFERENCE_LIMIT)
    subject = serializers.UUIDField(required=False)
    purpose = serializers.CharField()
    state = serializers.ChoiceField(ConsentState.choices)
    occurred_at = serializers.DateTimeField()
    notice = NoticeBody(required=False, allow_null=True)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    clock_uncertainty_s = serializers.IntegerField(required=False)
    given_by = serializers.ChoiceField(ConsentActor.choices, required=False)
    verification = serializers.CharField(required=False, allow_blank=True)
    age_band = serializers.CharField(required=False, allow_blank=True, help_text="<13, 13-15 or 18+")
    jurisdiction = serializers.CharField(required=False, allow_blank=True, help_text="ISO 3166, such as DE or US-CA")
    controller = serializers.CharField(required=False, allow_blank=True, help_text="Blank: the team.")
    data_categories = serializers.ListField(child=serializers.CharField(), required=False)
    recipients = serializers.ListField(child=serializers.CharField(), required=False)
    evidence_channel = serializers.CharField(required=False, allow_blank=True)
    evidence_method = serializers.CharField(required=False, allow_blank=True)
    evidence_digest = serializers.CharField(required=False, allow_blank=True, help_text="SHA-256, hexadecimal")
    invalidates = serializers.CharField(required=False, allow_null=True, trim_whitespace=False)

    @staticmethod
    def entry(given: dict[str, Any]) -> ConsentEntry:
        """The validated body as the services take it."""
        notice = given.get("notice")
        return ConsentEntry(**{**given, "notice": NoticeRef(**notice) if notice else None})


class EventConflictAnswer(serializers.Serializer[Any]):
    """An entry that was not stored, and the event that holds its id."""

    index = serializers.IntegerField()
    source_event_id = serializers.CharField()
    event_id = serializers.IntegerField()


class RecordAnswer(serializers.Serializer[Any]):
    """What became of the entries: stored (with the new ids, in their order), known already, or in conflict."""

    recorded = serializers.ListField(child=serializers.IntegerField())
    unchanged = serializers.IntegerField()
    clamped = serializers.IntegerField(help_text="Stored with the time of recording, because theirs lay in the future.")
    conflicts = EventConflictAnswer(many=True)


class EventRejectionAnswer(serializers.Serializer[Any]):
    """A line that was not stored. Its own id is shown only where it cannot be personal data."""

    line = serializers.IntegerField()
    source_event_id = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class ConsentsAnswer(serializers.Serializer[Any]):
    """What became of the lines: read = created + unchanged + conflicts + rejected."""

    read = serializers.IntegerField()
    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    conflicts = serializers.IntegerField()
    rejected = serializers.IntegerField()
    clamped = serializers.IntegerField(help_text="Of those created: their time lay in the future.")
    rejections = EventRejectionAnswer(many=True, help_text="Rejected and conflicting lines, the first thousand.")

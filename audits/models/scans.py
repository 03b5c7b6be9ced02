from django.db import models

from assistants.models import Conversation
from portal.core.access import TeamScoped


class ConversationScan(TeamScoped):
    """What the detectors found in one conversation, in one pass. Results only, never text.

    `measures` holds the true/false results that are counted, such as `disclosed` or `pii_originated`; `exposure` which
    types of personal data came from whom, such as `EMAIL_ADDRESS.originated`, each once. `first_answer_seconds` is the
    wait from the customer's first turn to the next answer, null where the times of turns do not tell.
    """

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="scan")
    revision = models.PositiveIntegerField()
    engine_version = models.CharField(max_length=40)
    # The language model that has read it too, empty for none.
    model_version = models.CharField(max_length=80, blank=True, default="", db_default="")
    # The day this conversation was counted under, so that a revision that moves it makes both days stale.
    day = models.DateField()
    measures = models.JSONField(default=dict)
    exposure = models.JSONField(default=list)
    first_answer_seconds = models.PositiveIntegerField(null=True)
    scanned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"scan of conversation {self.conversation_id}"


class DetectionOrigin(models.TextChoices):
    VOLUNTEERED = "volunteered", "Typed by the customer"
    ECHOED = "echoed", "Repeated by the assistant"
    ORIGINATED = "originated", "Brought up by the assistant"
    STATED = "stated", "Said by a human agent or the system"


class Detection(TeamScoped):
    """One piece of personal data: where it stands (code points in its turn), what it is, who said it first.

    `value_hash` is a keyed hash of the normalised value; the value itself is stored nowhere but in the sealed
    transcript.
    """

    TEAM_PATH = "conversation__assistant__team"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="detections")
    turn = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    role = models.CharField(max_length=12)
    origin = models.CharField(max_length=12, choices=DetectionOrigin.choices)
    score = models.FloatField()
    value_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["value_hash"], name="detection_by_value"),
            # What assistants bring up is rare, and every audit asks for it.
            models.Index(fields=["conversation"], condition=models.Q(origin="originated"), name="detection_originated"),
        ]

    def __str__(self) -> str:
        return f"{self.type} in conversation {self.conversation_id}"

"""States of probe runs and their questions, and what may follow what."""

from django.db import models

from portal.core.states import Transitions


class ConnectorKind(models.TextChoices):
    OPENAI = "openai", "Chat completions (OpenAI-compatible)"
    JSON = "json", "Any JSON over HTTP, by template"


class ProbeRunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    JUDGED = "judged", "Judged"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


# A stopped run is never judged: who stops when the figures please them has proven nothing.
PROBE_RUN = Transitions(
    ProbeRunState,
    {
        ProbeRunState.QUEUED: [ProbeRunState.RUNNING, ProbeRunState.STOPPED, ProbeRunState.FAILED],
        ProbeRunState.RUNNING: [ProbeRunState.JUDGED, ProbeRunState.STOPPED, ProbeRunState.FAILED],
    },
)


class QuestionState(models.TextChoices):
    """`sending` was handed to the network: whether it arrived is not known until an answer is stored."""

    PLANNED = "planned", "Planned"
    SENDING = "sending", "Being asked"
    ANSWERED = "answered", "Answered"
    FAILED = "failed", "Not answered"


class PairSide(models.TextChoices):
    A = "a", "First"
    B = "b", "Second"


class PairKind(models.TextChoices):
    """An A/A pair asks the identical question twice: how often its answers differ is the noise floor."""

    PAIR = "pair", "Matched pair"
    AA = "aa", "Identical pair"

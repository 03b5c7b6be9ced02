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


class JudgingState(models.TextChoices):
    """`ended`: before every answer was read. What was read by then counts; the run goes on by rules."""

    WAITING = "waiting", "Waiting for the answers"
    READING = "reading", "Reading"
    DONE = "done", "Done"
    ENDED = "ended", "Ended early"


JUDGING = Transitions(
    JudgingState,
    {
        JudgingState.WAITING: [JudgingState.READING, JudgingState.ENDED],
        JudgingState.READING: [JudgingState.DONE, JudgingState.ENDED],
    },
)
JUDGING_OPEN = frozenset({JudgingState.WAITING, JudgingState.READING})


class QuestionState(models.TextChoices):
    """Of a question to the assistant, and of one to a judge.

    `sending` was handed to the network: whether it arrived is not known until an answer is stored.
    """

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

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from assistants.models import Assistant, Release
from audits.models.cycles import CheckRun
from audits.probe_states import ConnectorKind, JudgingState, PairKind, PairSide, ProbeRunState, QuestionState
from portal.accounts.models import User
from portal.core.access import TeamScoped
from portal.core.fields import EncryptedRow, EncryptedTextField


class ProbeConnector(EncryptedRow, TeamScoped):
    """How an assistant's chat endpoint is asked, and how much asking it may cost.

    `secret` is sent in the header `secret_header` and shown nowhere. For chat completions `model` and `instructions`
    go into the body; otherwise `body_template` and `answer_path` say what is sent and where the answer stands.
    `next_slot_at` is the moment at which the rate allows the next question, for all workers together; `month_*` count
    what the month in `month` (its first day) has used of its budget.
    """

    TEAM_PATH = "assistant__team"
    ANSWERED = "It answered."

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="connectors")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=ConnectorKind.choices, default=ConnectorKind.OPENAI)
    url = models.CharField(max_length=500)
    model = models.CharField(max_length=120, blank=True, default="")
    instructions = EncryptedTextField(blank=True, default="")
    body_template = models.TextField(blank=True, default="")
    answer_path = models.CharField(max_length=200, blank=True, default="")
    secret_header = models.CharField(max_length=60, blank=True, default="")
    secret = EncryptedTextField(blank=True, default="")
    requests_per_minute = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(6000)]
    )
    at_a_time = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(8)])
    timeout_seconds = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    max_answer_kb = models.PositiveIntegerField(default=256, validators=[MinValueValidator(1), MaxValueValidator(4096)])
    max_tokens = models.PositiveIntegerField(default=500, validators=[MaxValueValidator(16_000)])
    run_requests = models.PositiveIntegerField(default=2000, validators=[MinValueValidator(1)])
    month_requests = models.PositiveIntegerField(default=10_000, validators=[MinValueValidator(1)])
    month_characters = models.PositiveBigIntegerField(default=10_000_000, validators=[MinValueValidator(1)])
    active = models.BooleanField(default=True)
    month = models.DateField(null=True, blank=True)
    used_requests = models.PositiveIntegerField(default=0)
    used_characters = models.PositiveBigIntegerField(default=0)
    next_slot_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    tried_said = models.CharField(max_length=200, blank=True, default="")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assistant", "name"], name="probe_connector_name_once"),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def tried_in_vain(self) -> bool:
        """Whether it was tried as it is now, and gave no answer."""
        return self.tried_at is not None and self.tried_at > self.changed_at and self.tried_said != self.ANSWERED


class Spending(models.Model):
    """What asking one endpoint may cost, and has cost. Used requests count every sending, also those that were lost."""

    budget_requests = models.PositiveIntegerField()
    used_requests = models.PositiveIntegerField(default=0)
    used_characters = models.PositiveBigIntegerField(default=0)
    used_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Posting(models.Model):
    """Something that is sent to an endpoint until it has an answer. `position` is the order of asking.

    `error` is one word of audits.endpoints.errors, or why an answer could not be used.
    """

    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=QuestionState.choices, default=QuestionState.PLANNED)
    lane = models.PositiveSmallIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    tokens = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.JSONField(default=dict)
    error = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        abstract = True


class ProbeRun(Spending, TeamScoped):
    """Questions of one probe set, asked of one assistant in one go.

    Its questions are planned in full before the first is sent, in an order drawn with `seed`. `config` freezes how
    the endpoint was asked. `answered_at` is the moment from which nothing is asked any more and the run is judged, by
    one of `check_runs` a cue; where a judge was named (`ProbeJudging`), after it has read the answers.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="probe_runs")
    connector = models.ForeignKey(ProbeConnector, on_delete=models.PROTECT, related_name="runs")
    probe_set = models.ForeignKey("audits.ProbeSetVersion", on_delete=models.PROTECT, related_name="runs")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=ProbeRunState.choices, default=ProbeRunState.QUEUED)
    cues = models.JSONField(default=list)
    pairs_per_template = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    config = models.JSONField(default=dict)
    config_hash = models.CharField(max_length=64)
    planned = models.PositiveIntegerField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(max_length=200, blank=True, default="")
    check_runs = models.ManyToManyField(CheckRun, related_name="probe_runs", blank=True)
    answers_cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="probe_run_within_budget", condition=Q(used_requests__lte=F("budget_requests"))
            ),
            models.CheckConstraint(
                name="probe_run_judged_once_answered",
                condition=~Q(state=ProbeRunState.JUDGED) | Q(answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["assistant", "-id"], name="probe_run_recent"),
            models.Index(
                fields=["state"],
                condition=Q(state__in=[ProbeRunState.QUEUED, ProbeRunState.RUNNING]),
                name="probe_run_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"probe run {self.pk}"

    @property
    def cue_words(self) -> str:
        """What changes in its pairs: `age, name gender`."""
        return ", ".join(str(cue).replace("_", " ") for cue in sorted(self.cues))


class ProbeQuestion(Posting, EncryptedRow):
    """One question of a run: half of a pair. Its persona is invented; what is answered may hold anything.

    `outcome` is what rules read from the answer (audits.engine.probing.outcomes) and outlives the encrypted answer.
    """

    run = models.ForeignKey(ProbeRun, on_delete=models.CASCADE, related_name="questions", db_index=False)
    pair_key = models.CharField(max_length=120)
    side = models.CharField(max_length=1, choices=PairSide.choices)
    kind = models.CharField(max_length=4, choices=PairKind.choices)
    template_id = models.CharField(max_length=120)
    intent = models.CharField(max_length=80)
    cue = models.CharField(max_length=40)
    group = models.CharField(max_length=80)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=20)
    text = models.TextField()
    answer = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="probe_question_position_once"),
            models.UniqueConstraint(fields=["run", "pair_key", "side"], name="probe_question_side_once"),
        ]
        indexes = [
            models.Index(
                fields=["run", "position"],
                condition=Q(state__in=[QuestionState.PLANNED, QuestionState.SENDING]),
                name="probe_question_open",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.position} of {self.run_id}"


class ProbeJudging(Spending):
    """A judge that reads the answers of a run: a second model, behind a connector of the same assistant.

    How it is asked is frozen in the run's `config`. `ended_at` is the moment from which it is asked nothing more,
    `ended_because` why it has not read every answer.
    """

    run = models.OneToOneField(ProbeRun, on_delete=models.CASCADE, related_name="judging")
    connector = models.ForeignKey(ProbeConnector, on_delete=models.PROTECT, related_name="judgings")
    state = models.CharField(max_length=8, choices=JudgingState.choices, default=JudgingState.WAITING)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="probe_judging_within_budget", condition=Q(used_requests__lte=F("budget_requests"))
            ),
            models.CheckConstraint(
                name="probe_judging_ends_once",
                condition=Q(state__in=[JudgingState.DONE, JudgingState.ENDED], ended_at__isnull=False)
                | Q(state__in=[JudgingState.WAITING, JudgingState.READING], ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"judging of run {self.run_id}"


class ProbeJudgement(Posting):
    """One answer as the judge read it: `outcome` has the yes/no outcomes. Neither its text nor the reply is kept."""

    run = models.ForeignKey(ProbeRun, on_delete=models.CASCADE, related_name="judgements", db_index=False)
    question = models.OneToOneField(ProbeQuestion, on_delete=models.CASCADE, related_name="judgement")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="probe_judgement_position_once"),
        ]
        indexes = [
            models.Index(
                fields=["run", "position"],
                condition=Q(state__in=[QuestionState.PLANNED, QuestionState.SENDING]),
                name="probe_judgement_open",
            ),
        ]

    def __str__(self) -> str:
        return f"judgement {self.position} of {self.run_id}"

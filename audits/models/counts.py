from django.db import models

from assistants.models import Assistant, Release
from portal.core.access import TeamScoped


class CountCell(TeamScoped):
    """One cell of the daily count cube: how many conversations of these dimensions had `value` for `measure`.

    Measures are outcomes (`outcome.resolved`), numbers on a scale (`score.csat`, `quality.turns`; see
    audits.engine.bias.scales), decisions beside the truth (`truth.refused/not_due`), scan results
    (`scan.disclosed`), personal data by type and origin
    (`exposure.EMAIL_ADDRESS.originated`, counted where it is true), consent (`consent.<purpose code>`), and `total`,
    whose only value is the empty text. Every rate in the product is a ratio of sums over these cells.
    """

    TEAM_PATH = "assistant__team"

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="count_cells")
    day = models.DateField()
    release = models.ForeignKey(Release, on_delete=models.CASCADE, null=True, related_name="+")
    intent = models.CharField(max_length=120, default="")
    channel = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    attributes = models.JSONField(default=dict)
    measure = models.CharField(max_length=90)
    value = models.CharField(max_length=60, default="")
    n = models.PositiveBigIntegerField()
    # Counted for good: what it was counted from was disposed of, so that no fold replaces it.
    kept = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["assistant", "measure", "day"], name="count_by_measure"),
            models.Index(fields=["assistant", "day"], name="count_by_day"),
            # The days that wait until it can be known who came back: a few, looked for again and again.
            models.Index(
                fields=["assistant", "day"],
                condition=models.Q(measure="quality.repeat_contact", value="pending", kept=False),
                name="count_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}={self.value}: {self.n}"


class CountPack(models.Model):
    """The count cells of an assistant's day, or of a week or month of its days, as arrays (audits.cube_packs).

    One row a measure, and one with an empty measure for the profiles that all of the stretch's counts are aligned with.
    Folding a day replaces the packs of the day, of its week and of its month in the same transaction. Weeks are those
    of the month: they begin on its 1st, 8th, 15th, 22nd and 29th.
    """

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="count_packs")
    month = models.BooleanField(default=False)
    week = models.BooleanField(default=False, db_default=False)
    day = models.DateField(help_text="The day, or the first of the week or month.")
    measure = models.CharField(max_length=90, blank=True, default="")
    packed = models.BinaryField()
    packed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assistant", "month", "week", "measure", "day"], name="count_pack_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure or 'profiles'} of {self.day}"


class StaleDay(models.Model):
    """A day of an assistant whose counts no longer match its conversations and are to be folded again."""

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="stale_days")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assistant", "day"], name="stale_day_once")]

    def __str__(self) -> str:
        return f"{self.assistant_id} {self.day}"

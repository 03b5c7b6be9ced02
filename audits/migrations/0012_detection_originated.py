from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built beside the work that goes on: detections are the largest table of an installation."""

    atomic = False

    dependencies = [("audits", "0011_retention_check")]

    operations = [
        AddIndexConcurrently(
            model_name="detection",
            index=models.Index(
                condition=models.Q(("origin", "originated")), fields=["conversation"], name="detection_originated"
            ),
        ),
    ]

from django.db import migrations

_ALL_STALE = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT DISTINCT assistant_id, day FROM audits_countcell
    WHERE measure LIKE 'score.%' OR measure LIKE 'quality.%' OR measure LIKE 'truth.%'
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Days packed without scores, quality of service and truths are folded again, by the next fold or cycle."""

    dependencies = [("audits", "0023_probing")]

    operations = [migrations.RunSQL(_ALL_STALE, migrations.RunSQL.noop)]

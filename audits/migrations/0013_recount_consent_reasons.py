from django.db import migrations

_ALL_STALE = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT DISTINCT assistant_id, day FROM audits_countcell WHERE measure LIKE 'consent.%' AND NOT kept
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Days counted before reasons were counted are folded again, by the next fold or cycle."""

    dependencies = [("audits", "0012_detection_originated")]

    operations = [migrations.RunSQL(_ALL_STALE, migrations.RunSQL.noop)]

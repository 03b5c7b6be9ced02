from django.db import migrations

_ALL_STALE = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT DISTINCT assistant_id, day FROM audits_countcell WHERE measure = 'total' AND NOT kept
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Days counted before the quality of service was counted are folded again, by the next fold or cycle."""

    dependencies = [("audits", "0020_service_quality")]

    operations = [migrations.RunSQL(_ALL_STALE, migrations.RunSQL.noop)]

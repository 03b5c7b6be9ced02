from django.db import migrations

_ALL_STALE = """
    INSERT INTO audits_staleday (assistant_id, day)
    SELECT DISTINCT assistant_id, day FROM audits_countcell
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Days counted before counts were packed are folded again, by the next fold or cycle."""

    dependencies = [("audits", "0017_count_packs")]

    operations = [migrations.RunSQL(_ALL_STALE, migrations.RunSQL.noop)]

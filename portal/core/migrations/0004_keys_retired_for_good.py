from django.db import migrations

from portal.core.triggers import FUNCTION

# One look at the few retired keys a statement, however many rows it writes.
_GUARD = """
CREATE FUNCTION core_datakey_not_retired() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    retired text;
BEGIN
    SELECT r.key INTO retired FROM core_retiredkey r JOIN written w ON w.master_key_id = r.key
    WHERE w.destroyed_at IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the master key % is retired: restart this process with the current keys', retired
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER core_datakey_not_retired_insert AFTER INSERT ON core_datakey
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION core_datakey_not_retired();
CREATE TRIGGER core_datakey_not_retired_update AFTER UPDATE ON core_datakey
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION core_datakey_not_retired();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_key_rotation")]

    operations = [
        migrations.RunSQL(
            sql=_GUARD,
            reverse_sql="""
                DROP TRIGGER core_datakey_not_retired_insert ON core_datakey;
                DROP TRIGGER core_datakey_not_retired_update ON core_datakey;
                DROP FUNCTION core_datakey_not_retired();
            """,
        ),
        migrations.RunSQL(sql=FUNCTION, reverse_sql=migrations.RunSQL.noop),
    ]

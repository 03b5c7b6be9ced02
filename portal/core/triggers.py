"""SQL for tables that only grow, shared by the migrations of every app that has one."""

from django.db.migrations.operations import RunSQL

# The one exception is a key rotation: a transaction that says that it is one may put one Fernet token (they all begin
# with gAAAAA) in the place of another, and change nothing else.
FUNCTION = """
CREATE OR REPLACE FUNCTION probity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' AND current_setting('probity.resealing', true) = 'on' AND NOT EXISTS (
        SELECT 1 FROM jsonb_each_text(to_jsonb(OLD)) before JOIN jsonb_each_text(to_jsonb(NEW)) after USING (key)
        WHERE before.value IS DISTINCT FROM after.value
            AND NOT COALESCE(before.value LIKE 'gAAAAA%' AND after.value LIKE 'gAAAAA%', false)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """A migration operation that makes the database refuse UPDATE, DELETE and TRUNCATE on `table`."""
    return RunSQL(
        sql=f"""{FUNCTION}
            CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION probity_append_only();
            CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION probity_append_only();
        """,
        reverse_sql=f"""
            DROP TRIGGER {table}_rows ON {table};
            DROP TRIGGER {table}_truncate ON {table};
        """,
    )

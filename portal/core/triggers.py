"""SQL for tables that only grow, shared by the migrations of every app that has one."""

from django.db.migrations.operations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION probity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """A migration operation that makes the database refuse UPDATE, DELETE and TRUNCATE on `table`."""
    return RunSQL(
        sql=f"""{_FUNCTION}
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

from django.db import migrations

# A hold is placed once and released once. Its encrypted texts may be encrypted anew by a key rotation.
_TRIGGERS = """
CREATE FUNCTION consent_legalhold_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE'
        OR (NEW.id, NEW.row_key, NEW.team_id, NEW.scope, NEW.placed_by_id, NEW.placed_at)
            IS DISTINCT FROM (OLD.id, OLD.row_key, OLD.team_id, OLD.scope, OLD.placed_by_id, OLD.placed_at)
        OR (NEW.subject_id, NEW.assistant_id) IS DISTINCT FROM (OLD.subject_id, OLD.assistant_id)
        OR (OLD.released_at IS NOT NULL
            AND (NEW.released_at, NEW.released_by_id) IS DISTINCT FROM (OLD.released_at, OLD.released_by_id))
    THEN
        RAISE EXCEPTION 'a legal hold is placed once and released once: % refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_legalhold_rows BEFORE UPDATE OR DELETE ON consent_legalhold
    FOR EACH ROW EXECUTE FUNCTION consent_legalhold_history();
CREATE TRIGGER consent_legalhold_truncate BEFORE TRUNCATE ON consent_legalhold
    FOR EACH STATEMENT EXECUTE FUNCTION probity_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_legal_hold")]

    operations = [
        migrations.RunSQL(
            sql=_TRIGGERS,
            reverse_sql="""
                DROP TRIGGER consent_legalhold_rows ON consent_legalhold;
                DROP TRIGGER consent_legalhold_truncate ON consent_legalhold;
                DROP FUNCTION consent_legalhold_history();
            """,
        )
    ]

from django.db import migrations

# The day on which an erased subject comes of age tells their birthday: it goes, the note that they were a minor stays.
_FUNCTION = """
CREATE FUNCTION consent_age_note_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND NEW.of_age_on IS NULL
        AND to_jsonb(NEW) - 'of_age_on' = to_jsonb(OLD) - 'of_age_on'
        AND EXISTS (SELECT FROM consent_datasubject WHERE id = OLD.subject_id AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER consent_subjectagenote_rows ON consent_subjectagenote;
CREATE TRIGGER consent_subjectagenote_rows BEFORE UPDATE OR DELETE ON consent_subjectagenote
    FOR EACH ROW EXECUTE FUNCTION consent_age_note_history();
"""
_BACK = """
DROP TRIGGER consent_subjectagenote_rows ON consent_subjectagenote;
CREATE TRIGGER consent_subjectagenote_rows BEFORE UPDATE OR DELETE ON consent_subjectagenote
    FOR EACH ROW EXECUTE FUNCTION probity_append_only();
DROP FUNCTION consent_age_note_history();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0013_consent_events_of_erased_subjects")]

    operations = [migrations.RunSQL(sql=_FUNCTION, reverse_sql=_BACK)]

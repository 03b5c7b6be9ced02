from django.db import migrations

# The event of an erased subject may lose what its source wrote freely, and nothing else; all others stay as they are.
_FUNCTION = """
CREATE FUNCTION consent_event_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    freely CONSTANT text[] := ARRAY['source_event_id', 'verification', 'evidence_digest', 'content_hash'];
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - freely = to_jsonb(OLD) - freely
        AND NEW.source_event_id ~ '^erased-[0-9a-f]{64}$'
        AND NEW.verification = '' AND NEW.evidence_digest = ''
        AND NEW.content_hash = decode(repeat('00', 32), 'hex')
        AND EXISTS (SELECT FROM consent_datasubject WHERE id = OLD.subject_id AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER consent_consentevent_rows ON consent_consentevent;
CREATE TRIGGER consent_consentevent_rows BEFORE UPDATE OR DELETE ON consent_consentevent
    FOR EACH ROW EXECUTE FUNCTION consent_event_history();
"""
_BACK = """
DROP TRIGGER consent_consentevent_rows ON consent_consentevent;
CREATE TRIGGER consent_consentevent_rows BEFORE UPDATE OR DELETE ON consent_consentevent
    FOR EACH ROW EXECUTE FUNCTION probity_append_only();
DROP FUNCTION consent_event_history();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0012_subject_requests_append_only")]

    operations = [migrations.RunSQL(sql=_FUNCTION, reverse_sql=_BACK)]

from django.db import migrations

# What no CHECK constraint can say, because it looks at other rows: the run that verified a closed finding has passed,
# belongs to this finding, and asked the same frozen question as the run that raised it; and its signer has signed.
_FUNCTION = """
CREATE FUNCTION audits_finding_closed_by_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM audits_checkrun proof, audits_checkrun raised
        WHERE proof.id = NEW.verified_by_run_id
          AND raised.id = NEW.raised_by_run_id
          AND proof.verifies_id = NEW.id
          AND proof.state = 'passed'
          AND proof.kind = raised.kind
          AND proof.target = raised.target
          AND proof.config_hash = raised.config_hash
    ) OR NOT EXISTS (
        SELECT 1 FROM audits_signoff WHERE finding_id = NEW.id AND signer_id = NEW.signed_by_id
    ) THEN
        RAISE EXCEPTION 'finding % closes by proof: a passed re-run of its own frozen check, and a signature', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER audits_finding_closed_by_proof AFTER INSERT OR UPDATE ON audits_finding
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION audits_finding_closed_by_proof();
"""


class Migration(migrations.Migration):
    dependencies = [("audits", "0002_sign_off_append_only")]

    operations = [
        migrations.RunSQL(
            sql=_FUNCTION,
            reverse_sql="""
                DROP TRIGGER audits_finding_closed_by_proof ON audits_finding;
                DROP FUNCTION audits_finding_closed_by_proof();
            """,
        )
    ]

from django.db import migrations

from portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("consent", "0011_subject_requests")]

    operations = [
        append_only("consent_subjectrequestevent"),
        append_only("consent_erasure"),
        append_only("consent_certificate"),
    ]

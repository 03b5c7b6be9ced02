from django.db import migrations

from portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_consent_event_append_only")]

    operations = [append_only("consent_notice"), append_only("consent_notice_purposes")]

from django.db import migrations

from portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("audits", "0004_reveals")]

    operations = [append_only("audits_transcriptread")]

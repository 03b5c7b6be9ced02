from django.db import migrations

from portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_initial")]

    operations = [append_only("audits_signoff")]

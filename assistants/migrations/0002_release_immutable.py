from django.db import migrations

from portal.core.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("assistants", "0001_initial")]

    operations = [append_only("assistants_release")]

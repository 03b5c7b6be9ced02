"""Second factors stored in clear are encrypted under the current field key; backwards they are in clear again."""

from django.db import migrations

from portal.core.sealed_members import is_sealed, member_open, member_seal

PLACE = "mfa.authenticator.data"
MEMBERS = ("secret", "seed")


def _each(apps, changed):
    for row in apps.get_model("mfa", "Authenticator").objects.select_for_update().order_by("pk"):
        fresh = {name: changed(row.data[name]) for name in MEMBERS if name in row.data}
        if any(row.data[name] != fresh[name] for name in fresh):
            row.data |= fresh
            row.save(update_fields=["data"])


def seal(apps, schema_editor):
    _each(apps, lambda stored: stored if is_sealed(stored) else member_seal(place=PLACE, text=stored))


def unseal(apps, schema_editor):
    _each(apps, lambda stored: member_open(place=PLACE, stored=stored))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_api_key_names"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, unseal)]

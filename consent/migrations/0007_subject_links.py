import django.db.models.deletion
from django.db import migrations, models

from portal.core.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0006_controller_and_purpose_version'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectLinkEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merge', models.UUIDField()),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('confirmed', 'Confirmed'), ('undone', 'Undone')], max_length=12)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('source', models.CharField(max_length=60)),
                ('actor', models.CharField(max_length=60)),
                ('reason', models.CharField(choices=[('identity_checked', 'Their identity was checked'), ('subject_said', 'The customer said so'), ('same_contact', 'They share contact data'), ('source_merged', 'The source merged them'), ('different_people', 'They are different people'), ('mistake', 'The merge was a mistake')], max_length=24)),
                ('high', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.datasubject')),
                ('low', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.datasubject')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('merge', 'state'), name='link_state_once_per_merge'), models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='link_of_two_subjects')],
            },
        ),
        append_only('consent_subjectlinkevent'),
    ]

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from portal.core.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0007_subject_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectAgeNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minor_below_age', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('of_age_on', models.DateField(blank=True, null=True)),
                ('evidence', models.CharField(choices=[('subject_said', 'The customer said so'), ('guardian_said', 'A guardian said so'), ('account', "The customer's account says so"), ('document', 'A document was seen'), ('estimate', 'The service is used by children, or age was estimated'), ('earlier_mark', 'Marked before evidence was kept')], max_length=24)),
                ('source', models.CharField(max_length=60)),
                ('actor', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='age_notes', to='consent.datasubject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('of_age_on__isnull', True), ('minor_below_age__isnull', False), _connector='OR'), name='age_note_date_needs_age')],
            },
        ),
        migrations.RunSQL(
            sql="""
                INSERT INTO consent_subjectagenote
                    (subject_id, minor_below_age, evidence, source, actor, recorded_at)
                SELECT id, minor_below_age, 'earlier_mark', 'probity', 'system', created_at
                FROM consent_datasubject WHERE minor_below_age IS NOT NULL
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        append_only('consent_subjectagenote'),
    ]

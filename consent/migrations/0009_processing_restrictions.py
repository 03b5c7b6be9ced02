import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0008_age_notes'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProcessingRestriction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ground', models.CharField(choices=[('accuracy_contested', 'The accuracy of the data is contested (Art. 18(1)(a))'), ('unlawful', 'The processing is unlawful and erasure is not wanted (Art. 18(1)(b))'), ('legal_claims', 'The data subject needs the data for legal claims (Art. 18(1)(c))'), ('objection_pending', 'An objection is being examined (Art. 18(1)(d))')], max_length=24)),
                ('imposed_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lift_recorded_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(max_length=60)),
                ('imposed_by', models.CharField(max_length=60)),
                ('lifted_by', models.CharField(blank=True, max_length=60)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='restrictions', to='consent.datasubject')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lift_recorded_at__isnull', True), ('lifted_at__isnull', True)), models.Q(('lift_recorded_at__gte', models.F('recorded_at')), ('lift_recorded_at__isnull', False), ('lifted_at__gte', models.F('imposed_at')), ('lifted_at__isnull', False)), _connector='OR'), name='restriction_lift_complete')],
            },
        ),
    ]

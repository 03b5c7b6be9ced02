from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0005_legal_hold_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='consentevent',
            name='controller',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='purpose_version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='purpose',
            name='legal_claims',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='purpose',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
    ]

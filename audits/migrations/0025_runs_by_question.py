import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assistants', '0008_dataset_reference'),
        ('audits', '0024_pack_bins'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='checkrun',
            index=models.Index(models.F('assistant'), models.F('kind'), django.db.models.fields.json.KeyTransform('dimension', 'params'), models.OrderBy(models.F('id'), descending=True), name='check_run_by_dimension'),
        ),
        migrations.AddIndex(
            model_name='checkrun',
            index=models.Index(models.F('assistant'), models.F('kind'), django.db.models.fields.json.KeyTransform('dimension', 'params'), django.db.models.fields.json.KeyTransform('outcome', 'params'), models.OrderBy(models.F('id'), descending=True), name='check_run_by_question'),
        ),
        migrations.AddIndex(
            model_name='checkrun',
            index=models.Index(models.F('assistant'), django.db.models.fields.json.KeyTransform('cue', 'params'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('kind', 'matched_pairs')), name='check_run_by_cue'),
        ),
    ]

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('demo_shop', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='changed_at',
            field=models.DateTimeField(auto_now=True, db_index=True, default=django.utils.timezone.now, help_text='Cancelled, refunded or changed in any way.'),
            preserve_default=False,
        ),
    ]

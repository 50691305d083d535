from django.db import migrations


class Migration(migrations.Migration):
    """Messages are counted by `galley.rate_limits`.

    The table stays: processes of the former release still count in it while the site is upgraded. A later one drops it.
    """

    dependencies = [
        ('forms', '0007_newsletters'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name='SenderQuota')],
        ),
    ]

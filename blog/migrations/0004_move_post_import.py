"""The model PostImport belongs to the app `transfer` now. Its table stays as it is."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("blog", "0003_author_links")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="PostImport")]),
    ]

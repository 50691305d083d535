"""A post without a date is dated by the day it goes live."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0004_move_post_import")]

    operations = [
        migrations.AlterField(
            "blogpostpage",
            "date",
            models.DateField(
                "date",
                null=True,
                blank=True,
                help_text="Printed over the post; posts are listed by it, newest first. "
                "Leave empty for the day it goes live.",
            ),
        ),
    ]

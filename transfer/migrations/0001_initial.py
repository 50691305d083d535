"""Take the model PostImport over from the app `blog`, with its table and its data.

Before the folder `transfer` is deleted, `manage.py migrate transfer zero` drops the table, whose foreign keys would
otherwise keep PostgreSQL from deleting imported pages.
"""

import django.db.models.deletion
from django.db import migrations, models


def create_missing_table(apps, schema_editor):
    model = apps.get_model("transfer", "PostImport")
    if model._meta.db_table not in schema_editor.connection.introspection.table_names():
        schema_editor.create_model(model)


def drop_table(apps, schema_editor):
    schema_editor.delete_model(apps.get_model("transfer", "PostImport"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [("blog", "0004_move_post_import")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="PostImport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                        ),
                        ("source", models.TextField(help_text="The path of the file on the machine that imported it.")),
                        ("address", models.TextField(help_text="The path of the post on its old site.")),
                        (
                            "fingerprint",
                            models.CharField(
                                blank=True,
                                help_text="A hash of everything that was written. Empty until that is done.",
                                max_length=64,
                            ),
                        ),
                        (
                            "revision_id",
                            models.PositiveBigIntegerField(
                                help_text="The revision that the import made. A later one was made by an editor.",
                                null=True,
                            ),
                        ),
                        ("imported_at", models.DateTimeField(auto_now=True)),
                        (
                            "blog",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="blog.blogindexpage",
                            ),
                        ),
                        (
                            "page",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="blog.blogpostpage",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "blog_postimport",
                        "constraints": [
                            models.UniqueConstraint(fields=("blog", "source"), name="one_import_per_file"),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(create_missing_table, drop_table),
    ]

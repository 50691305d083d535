"""Deletes the files of pictures that say where they were taken. They are made again when they are asked for."""

from django.db import migrations
from django.db.models import Q
from wagtail.images.models import get_rendition_storage, get_rendition_upload_to

from galley.images.models import UprightImageField


def delete_renditions(apps, schema_editor):
    """Delete JPEG and what Wagtail's admin shows. WebP and AVIF have never had metadata."""
    clean = Q(filter_spec__contains="|format-webp") | Q(filter_spec__contains="|format-avif")
    for rendition in apps.get_model("home", "Rendition").objects.exclude(clean):
        rendition.file.storage.delete(rendition.file.name)
        rendition.delete()


class Migration(migrations.Migration):
    dependencies = [("home", "0012_statistics")]

    why_compatible = {"Raw Python operation": "The release before makes a rendition again that is gone."}

    operations = [
        migrations.AlterField(
            "rendition",
            "file",
            UprightImageField(
                upload_to=get_rendition_upload_to,
                storage=get_rendition_storage,
                width_field="width",
                height_field="height",
            ),
        ),
        migrations.RunPython(delete_renditions, migrations.RunPython.noop),
    ]

from django.db import migrations

from galley.page_lists.newest import read_newest

# The root, and the page that Wagtail creates below it.
DEPTH_OF_EMPTY_SITE = 2


def request_reading(apps, schema_editor):
    """Let the worker read the pages that the site has already."""
    pages = apps.get_model("wagtailcore", "Page").objects.filter(depth__gte=DEPTH_OF_EMPTY_SITE)
    if pages.filter(depth__gt=DEPTH_OF_EMPTY_SITE).exists():
        for page_id in pages.values_list("pk", flat=True):
            read_newest.enqueue(page_id)


class Migration(migrations.Migration):

    dependencies = [
        ("page_lists", "0001_initial"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]

    operations = [migrations.RunPython(request_reading, migrations.RunPython.noop)]

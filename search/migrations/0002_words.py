"""Fill the index with the words of `search.words`. On SQLite, the search backend does so in place of triggers."""

from django.db import connection, migrations
from wagtail.search.models import IndexEntry

from search.backend import store_words

TABLE = "wagtailsearch_indexentry_fts"


def store_all_words(apps, schema_editor):
    """Add the words of all entries, so that `update_index` isn't needed."""
    store_words(IndexEntry.objects.all())


class Migration(migrations.Migration):

    dependencies = [("search", "0001_similar_titles")]

    operations = [
        migrations.RunSQL(
            [
                f"DROP TRIGGER insert_{TABLE}",
                f"DROP TRIGGER update_{TABLE}",
                f"DROP TABLE {TABLE}",
                # The words are separated by spaces. All that they consist of belongs to them. `Cn` are letters that
                # came to Unicode after SQLite's tables were made.
                f"CREATE VIRTUAL TABLE {TABLE} USING fts5(autocomplete, body, title, "
                "tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* S* Cn'\")",
            ]
        ),
        migrations.RunPython(store_all_words),
    ] if connection.vendor == "sqlite" else [migrations.RunPython(store_all_words)]

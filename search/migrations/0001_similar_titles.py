"""PostgreSQL: one index for words in title or text, and one for titles that look alike."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import connection, migrations


class Migration(migrations.Migration):

    dependencies = [("wagtailsearch", "0010_add_text_fields")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            "CREATE INDEX search_title_or_body ON wagtailsearch_indexentry USING gin ((title || body))",
            "DROP INDEX search_title_or_body",
        ),
        migrations.RunSQL(
            "CREATE INDEX search_title_trigrams ON wagtailsearch_indexentry USING gin (title_text gin_trgm_ops)",
            "DROP INDEX search_title_trigrams",
        ),
    ] if connection.vendor == "postgresql" else []

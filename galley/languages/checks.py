"""A check of the database: the first language of the settings is that of the pages."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections
from wagtail.models import Locale


def check_first_language(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error if the database has locales, but not that of `LANGUAGE_CODE`: no page would be found."""
    found: list[str] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            if Locale._meta.db_table in connections[alias].introspection.table_names(cursor):
                found += Locale.all_objects.using(alias).values_list("language_code", flat=True)
    if not found or settings.LANGUAGE_CODE in found:
        return []
    text = f"The site's pages are in {', '.join(found)}, but its first language is {settings.LANGUAGE_CODE}."
    hint = f"Begin GALLEY_LANGUAGES with {found[0]}. Nothing has changed in the database."
    return [Error(text, hint=hint, id="languages.E001")]

"""Which tables an SQL statement reads or changes, and which tables hold content that visitors see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db.models import Model
from wagtail.images.models import AbstractRendition

from galley.page_cache.conf import get_setting

# Accounts, drafts, the admin and background tasks change all the time, and no visitor sees them. A response that was
# made from one of these tables is personal or shows unpublished content, and is not cached.
PRIVATE = (
    "auth",
    "changes",
    "django_tasks_database",
    "sessions",
    "wagtailadmin",
    "wagtailcore",
    "wagtailsearch",
    "wagtailusers",
)
# The models of `wagtailcore` that visitors see.
PUBLIC = (
    "wagtailcore.Collection",
    "wagtailcore.CollectionViewRestriction",
    "wagtailcore.Locale",
    "wagtailcore.Page",
    "wagtailcore.PageViewRestriction",
    "wagtailcore.Site",
)
# Wagtail caches the root paths of all sites outside of this package, so pages show them without a query.
CACHED_BY_WAGTAIL = ("wagtailcore.Site", "wagtailcore.Locale")
# Columns that only editors see.
DRAFT_COLUMNS = frozenset(
    {
        "draft_title",
        "has_unpublished_changes",
        "latest_revision_id",
        "latest_revision_created_at",
        "locked",
        "locked_at",
        "locked_by_id",
    }
)
# It counts drafts too, so no page shows the number. But where it is 0, Wagtail skips the query for children.
CHILDREN_COLUMN = "numchild"

_IDENTIFIER = r"[\"`]?(\w+)[\"`]?"
_QUERY = re.compile(r"[\s(]*(?:SELECT|VALUES|WITH)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\s*(INSERT|REPLACE|UPDATE|DELETE|TRUNCATE|MERGE|COPY)\b(?:\s+(?:OR\s+\w+|INTO|FROM|TABLE|ONLY))*\s+"
    + _IDENTIFIER,
    re.IGNORECASE,
)
# A statement that begins with WITH may contain a change.
_NESTED_CHANGE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+" + _IDENTIFIER, re.IGNORECASE)
_SOURCES = re.compile(r"\b(?:FROM|JOIN)\s+" + _IDENTIFIER, re.IGNORECASE)
_SET_COLUMNS = re.compile(r"\bSET\s+(.*?)(?:\s+WHERE\b|\s*$)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(_IDENTIFIER + r"\s*=")


@dataclass(frozen=True)
class Statement:
    """The tables that a statement reads (`sources`); or its `verb`, the `table` it changes and, in UPDATE, `columns`.

    A statement that does neither, such as SAVEPOINT, has no verb and no sources.
    """

    sources: frozenset[str] = frozenset()
    verb: str = ""
    table: str = ""
    columns: frozenset[str] = frozenset()


# Each takes some kilobytes. Lists of numbers of many lengths make statements that come once.
@lru_cache(maxsize=512)
def parse(sql: str) -> Statement:
    """Return what `sql` does. It understands the statements that Django and its libraries write."""
    if _QUERY.match(sql):
        nested = _NESTED_CHANGE.search(sql) if sql.lstrip()[:4].upper() == "WITH" else None
        return Statement(frozenset(_SOURCES.findall(sql)), "UPDATE" if nested else "", nested[1] if nested else "")
    change = _CHANGE.match(sql)
    if change is None:
        return Statement()
    verb = change[1].upper()
    assignments = _SET_COLUMNS.search(sql) if verb == "UPDATE" else None
    columns = frozenset(_COLUMN.findall(assignments[1])) if assignments else frozenset()
    return Statement(verb=verb, table=change[2], columns=columns)


@cache
def private_tables() -> frozenset[str]:
    """Return the tables of `PRIVATE`, as far as installed, without `PUBLIC`, and of `PAGE_CACHE_PRIVATE_MODELS`."""
    installed = _tables(label for label in PRIVATE if label in apps.app_configs)
    return installed - _tables(PUBLIC) | _tables(get_setting("PAGE_CACHE_PRIVATE_MODELS"))


@cache
def tables_cached_by_wagtail() -> frozenset[str]:
    """Return the tables whose changes flush the whole cache."""
    return _tables(CACHED_BY_WAGTAIL)


@cache
def rendition_tables() -> frozenset[str]:
    """Return the tables of image renditions. A page inserts them while it is rendered, which changes no content."""
    return frozenset(model._meta.db_table for model in apps.get_models() if issubclass(model, AbstractRendition))


def is_visible_change(statement: Statement) -> bool:
    """Return whether visitors may see the effect of `statement`. An unknown table counts as visible."""
    if not statement.verb or statement.table in private_tables():
        return False
    if statement.verb == "INSERT" and statement.table in rendition_tables():
        return False
    return not (statement.columns and statement.columns <= DRAFT_COLUMNS)


def _tables(labels: Iterable[str]) -> frozenset[str]:
    """Return the tables of `labels`, which name models or whole apps."""
    models: list[type[Model]] = []
    for label in labels:
        if "." in label:
            models.append(apps.get_model(label))
        else:
            models.extend(apps.get_app_config(label).get_models(include_auto_created=True))
    for model in tuple(models):
        models.extend(field.remote_field.through for field in model._meta.local_many_to_many)  # type: ignore[misc]
    return frozenset(model._meta.db_table for model in models)


def check_private_models(**kwargs: Any) -> list[CheckMessage]:
    """Return an error for each private model that doesn't exist."""
    errors: list[CheckMessage] = []
    for label in get_setting("PAGE_CACHE_PRIVATE_MODELS"):
        try:
            _tables([label])
        except LookupError:
            message = f"PAGE_CACHE_PRIVATE_MODELS names {label}, which is not installed."
            errors.append(Error(message, id="page_cache.E001"))
    return errors

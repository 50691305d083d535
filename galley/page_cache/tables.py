"""Table policy: which tables hold content that visitors see."""

from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.db.models import Model
from wagtail.images.models import AbstractRendition

from galley.page_cache.conf import get_setting
from galley.page_cache.sql import Statement

# Accounts, drafts, the admin and background tasks change all the time, and no visitor sees them. A response that was
# made from one of these tables is personal or shows unpublished content, and is not cached.
PRIVATE = (
    "auth",
    "changes",
    "django_tasks_database",
    "sessions",
    "wagtailadmin",
    "wagtailsearch",
    "wagtailusers",
    "wagtailcore.APIToken",
    "wagtailcore.Comment",
    "wagtailcore.CommentReply",
    "wagtailcore.GroupApprovalTask",
    "wagtailcore.GroupCollectionPermission",
    "wagtailcore.GroupPagePermission",
    "wagtailcore.GroupSitePermission",
    "wagtailcore.ModelLogEntry",
    "wagtailcore.PageLogEntry",
    "wagtailcore.PageSubscription",
    "wagtailcore.ReferenceIndex",
    "wagtailcore.Revision",
    "wagtailcore.Task",
    "wagtailcore.TaskState",
    "wagtailcore.UploadedFile",
    "wagtailcore.Workflow",
    "wagtailcore.WorkflowContentType",
    "wagtailcore.WorkflowPage",
    "wagtailcore.WorkflowState",
    "wagtailcore.WorkflowTask",
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


@cache
def private_tables() -> frozenset[str]:
    """Return the tables of `PRIVATE` and of the setting `PAGE_CACHE_PRIVATE_MODELS`."""
    return _tables([*PRIVATE, *get_setting("PAGE_CACHE_PRIVATE_MODELS")])


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

"""Which tables hold what visitors may see."""

from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from wagtail.images.models import AbstractRendition

# Accounts, drafts, the admin's own, work in the background: they change all the time, and no visitor sees it.
# A response that has read one of them is somebody's own, or of something unpublished, and isn't kept.
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
# Wagtail keeps the addresses of all sites in Django's cache, where no query tells that they were used.
KNOWN_BY_HEART = ("wagtailcore.Site", "wagtailcore.Locale")
# Columns that only an editor sees.
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
# It counts drafts too, so no visitor is told it; but where it is 0, Wagtail doesn't even ask for children.
CHILDREN_COLUMN = "numchild"


@cache
def private_tables() -> frozenset[str]:
    """Return the tables of `PRIVATE` and of the setting `PRIVATE_MODELS`: labels of models or of whole apps."""
    return _tables([*PRIVATE, *settings.PRIVATE_MODELS])


@cache
def tables_known_by_heart() -> frozenset[str]:
    """Return the tables of which more is known in memory than any query tells."""
    return _tables(KNOWN_BY_HEART)


@cache
def derived_tables() -> frozenset[str]:
    """Return the tables of pictures in other sizes. They are made on demand, in the middle of a page: no change."""
    return frozenset(model._meta.db_table for model in apps.get_models() if issubclass(model, AbstractRendition))


def _tables(labels: Iterable[str]) -> frozenset[str]:
    models: list[type[Model]] = []
    for label in labels:
        if "." in label:
            models.append(apps.get_model(label))
        else:
            models.extend(apps.get_app_config(label).get_models(include_auto_created=True))
    for model in tuple(models):
        models.extend(field.remote_field.through for field in model._meta.local_many_to_many)  # type: ignore[misc]
    return frozenset(model._meta.db_table for model in models)

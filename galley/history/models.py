"""Names of versions, and what autosave has done to a revision."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision, TaskState

MAX_NAME_LENGTH = 100


class VersionName(models.Model):
    """The name that an editor has given to a revision. A revision with a name is neither overwritten nor deleted."""

    wagtail_reference_index_ignore = True

    revision = models.OneToOneField(
        Revision, verbose_name=_("version"), on_delete=models.CASCADE, primary_key=True, related_name="version_name"
    )
    name = models.CharField(_("name"), max_length=MAX_NAME_LENGTH)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("named by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("name of a version")
        verbose_name_plural = _("names of versions")
        default_permissions = ()  # who may edit a page may name its versions

    def __str__(self) -> str:
        return self.name


class AutosavedRevision(models.Model):
    """A revision that autosave overwrites: since when, and which words are gone since then."""

    wagtail_reference_index_ignore = True

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(db_index=True)
    removed_words = models.JSONField(default=dict)  # how often each is gone

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.revision_id}, since {self.since}"


def is_fixed() -> Q:
    """Return the condition for revisions that stay as they are: named, live, scheduled, or part of a workflow."""
    return (
        Q(version_name__isnull=False)
        | Q(approved_go_live_at__isnull=False)
        | Exists(Page.objects.filter(live_revision=OuterRef("pk")))
        | Exists(TaskState.objects.filter(revision=OuterRef("pk")))
    )

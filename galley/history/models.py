"""Names of versions, what autosave has done to a revision, which came too late, and keys for what isn't saved yet."""

import base64
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
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


class OvertakenRevision(models.Model):
    """A revision that was sent after somebody had saved a newer version of the page, until somebody merges both."""

    wagtail_reference_index_ignore = True

    revision = models.OneToOneField(Revision, on_delete=models.CASCADE, primary_key=True, related_name="overtaken")
    # The revision that its author had opened. Null if its content isn't stored any more.
    base = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.revision_id}, from {self.base_id}"

    @property
    def merge_address(self) -> str:
        """Return the address of the page on which the revision is merged with the current draft."""
        return reverse("merge_versions", args=[self.revision.object_id, self.revision_id])


def make_key() -> str:
    """Return a new key of 256 bits, in Base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


class UnsavedFormKey(models.Model):
    """The key with which the user's browsers encrypt forms that the server doesn't have yet."""

    wagtail_reference_index_ignore = True

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    key = models.CharField(max_length=44, default=make_key)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"of user {self.user_id}"


def is_fixed() -> Q:
    """Return the condition for revisions that stay: named, not merged yet, live, scheduled, or part of a workflow."""
    return (
        Q(version_name__isnull=False)
        | Q(overtaken__isnull=False)
        | Q(approved_go_live_at__isnull=False)
        | Exists(Page.objects.filter(live_revision=OuterRef("pk")))
        | Exists(TaskState.objects.filter(revision=OuterRef("pk")))
    )

"""What is in the bin: since when, who has deleted it, and what restoring it needs to know."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail.permissions import policy_registry

DAYS: int = getattr(settings, "BIN_DAYS", 30)
# Pages below the first root are the site's; below any other, they are in the bin. Wagtail's migrations write this path.
FIRST_ROOT = "0001"


class BinItem(models.Model):
    """A deleted page with all that is below it, or a deleted image or document."""

    wagtail_reference_index_ignore = True

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=255)
    # The title of the page above it, or the name of the collection.
    place = models.CharField(_("was in"), max_length=255, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("deleted by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(_("deleted"), default=timezone.now, db_index=True)
    # Null for images and documents, of which no row remains. A page in the bin remains what it is, below another root.
    page = models.OneToOneField(Page, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    # Where the file is stored meanwhile. Empty if there is none.
    file = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("item in the bin")
        verbose_name_plural = _("items in the bin")
        default_permissions = ()  # who may delete something may see and restore it
        ordering = ["-deleted_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def until(self) -> datetime:
        """When it is deleted for good."""
        return self.deleted_at + timedelta(days=DAYS)

    @property
    def kind(self) -> str:
        """What it is, in the words of its model."""
        model = self.content_type.model_class()
        return str(model._meta.verbose_name) if model else self.content_type.name

    @property
    def parent(self) -> Page | None:
        """The page that it was below; None if that is gone or in the bin itself."""
        return Page.objects.filter(pk=self.data["ancestors"][-1], path__startswith=FIRST_ROOT).first()

    def read_object(self) -> Any:
        """Return the image or document as it was. It isn't saved."""
        (found,) = serializers.deserialize("json", self.data["object"], ignorenonexistent=True)
        return found.object

    def may_restore(self, user: Any) -> bool:
        """Return whether `user` might delete it where it was: nobody else sees it or restores it."""
        if self.page is None:
            instance = self.read_object()
            return bool(policy_registry.get(instance).user_has_permission_for_instance(user, "delete", instance))
        tester = self.page.permissions_for_user(user)
        if not user.is_active or user.is_superuser:
            return bool(tester.can_delete())
        places = Page.objects.filter(pk__in=self.data["ancestors"], path__startswith=FIRST_ROOT)
        place = places.order_by("-depth").first()
        tester.permissions = place.permissions_for_user(user).permissions if place else set()
        return bool(tester.can_delete() and ("publish" in tester.permissions or not self.data["live"]))


def find_items(user: Any) -> list[BinItem]:
    """Return what is in the bin and `user` may restore, the latest first."""
    items = BinItem.objects.select_related("content_type", "user", "page")
    return [item for item in items if item.may_restore(user)]

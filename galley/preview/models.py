"""Links that let somebody without an account watch the draft of one page."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Links, by whether they still work."""

    def working(self) -> "ShareLinkQuerySet":
        """Return those that are neither stopped nor expired."""
        return self.filter(stopped_at=None, expires_at__gt=timezone.now())

    def stop(self) -> int:
        """Stop those that still work, at once and for good. Return how many."""
        return self.working().update(stopped_at=timezone.now())


class ShareLink(models.Model):
    """A link to the draft of one page. Who has its token may watch; the token itself is stored nowhere."""

    # Wagtail would name each link as a 'usage' of its page whenever somebody deletes the page.
    wagtail_reference_index_ignore = True

    page = models.ForeignKey(Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.CASCADE, related_name="+"
    )
    label = models.CharField(_("for whom"), max_length=100, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared draft")
        verbose_name_plural = _("shared drafts")
        ordering = ["-made_at", "-pk"]
        default_permissions = ()  # who may edit a page may share it

    def __str__(self) -> str:
        return f"{self.label or _('Link')} – {self.page.get_admin_display_title()}"

    @property
    def works(self) -> bool:
        """Whether it is neither stopped nor expired."""
        return self.stopped_at is None and self.expires_at > timezone.now()

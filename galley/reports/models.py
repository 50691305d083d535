"""Links on published pages, pictures without alt texts, and addresses that visitors haven't found."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page, Site
from wagtail.permissions import policy_registry

from galley.site_settings.registered import may_change_settings, settings_model


class Problem(models.TextChoices):
    """Why a link leads nowhere. An empty text means that it works, as far as is known."""

    MISSING = "missing", gettext_lazy("There is nothing at this address.")
    UNPUBLISHED = "unpublished", gettext_lazy("The page isn't published.")
    NO_ANSWER = "no answer", gettext_lazy("The host doesn't answer.")
    ERROR = "error", gettext_lazy("The host answers with an error.")
    CERTIFICATE = "certificate", gettext_lazy("Browsers warn of this host: its certificate isn't valid.")
    REDIRECTS = "redirects", gettext_lazy("Its redirects lead nowhere.")
    NOT_PUBLIC = "not public", gettext_lazy("It is in a private network, where visitors can't reach it.")
    INVALID = "invalid", gettext_lazy("It isn't a valid address.")


class Address(models.Model):
    """Where links lead: a URL without its fragment, or `page:12`, `doc:3`, `image:7` for what is chosen by number."""

    wagtail_reference_index_ignore = True

    url = models.TextField()
    url_hash = models.CharField(max_length=64, unique=True)
    is_outside = models.BooleanField()
    problem = models.CharField(max_length=20, blank=True, choices=Problem.choices, db_index=True)
    status = models.PositiveSmallIntegerField(gettext_lazy("HTTP status"), null=True)
    # How many nightly checks in a row have failed.
    failures = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(gettext_lazy("checked"), null=True, db_index=True)
    failing_since = models.DateTimeField(gettext_lazy("broken since"), null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.url

    @property
    def can_be_opened(self) -> bool:
        """Whether a link in the admin may lead there: other schemes could run scripts."""
        return self.is_outside and self.url.lower().startswith(("http://", "https://"))

    def set_problem(self, problem: str, status: int | None = None) -> None:
        """Store what the check has found now."""
        self.checked_at = timezone.now()
        self.failing_since = (self.failing_since or self.checked_at) if problem or self.failures else None
        self.problem, self.status = problem, status
        self.save(update_fields=["checked_at", "failing_since", "problem", "status", "failures"])


def pages_to_change(user: Any) -> QuerySet[Page]:
    """Return the published pages that `user` may edit."""
    return policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change").filter(live=True)


class OnPageQuerySet(models.QuerySet[Any]):
    """Rows about a part of a page."""

    def for_user(self, user: Any) -> "OnPageQuerySet":
        """Return those about published pages that `user` may edit, and about menus that they may change."""
        rows = self.filter(page__in=pages_to_change(user)).select_related("page__content_type")
        return rows if may_change_settings(user) else rows.exclude(content_path="")


class OnPage(models.Model):
    """Something in a field of a published page. `content_path` is Wagtail's, such as `body.<id of a block>`.

    It is empty for what stands on every page, such as menus: that counts once, for the page at the root of a site.
    """

    wagtail_reference_index_ignore = True

    page = models.ForeignKey(Page, verbose_name=gettext_lazy("page"), on_delete=models.CASCADE, related_name="+")
    content_path = models.CharField(max_length=255, blank=True)
    text = models.CharField(gettext_lazy("text"), max_length=100, blank=True)

    objects = OnPageQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()

    @property
    def page_title(self) -> str:
        """The title of the page's draft."""
        return str(self.page.get_admin_display_title())

    @property
    def field_label(self) -> str:
        """The name of the field, as the edit page has it; empty if the page has no such field."""
        if not self.content_path:
            return _("Menus and foot of every page")
        model = self.page.content_type.model_class()
        try:
            field = (model or Page)._meta.get_field(self.content_path.split(".")[0])
        except FieldDoesNotExist:
            return ""
        return str(capfirst(getattr(field, "verbose_name", field.name.replace("_", " "))))

    @property
    def edit_url(self) -> str:
        """The address of the edit page, which scrolls to the field, or of the site's settings with the menus."""
        if not self.content_path and (model := settings_model()):
            site = Site.objects.filter(root_page=self.page_id).first()
            if site:
                return reverse("wagtailsettings:edit", args=[model._meta.app_label, model._meta.model_name, site.pk])
        url = reverse("wagtailadmin_pages:edit", args=[self.page_id])
        return f"{url}#:w:contentpath={self.content_path}"


class Link(OnPage):
    """A link on a published page."""

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="links")

    class Meta(OnPage.Meta):
        verbose_name = gettext_lazy("broken link")
        verbose_name_plural = gettext_lazy("broken links")

    def __str__(self) -> str:
        return self.text or self.address.url

    @property
    def target(self) -> str:
        """Where it leads, in words if that is an object of this site."""
        kind, _colon, number = self.address.url.partition(":")
        names = {"page": _("page"), "doc": _("document"), "image": _("picture")}
        if kind not in names:
            return self.address.url
        page = Page.objects.filter(pk=number).first() if kind == "page" else None
        text = _("the page “%(title)s”") if page else _("a %(kind)s that was deleted")
        return text % {"title": page.get_admin_display_title() if page else "", "kind": names[kind]}


class UndescribedPicture(OnPage):
    """A picture on a published page without alt text, which isn't marked as decorative."""

    class Meta(OnPage.Meta):
        verbose_name = gettext_lazy("picture without alt text")
        verbose_name_plural = gettext_lazy("pictures without alt text")

    def __str__(self) -> str:
        return self.text


class PageReading(models.Model):
    """When the links and pictures of a page were last read."""

    wagtail_reference_index_ignore = True

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.page_id}: {self.read_at}"


class MissingAddressQuerySet(models.QuerySet["MissingAddress"]):
    """Missing addresses, by what is to be done."""

    def frequent(self) -> "MissingAddressQuerySet":
        """Return those that several visitors have asked for, and that no editor ignores."""
        return self.filter(is_ignored=False, count__gte=FREQUENT)


FREQUENT = 5


class MissingAddress(models.Model):
    """A path that visitors have asked for, and where there is nothing. Nothing is stored about the visitors."""

    wagtail_reference_index_ignore = True

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(gettext_lazy("address"), max_length=255)
    count = models.PositiveIntegerField(gettext_lazy("requests"), default=0)
    # Of the day of `last_seen`: a flood counts no more than `MOST_A_DAY`.
    count_today = models.PositiveIntegerField(default=0)
    first_seen = models.DateTimeField(gettext_lazy("first request"))
    last_seen = models.DateTimeField(gettext_lazy("last request"), null=True, db_index=True)
    referrer = models.CharField(gettext_lazy("linked from"), max_length=255, blank=True)
    is_ignored = models.BooleanField(gettext_lazy("ignored"), default=False)

    objects = MissingAddressQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("missing address")
        verbose_name_plural = gettext_lazy("missing addresses")
        default_permissions = ()  # who may add redirects may see them
        constraints = [models.UniqueConstraint(fields=["site", "path"], name="unique_missing_address")]

    def __str__(self) -> str:
        return self.path

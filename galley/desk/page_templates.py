"""Pages that are started from a template: an ordinary page, draft or public, that an editor has marked as one."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import Button
from wagtail.coreutils import find_available_slug
from wagtail.models import Page

from galley.desk.copying import MAX_SLUG_LENGTH, find_dates
from galley.desk.models import PageTemplate
from galley.desk.terms import make_slug

NOT_LOCKED = {"locked": False, "locked_at": None, "locked_by": None}


def find_templates(user: Any) -> list[Page]:
    """Return the templates from which `user` may start a page. Blocks."""
    pages = Page.objects.filter(template_mark__isnull=False).order_by("draft_title").specific(defer=True)
    return [page for page in pages if may_start_from(page, user)]


def may_start_from(page: Page, user: Any) -> bool:
    """Return whether `user` may add a page like `page` beside it. Who marks a page lets all of them read it."""
    parent = page.get_parent()
    may_add = parent.permissions_for_user(user).can_add_subpage()
    return bool(may_add and page.specific_class and page.specific_class.can_create_at(parent))


def start_from_template(template: Page, title: str, user: Any) -> Page:
    """Return a draft of `user` beside `template`, with its content as it is in the newest version.

    Title, slug and all dates are those of a new page. Rights are checked with `may_start_from`.
    """
    newest, parent = template.get_latest_revision_as_object(), template.get_parent()
    wanted = slugify(title, allow_unicode=True) or make_slug(title) or slugify(newest._meta.verbose_name)
    fields = dict.fromkeys(find_dates(newest))
    names = {"title": title, "draft_title": title, "slug": find_available_slug(parent, wanted[:MAX_SLUG_LENGTH])}
    return newest.copy(
        to=parent, copy_revisions=False, keep_live=False, user=user, update_attrs=names | fields | NOT_LOCKED
    )


class TitleForm(forms.Form):
    """The title of a new page."""

    title = forms.CharField(max_length=255, label=gettext_lazy("Title of the new page"))
    title.widget.attrs["autofocus"] = True


class StartView(WagtailAdminTemplateMixin, FormView):
    """Asks for the title of a new page, and starts it from a template."""

    form_class = TitleForm
    template_name = "desk/start_from_template.html"
    header_icon = "copy"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the template. Raises Http404 and PermissionDenied."""
        super().setup(request, *args, **kwargs)
        self.page = get_object_or_404(Page, pk=kwargs["pk"], template_mark__isnull=False).specific
        if not may_start_from(self.page, request.user):
            raise PermissionDenied

    def get_page_title(self) -> str:
        """Return a title with that of the template."""
        return _("Start from “%s”") % self.page.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Wagtail's items, and the title."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def form_valid(self, form: TitleForm) -> HttpResponse:
        """Start the page, and open it."""
        page = start_from_template(self.page, form.cleaned_data["title"], self.request.user)
        return redirect("wagtailadmin_pages:edit", page.pk)


class MarkView(WagtailAdminTemplateMixin, TemplateView):
    """Makes a page a template, or an ordinary page again."""

    template_name = "desk/mark_template.html"
    header_icon = "copy"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the page. Raises Http404 and PermissionDenied."""
        super().setup(request, *args, **kwargs)
        self.page = get_object_or_404(Page, pk=kwargs["pk"]).specific
        if not self.page.permissions_for_user(request.user).can_publish():
            raise PermissionDenied

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context, the page, and whether it is a template."""
        return super().get_context_data(page=self.page, is_template=is_template(self.page), **kwargs)

    def get_page_title(self) -> str:
        """Return a title with that of the page."""
        return _("“%s” as a template") % self.page.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Wagtail's items, and the title."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Mark the page, or take the mark away."""
        if request.POST.get("mark"):
            PageTemplate.objects.get_or_create(page_id=self.page.pk)
            text = _("“%s” is a template now. The dashboard offers to start pages from it.")
        else:
            PageTemplate.objects.filter(page_id=self.page.pk).delete()
            text = _("“%s” is no template any more. Pages that were started from it stay.")
        messages.success(request, text % self.page.get_admin_display_title())
        return redirect("wagtailadmin_pages:edit", self.page.pk)


def is_template(page: Page) -> bool:
    """Return whether `page` is marked as a template."""
    return PageTemplate.objects.filter(page_id=page.pk).exists()


def add_buttons(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Yield the buttons of a page's menu in the admin: start a page from this template, and mark it as one."""
    marked = is_template(page)
    if marked and may_start_from(page, user):
        yield Button(_("Start from this template"), reverse("start_from_template", args=[page.pk]), icon_name="plus")
    if page.depth > 1 and page.permissions_for_user(user).can_publish():
        text = _("No longer a template") if marked else _("Use as a template")
        yield Button(text, reverse("mark_template", args=[page.pk]), icon_name="copy", priority=35)


urlpatterns = [
    path("page-templates/<int:pk>/start/", StartView.as_view(), name="start_from_template"),
    path("page-templates/<int:pk>/mark/", MarkView.as_view(), name="mark_template"),
]

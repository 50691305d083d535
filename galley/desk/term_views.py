"""Wagtail's views for terms, which are counted, put in order and merged, and for shared texts."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import TitleColumn
from wagtail.admin.views.generic import ReorderView, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.base import BaseObjectMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from galley.bin.deleting import SnippetDeleteView, SnippetUsageView
from galley.desk.renaming import find_public_urls, merge
from galley.desk.term_creation import TermChooserViewSet
from galley.history.guarded_forms import GuardedSnippetEditView


class PageCountColumn(TitleColumn):
    """The number of pages that have the term, with a link to their list."""

    cell_template_name = "desk/page_count_cell.html"


class TermIndexView(IndexView):
    """The list of terms, with the number of pages of each."""

    count_of = ""
    merge_url_name = ""
    usage_url_name = ""

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the terms, each with its `page_count`."""
        return super().get_base_queryset().annotate(page_count=Count(self.count_of, distinct=True))

    @cached_property
    def list_display(self) -> list[Any]:
        """The columns of the list."""
        count = PageCountColumn("page_count", label=_("Pages"), sort_key="page_count", get_url=self.get_usage_url)
        return ["name", "slug", count]

    @cached_property
    def show_ordering_column(self) -> bool:
        """Whether the terms can be moved: only where all of them stand there, since their positions count."""
        return bool(super().show_ordering_column and not self.is_searching)

    def get_usage_url(self, instance: Any) -> str:
        """Return the URL of the list of what has the term."""
        return reverse(self.usage_url_name, args=[instance.pk])

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        """Return Wagtail's buttons, and one that merges."""
        buttons = super().get_list_more_buttons(instance)
        if self.user_has_permission("change") and self.user_has_permission("delete"):
            url = reverse(self.merge_url_name, args=[instance.pk])
            buttons.append(MenuItem(_("Merge into another"), url=url, icon_name="redirect", priority=25))
        return buttons


class OrderView(ReorderView):
    """Wagtail's view that moves a term, for whatever numbers the terms have so far."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Number the terms from 0, then move one. Wagtail's view needs numbers that differ."""
        with transaction.atomic():
            numbers = self.get_queryset().select_for_update().values_list("pk", self.sort_order_field)
            for place, (pk, number) in enumerate(numbers):
                if number != place:
                    self.model._base_manager.filter(pk=pk).update(**{self.sort_order_field: place})
            return super().post(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the terms in the order of visitors."""
        return self.model._default_manager.order_by(*self.model._meta.ordering)


class MergeForm(forms.Form):
    """Which term takes over what another one has."""

    def __init__(self, *args: Any, source: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        model = type(source)
        self.fields["target"] = forms.ModelChoiceField(
            model._default_manager.all(),
            label=_("Merge into"),
            widget=model.snippet_viewset.chooser_viewset.widget_class,
            help_text=_("It takes over all pages, also drafts. The other one is deleted; its address leads here."),
        )

    def clean_target(self) -> Any:
        """Return the chosen term. Raises ValidationError if it is the same."""
        if self.cleaned_data["target"] == self.source:
            text = _("“%s” can’t be merged into itself. Choose another one.")
            raise forms.ValidationError(text % self.source)
        return self.cleaned_data["target"]


class MergeView(PermissionCheckedMixin, BaseObjectMixin, WagtailAdminTemplateMixin, FormView):
    """Asks for the term into which another one is merged, and merges them."""

    form_class = MergeForm
    template_name = "desk/merge.html"
    permission_required = "change"
    index_url_name = ""
    header_icon = "redirect"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who may not delete what is merged."""
        if not self.user_has_permission("delete"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return Django's arguments, and the term."""
        return super().get_form_kwargs() | {"source": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context, with the addresses that are going to lead elsewhere."""
        return super().get_context_data(
            former_urls=list(find_public_urls(self.object).values()), index_url=reverse(self.index_url_name), **kwargs
        )

    def get_page_title(self) -> str:
        """Return a title with the name of the term."""
        return _("Merge “%s” into another") % self.object

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Wagtail's items, and the title."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def form_valid(self, form: MergeForm) -> HttpResponse:
        """Merge, and return to the list."""
        source, target = self.object, form.cleaned_data["target"]
        count = merge(source, target, self.request.user)
        text = ngettext(
            "“%(source)s” was merged into “%(target)s”. %(count)d page has changed.",
            "“%(source)s” was merged into “%(target)s”. %(count)d pages have changed.",
            count,
        )
        messages.success(self.request, text % {"source": source, "target": target, "count": count})
        return redirect(self.index_url_name)


class DraftAwareViewSet(SnippetViewSet):
    """Wagtail's views for a model of snippets. What refers to one is also found in drafts, and edits are guarded."""

    edit_view_class = GuardedSnippetEditView
    delete_view_class = SnippetDeleteView
    usage_view_class = SnippetUsageView


class SharedTextViewSet(DraftAwareViewSet):
    """The views for a model of shared texts, with an entry of their own in the menu."""

    icon = "snippet"
    menu_label = gettext_lazy("Shared texts")
    menu_order = 245
    add_to_admin_menu = True


class TermViewSet(DraftAwareViewSet):
    """The views for a model of terms. `count_of` is the lookup from a term to its pages."""

    count_of = ""
    index_view_class = TermIndexView
    reorder_view_class = OrderView
    chooser_viewset_class = TermChooserViewSet
    copy_view_enabled = False
    list_per_page = 50
    search_backend_name = None
    search_fields = ["name", "slug"]

    @cached_property
    def ordering(self) -> Any:
        """The chosen order, in which a term can be dragged; or else by name. Counting forgets the model's own order."""
        return Lower("name") if self.sort_order_field is ViewSet.UNDEFINED else self.sort_order_field

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's arguments, with what the list and the merging need."""
        own = {"merge_url_name": self.get_url_name("merge"), "count_of": self.count_of}
        return super().get_common_view_kwargs(**{**own, **kwargs})

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return Wagtail's patterns, and the one of the merging."""
        return [
            *super().get_urlpatterns(),
            path("merge/<int:pk>/", self.construct_view(MergeView), name="merge"),
        ]

"""The list of the pages of one type, and Wagtail's own lists and search with the same way of searching."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.pages.choose_parent import ChooseParentView
from wagtail.admin.views.pages.listing import ExplorableIndexView, IndexView
from wagtail.admin.views.pages.search import SearchView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.search.utils import separate_filters_from_query

from galley.page_lists.filters import STATES, make_filters
from galley.page_lists.newest import pages_to_change, search_pages

EMPTY_TABS = {
    "drafts": _("There are no drafts. What is begun or changed, and not published yet, stands here."),
    "scheduled": _("Nothing is scheduled. What will be published at a time chosen under “Publish” stands here."),
    "published": _("Nothing is published yet. What visitors can read stands here."),
}


def may_add(model: type[Page], request: HttpRequest) -> bool:
    """Return whether the user may add a page of this type anywhere."""
    view = ChooseParentView(model=model)
    view.setup(request)
    return bool(view.get_valid_parent_pages(request.user).exists())


def find_added_columns(request: HttpRequest) -> list[Any]:
    """Return the columns of other apps: each hook `page_list_columns` takes the request and returns a list."""
    return [column for hook in hooks.get_hooks("page_list_columns") for column in hook(request)]


class PageListView(IndexView):
    """The pages of one type that the user may edit, with tabs, filters and search."""

    template_name = "page_lists/list.html"
    results_template_name = "page_lists/results.html"
    columns: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Add the columns of other apps."""
        super().setup(request, *args, **kwargs)
        self.columns = [*self.columns, *find_added_columns(request)]

    @cached_property
    def filterset_class(self) -> Any:
        """Return the tabs, and the filters that the page type names."""
        return make_filters(self.model)

    def get_base_queryset(self) -> QuerySet[Any]:
        """Return the pages that the user may edit."""
        pages = self.model.objects.filter(pk__in=pages_to_change(self.request.user).values("pk"))
        return self.annotate_queryset(pages)

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return those with the words."""
        if not self.is_searching:
            return queryset
        return search_pages(self.search_query, queryset, self.request.user, is_ordered=self.is_explicitly_ordered)

    @cached_property
    def no_results_message(self) -> str | Promise:
        """Return what an empty tab is for, or Wagtail's sentence."""
        if self.is_filtering and not self.is_searching and self.filters.form.changed_data == ["state"]:
            return EMPTY_TABS[self.request.GET["state"]]
        return super().no_results_message

    def get_add_url(self) -> str | None:
        """Return where a page is added if there is a place where the user may do so."""
        return super().get_add_url() if may_add(self.model, self.request) else None

    def tabs(self) -> list[tuple[str, str, bool]]:
        """Return the address, the label and whether it is the present one, of each tab. The other filters stay."""
        query = self.request.GET.copy()
        for name in (self.page_kwarg, "_w_filter_fragment"):
            query.pop(name, None)
        present = query.get("state", "")
        tabs = []
        for state, label in [("", _("All")), *STATES]:
            query["state"] = state
            tabs.append((f"{self.index_url}?{query.urlencode()}", str(label), bool(state == present)))
        return tabs


class SearchingExplorerView(ExplorableIndexView):
    """Wagtail's list of the pages below a page, with columns of other apps. Its search finds unpublished words."""

    @cached_property
    def explorable_columns(self) -> list[Any]:
        """Return the columns, those of other apps before the one that leads further down."""
        *columns, further = super().explorable_columns
        return [*columns, *find_added_columns(self.request), further]

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return those with the words, after the hooks that change the queryset."""
        if not self.is_searching:
            return super().search_queryset(queryset)
        for hook in hooks.get_hooks("construct_explorer_page_queryset"):
            queryset = hook(self.parent_page, queryset, self.request)
        return search_pages(self.search_query, queryset, self.request.user, is_ordered=self.is_explicitly_ordered)


class NewestSearchView(SearchView):
    """Wagtail's search of all pages, which finds unpublished words. `live:no` finds pages that aren't published."""

    verbose_name = _("page")
    verbose_name_plural = _("pages")

    def get_queryset(self) -> QuerySet[Any]:
        """Return the pages found, and set how many there are of each type."""
        explorable = self.permission_policy.explorable_instances(self.request.user)
        pages = Page.objects.filter(pk__in=explorable.values("pk"))
        asked, text = separate_filters_from_query(self.search_query)
        live = (asked.get("live") or asked.get("published") or "").lower()
        if live in ("yes", "true", "no", "false"):
            pages = pages.filter(live=live in ("yes", "true"))
        if self.ordering:
            pages = pages.order_by(self.ordering)
        if text:
            pages = search_pages(text, pages, self.request.user, is_ordered=bool(self.ordering))
        self.all_pages = pages
        counts = pages.order_by().values_list("content_type_id").annotate(number=Count("pk")).order_by("-number")
        self.content_types = [(ContentType.objects.get_for_id(pk), number) for pk, number in counts]
        if self.selected_content_type:
            pages = pages.filter(content_type=self.selected_content_type)
        return self.annotate_queryset(pages)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context. Its template asks the list of results whether it knows the number of each type."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["object_list"].supports_facet = True
        return context


class PageListViewSet(PageListingViewSet):
    """The list of the pages of one type, in the menu of those who may edit or write one."""

    index_view_class = PageListView
    filterset_class = PageListingViewSet.UNDEFINED
    columns = IndexView.base_columns

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        """Return an entry that shows to those who may edit or write such pages."""
        model = self.model

        def is_shown(item: MenuItem, request: Any) -> bool:
            may_change = request.user.is_superuser or pages_to_change(request.user).type(model).exists()
            return bool(may_change) or may_add(model, request)

        return type("PageListMenuItem", (MenuItem,), {"is_shown": is_shown})

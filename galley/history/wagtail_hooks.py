"""The addresses of the forms that name a version, and merge two; what the browser needn't store any more."""

from django.urls import URLPattern, path
from wagtail import hooks

from galley.history.merge_view import MergeVersionsView
from galley.history.unsaved_forms import note_saved_form
from galley.history.views import NameVersionView

hooks.register("after_create_page", note_saved_form)


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses, beside those of Wagtail's own views of a revision."""
    address = "pages/<int:page_id>/revisions/<int:revision_id>"
    return [
        path(f"{address}/name/", NameVersionView.as_view(), name="name_version"),
        path(f"{address}/merge/", MergeVersionsView.as_view(), name="merge_versions"),
    ]

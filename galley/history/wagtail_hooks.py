"""The address of the form that names a version."""

from django.urls import URLPattern, path
from wagtail import hooks

from galley.history.views import NameVersionView


@hooks.register("register_admin_urls")
def add_address() -> list[URLPattern]:
    """Return the address, beside those of Wagtail's own views of a revision."""
    address = "pages/<int:page_id>/revisions/<int:revision_id>/name/"
    return [path(address, NameVersionView.as_view(), name="name_version")]

"""Where the preview enters Wagtail's admin: a script and a style beside the page editor."""

from django.template.loader import render_to_string
from wagtail import hooks


@hooks.register("insert_editor_js")
def add_live_preview() -> str:
    """Return the tags that start the live preview on the edit page."""
    return render_to_string("preview/editor_head.html")

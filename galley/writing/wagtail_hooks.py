"""Where pasting enters Wagtail's page editor."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from wagtail import hooks


@hooks.register("insert_editor_js")
def add_pasting() -> SafeString:
    """Return the script and the message of pasting."""
    return render_to_string("writing/paste.html")

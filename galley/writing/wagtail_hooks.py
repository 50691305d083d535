"""Where the scripts enter Wagtail's page editor."""

from django import forms
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.telepath import register
from wagtail.admin.telepath.widgets import WidgetAdapter
from wagtailmarkdown.widgets import MarkdownTextarea

from galley.embeds import address_pattern
from galley.writing.views import add_picture


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the address to which pictures are uploaded."""
    return [path("writing/pictures/", add_picture, name="writing_add_picture")]


@hooks.register("insert_editor_js")
def add_scripts() -> SafeString:
    """Return the scripts of pasting and of the Markdown editor, with their message."""
    return render_to_string("writing/editor.html", {"embeddable": address_pattern()})


class MarkdownWidgetAdapter(WidgetAdapter):
    """Describes the Markdown editor to the scripts of streams."""

    js_constructor = "writing.MarkdownWidget"

    @property
    def media(self) -> forms.Media:
        """The script of Wagtail's widgets, and ours."""
        return super().media + forms.Media(js=["writing/markdown_widget.js"])


register(MarkdownWidgetAdapter(), MarkdownTextarea)

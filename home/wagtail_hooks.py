"""Changes to rich text and to the Wagtail admin."""

from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.rich_text.feature_registry import FeatureRegistry

from galley.images.markup import PictureEmbedHandler


@hooks.register("register_rich_text_features", order=1)
def render_pictures_in_rich_text(features: FeatureRegistry) -> None:
    """Replace Wagtail's rendering of images in rich text."""
    features.register_embed_type(PictureEmbedHandler)


class PageEditView(EditView):
    """Wagtail's view. Of two drafts that arrive at once, one becomes the newest version, and the other isn't lost."""

    def save_action(self) -> HttpResponse:
        """Save a draft. One that comes too late goes into the history, and the response says so."""
        response = super().save_action()
        if self.form.newer:
            self.form.save_beside(self.form.newer, self.request.user)
        return response


@hooks.register("register_admin_viewset", order=1)
def replace_edit_view() -> PageViewSet:
    """Replace Wagtail's edit view of pages."""
    return PageViewSet(edit_view_class=PageEditView)


@hooks.register("insert_editor_js")
def add_editor_scripts() -> SafeString:
    """Stop the Markdown editor from loading files of other hosts, and finish an autosave before the page is saved."""
    scripts = ["js/markdown-editor.js", "js/finish-autosave.js"]
    return format_html_join("", '<script src="{}"></script>', ((static(script),) for script in scripts))


@hooks.register("insert_global_admin_css")
def markdown_editor_icons() -> SafeString:
    """Replace the icons of the Markdown editor."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/markdown-editor.css"))

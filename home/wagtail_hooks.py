"""What the pages' common part changes in Wagtail."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry

from galley.images.rich_text import PictureEmbedHandler


@hooks.register("register_rich_text_features", order=1)
def render_pictures_in_rich_text(features: FeatureRegistry) -> None:
    """Put our pictures in the place of Wagtail's."""
    features.register_embed_type(PictureEmbedHandler)


@hooks.register("insert_editor_js")
def markdown_editor_options() -> SafeString:
    """Keep the Markdown editor from asking other hosts."""
    return format_html('<script src="{}"></script>', static("js/markdown-editor.js"))


@hooks.register("insert_editor_js")
def finish_autosave_first() -> SafeString:
    """Let an autosave end before the page is saved or published."""
    return format_html('<script src="{}"></script>', static("js/finish-autosave.js"))


@hooks.register("insert_global_admin_css")
def markdown_editor_icons() -> SafeString:
    """Give the Markdown editor's buttons signs of the site's own."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/markdown-editor.css"))

"""The editors' guide in the admin: the Markdown document that the setting `EDITORS_GUIDE` names, with its pictures."""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

# Where `STATICFILES_DIRS` puts the folder of the pictures.
PICTURES = "editors-guide"


class Guide(NamedTuple):
    """The guide as HTML, and its sections as pairs of anchor and heading."""

    html: SafeString
    sections: list[tuple[str, str]]


class GuideView(WagtailAdminTemplateMixin, TemplateView):
    """How to write, publish and find things, for editors."""

    template_name = "desk/guide.html"
    page_title = gettext_lazy("Help for editors")
    header_icon = "help"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the guide."""
        return super().get_context_data(guide=read_guide(Path(settings.EDITORS_GUIDE)), **kwargs)


@lru_cache
def read_guide(path: Path) -> Guide:
    """Return the guide that lies at `path`. The admin prints a title of its own in place of its first heading."""
    parser = MarkdownIt().use(anchors_plugin, max_level=2)
    tokens = parser.parse(path.read_text().partition("\n")[2])
    for picture in (child for token in tokens for child in token.children or () if child.type == "image"):
        picture.attrSet("src", static(f"{PICTURES}/{Path(str(picture.attrs['src'])).name}"))
        picture.attrSet("loading", "lazy")
    sections = [
        (str(opening.attrs["id"]), heading.content)
        for opening, heading in pairwise(tokens)
        if opening.type == "heading_open" and opening.tag == "h2"
    ]
    # The document is the project's own.
    return Guide(mark_safe(parser.renderer.render(tokens, parser.options, {})), sections)

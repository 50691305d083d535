"""The editors' guide in the admin: the Markdown document that the setting `EDITORS_GUIDE` names, with its pictures."""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http import Http404
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
        """Add the guide. Raises Http404 if the site has none."""
        if not (path := find_guide()):
            raise Http404
        return super().get_context_data(guide=read_guide(path), **kwargs)


def find_guide() -> Path | None:
    """Return the path in the setting `EDITORS_GUIDE`; None if the site has no guide."""
    path = getattr(settings, "EDITORS_GUIDE", None)
    return Path(path) if path else None


def check_guide(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a path at which there is no file: a system check."""
    path = find_guide()
    if path is None or path.is_file():
        return []
    hint = "Name a file in Markdown, or leave the setting out: then the admin has Wagtail's help."
    return [Error(f"EDITORS_GUIDE is {str(path)!r}, where no file is.", hint=hint, id="desk.E001")]


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

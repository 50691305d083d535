"""Where the statistics enter Wagtail: the pages it serves, and its admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from galley.statistics import panels, visits

# After Wagtail's own, which may refuse to serve a page.
hooks.register("on_serve_page", visits.note_page, order=1_000)
hooks.register("construct_homepage_panels", panels.add_panel)
hooks.register("page_list_columns", panels.add_column)


@hooks.register("register_icons")
def add_icon(icons: list[str]) -> list[str]:
    """Return the icons with that of the side panel."""
    return [*icons, "statistics/icon.svg"]


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the lines."""
    return format_html('<link rel="stylesheet" href="{}">', static("statistics/statistics.css"))

"""Where the desk enters Wagtail's admin."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from galley.desk import copying, dashboard, guide, moving, page_templates, people, renaming

hooks.register("construct_homepage_panels", dashboard.add_panels)
hooks.register("site_problems", dashboard.find_waiting_tasks)
hooks.register("register_page_header_buttons", page_templates.add_buttons)
hooks.register("before_copy_page", copying.leave_out_dates)
hooks.register("before_edit_user", people.refuse_higher_person)
hooks.register("before_delete_user", people.refuse_higher_person)
hooks.register("before_bulk_action", people.refuse_higher_people)
hooks.register("register_bulk_action", moving.PagesMoveAction, order=1)  # after Wagtail's own of the same type


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the dashboard."""
    return format_html('<link rel="stylesheet" href="{}">', static("desk/desk.css"))


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses of the editors' help and of templates."""
    help_view = path("help/", guide.GuideView.as_view(), name="editors_help")
    return [help_view, *page_templates.urlpatterns]


@hooks.register("register_admin_urls", order=-1)
def add_first_addresses() -> list[URLPattern]:
    """Return the addresses of views that are found before Wagtail's own."""
    return moving.urlpatterns


@hooks.register("insert_editor_js")
def say_what_a_slug_changes() -> SafeString:
    """Say below a slug how many addresses its change would change."""
    return format_html('<script type="module" src="{}"></script>', static("desk/slug.js"))


@hooks.register("register_log_actions")
def name_merging(actions: LogActionRegistry) -> None:
    """Name in the history of an object what was merged into it."""
    actions.register_action("galley.merge")(renaming.MergeFormatter)


@hooks.register("construct_help_menu")
def replace_help(request: HttpRequest, items: list[MenuItem]) -> None:
    """Replace the entries that lead to other hosts, if the site has a guide."""
    if not guide.find_guide():
        return
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]
    items.append(MenuItem(_("Help for editors"), reverse("editors_help"), name="editors-help", icon_name="help"))

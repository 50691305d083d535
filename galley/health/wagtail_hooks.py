"""Where the findings enter Wagtail's admin."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from galley.health import views


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the address of the report."""
    return views.urlpatterns


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the report."""
    return format_html('<link rel="stylesheet" href="{}">', static("health/health.css"))


class HealthMenuItem(MenuItem):
    """Leads to the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see it."""
        return views.may_see_health(request.user)


@hooks.register("register_reports_menu_item")
def add_to_menu() -> MenuItem:
    """Return the entry below *Reports*."""
    return HealthMenuItem(_("Health of the site"), reverse("health_report"), icon_name="circle-check", order=910)

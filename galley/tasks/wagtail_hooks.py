"""Where the queue enters Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from galley.tasks import views


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses of the report."""
    return views.urlpatterns


@hooks.register("insert_global_admin_css")
def add_styles() -> SafeString:
    """Style the report."""
    return format_html('<link rel="stylesheet" href="{}">', static("tasks/tasks.css"))


@hooks.register("register_permissions")
def offer_permissions() -> QuerySet[Permission]:
    """Let administrators give groups the permissions to see the queue, and to try failed tasks again."""
    return Permission.objects.filter(
        content_type__app_label="django_tasks_database", codename__in=["view_dbtaskresult", "change_dbtaskresult"]
    )


class TasksMenuItem(MenuItem):
    """Leads to the report."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see the queue."""
        return views.may_see_tasks(request.user)


@hooks.register("register_reports_menu_item")
def add_to_menu() -> MenuItem:
    """Return the entry below *Reports*."""
    report = views.TasksReport
    return TasksMenuItem(report.page_title, reverse(report.index_url_name), icon_name=report.header_icon, order=900)

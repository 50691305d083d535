"""The report of the background tasks: what waits, what runs, what has failed, and a button that tries it again."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Max, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from galley.tasks.mail import NOWHERE, describe_mail
from galley.tasks.models import Worker
from galley.tasks.queue import WORKER_LATE, read_status, retry_failed

policy = ModelPermissionPolicy(DBTaskResult)
STATUSES = {
    TaskResultStatus.FAILED: gettext_lazy("Failed"),
    TaskResultStatus.RUNNING: gettext_lazy("Running"),
    TaskResultStatus.READY: gettext_lazy("Waiting"),
    TaskResultStatus.SUCCESSFUL: gettext_lazy("Done"),
}


def may_see_tasks(user: Any) -> bool:
    """Return whether `user` may see the queue."""
    return bool(policy.user_has_any_permission(user, ["view", "change"]))


def may_retry_tasks(user: Any) -> bool:
    """Return whether `user` may let failed tasks run again."""
    return bool(policy.user_has_permission(user, "change"))


class TaskFilterSet(WagtailFilterSet):
    """Filters beside the list of tasks."""

    status = django_filters.MultipleChoiceFilter(choices=list(STATUSES.items()), label=gettext_lazy("State"))
    task_path = django_filters.AllValuesFilter(label=gettext_lazy("Task"))

    class Meta:
        model = DBTaskResult
        fields = ["status", "task_path"]


class TaskColumn(Column):
    """The task in words; why it has failed, and a button that tries it again."""

    cell_template_name = "tasks/task_cell.html"

    def get_value(self, instance: DBTaskResult) -> str:
        """Return the name of the task's function as words."""
        return capfirst(instance.task_path.rpartition(".")[2].replace("_", " "))

    def get_cell_context_data(self, instance: DBTaskResult, parent_context: Any) -> dict[str, Any]:
        """Add whether the user may retry."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        context["may_retry"] = instance.status == TaskResultStatus.FAILED and may_retry_tasks(request.user)
        context["reason"] = (instance.traceback.strip().splitlines() or [instance.exception_class_path])[-1]
        return context


class TasksReport(ReportView):
    """The queue, with what has failed first."""

    model = DBTaskResult
    permission_policy = policy
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Background tasks")
    header_icon = "tasks"
    index_url_name = "tasks_report"
    index_results_url_name = "tasks_report_results"
    results_template_name = "tasks/results.html"
    export_filename = "tasks"
    paginate_by = 50
    filterset_class = TaskFilterSet
    default_ordering = ["rank", "-enqueued_at"]
    table_classname = "listing tasks-report"
    columns = [
        TaskColumn("task", label=gettext_lazy("Task")),
        Column("status", label=gettext_lazy("State"), accessor=lambda task: describe_status(task), sort_key="rank"),
        Column("attempts", label=gettext_lazy("Attempts"), accessor=lambda task: len(task.worker_ids)),
        DateColumn("enqueued_at", label=gettext_lazy("Queued"), sort_key="enqueued_at"),
        DateColumn("started_at", label=gettext_lazy("Last begun"), sort_key="started_at"),
        DateColumn("finished_at", label=gettext_lazy("Ended"), sort_key="finished_at"),
    ]
    list_export = ["task_path", "status", "enqueued_at", "started_at", "finished_at", "exception_class_path"]

    def get_base_queryset(self) -> QuerySet[DBTaskResult]:
        """Return the tasks with the rank of their state."""
        whens = [When(status=status, then=Value(rank)) for rank, status in enumerate(STATUSES)]
        return DBTaskResult.objects.annotate(rank=Case(*whens, output_field=IntegerField()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the heartbeat, the numbers of the queue, and where the mail goes."""
        status = read_status()
        return super().get_context_data(**kwargs) | {
            "queue": status,
            "is_worker_away": status.is_worker_away(WORKER_LATE),
            # A worker that is started again has another id.
            "workers": Worker.objects.values("host").annotate(seen=Max("seen_at")).order_by("-seen")[:5],
            "may_retry": may_retry_tasks(self.request.user),
            "mail": describe_mail(),
        }


def describe_status(task: DBTaskResult) -> str:
    """Return the state of `task` in words, also whether it waits for its time, and whether its e-mail went nowhere."""
    if task.return_value == NOWHERE:
        return _("Done, but e-mail isn’t set up: it reached nobody")
    if task.status == TaskResultStatus.READY and timezone.now() < task.run_after < get_date_max():
        return _("Waits for its time")
    return str(STATUSES[TaskResultStatus(task.status)])


@require_admin_access
@require_POST
def retry(request: HttpRequest, **which: Any) -> HttpResponse:
    """Queue one failed task again, or all that have failed. Raises PermissionDenied."""
    if not may_retry_tasks(request.user):
        raise PermissionDenied
    if count := retry_failed(DBTaskResult.objects.filter(**which)):
        text = ngettext("%(count)s task waits to be run again.", "%(count)s tasks wait to be run again.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.warning(request, _("Nothing was changed: no such task has failed. It may run again already."))
    return redirect(get_valid_next_url_from_request(request) or reverse("tasks_report"))


urlpatterns = [
    path("reports/tasks/", TasksReport.as_view(), name="tasks_report"),
    path("reports/tasks/results/", TasksReport.as_view(results_only=True), name="tasks_report_results"),
    path("reports/tasks/retry/", retry, name="tasks_retry_all"),
    path("reports/tasks/<uuid:pk>/retry/", retry, name="tasks_retry"),
]

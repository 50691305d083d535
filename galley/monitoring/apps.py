"""The app of logs and metrics."""

from django.apps import AppConfig
from django.conf import settings
from django_tasks.signals import task_finished, task_started


class MonitoringConfig(AppConfig):
    """Logs and metrics."""

    name = "galley.monitoring"
    label = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Let the logs of a task name the request that has queued it, count tasks, and send errors to Sentry."""
        from galley.monitoring.exporters import start_sentry
        from galley.monitoring.metrics import count_task
        from galley.monitoring.request_ids import enter_task, leave_task

        task_started.connect(enter_task, dispatch_uid="request ids of tasks")
        task_finished.connect(leave_task, dispatch_uid="request ids of tasks")
        task_finished.connect(count_task, dispatch_uid="metrics of tasks")
        if dsn := getattr(settings, "SENTRY_DSN", ""):
            start_sentry(dsn)

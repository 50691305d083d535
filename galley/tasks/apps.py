"""The app of the background tasks."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Leases of workers, and what the admin shows of the queue."""

    name = "galley.tasks"
    verbose_name = "Background tasks"

    def ready(self) -> None:
        """Refuse results of workers that have lost their lease."""
        from django.db.models.signals import pre_save
        from django_tasks_db.models import DBTaskResult

        from galley.tasks.worker import guard_result

        pre_save.connect(guard_result, sender=DBTaskResult, dispatch_uid="tasks.guard_result")

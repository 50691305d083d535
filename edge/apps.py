"""The response cache: knows Django and Wagtail, knows no page type of this site."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class EdgeConfig(AppConfig):
    """Keeps whole responses in memory, and lets go of what has changed."""

    name = "edge"
    verbose_name = "Response cache"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Watch what is read and written on every database connection of this process."""
        from edge import marking, watching

        connection_created.connect(watching.watch_connection, dispatch_uid="edge.watch_connection")
        pre_migrate.connect(marking.pause, sender=self, dispatch_uid="edge.pause")
        post_migrate.connect(marking.resume, sender=self, dispatch_uid="edge.resume")

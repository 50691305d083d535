"""The app of the health checks."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """The health checks."""

    name = "galley.health"
    label = "health"
    verbose_name = "Health"

    def ready(self) -> None:
        """Register the check."""
        from galley.health import checks  # noqa: F401

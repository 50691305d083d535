"""The app of the reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The reports, and the checks behind them."""

    name = "galley.reports"

    def ready(self) -> None:
        """Make exports neutral, and follow what is published, withdrawn, moved and deleted."""
        from galley.reports import inside  # noqa: F401
        from galley.reports.exports import guard_exports

        guard_exports()

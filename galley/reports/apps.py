"""The app of the reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The reports, and the checks behind them."""

    name = "galley.reports"

    def ready(self) -> None:
        """Make exports neutral, and follow what is published, withdrawn, moved and deleted."""
        from django.db.models.signals import post_save, pre_delete

        from galley.reports import inside
        from galley.reports.exports import guard_exports
        from galley.site_settings.registered import settings_model

        guard_exports()
        # A receiver for all models would make each deletion of rows slow.
        for get_model in inside.KINDS.values():
            pre_delete.connect(inside.read_sources_again, sender=get_model(), dispatch_uid="reports.target_deleted")
        if model := settings_model():
            post_save.connect(inside.request_reading_of_menus, sender=model, dispatch_uid="reports.settings_saved")

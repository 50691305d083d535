"""The app of the calendar."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """The calendar in the admin, and its feeds."""

    name = "galley.calendar"
    default_auto_field = "django.db.models.BigAutoField"

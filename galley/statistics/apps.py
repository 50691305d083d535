"""The app of the statistics."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """Daily counts of visits."""

    name = "galley.statistics"
    verbose_name = "Statistics"

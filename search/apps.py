"""Search in everything that anybody may read."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The search page."""

    name = "search"

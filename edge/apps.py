"""The response cache: knows Django and Wagtail, knows no page type of this site."""

from django.apps import AppConfig


class EdgeConfig(AppConfig):
    """Keeps whole responses in memory, and lets go of what has changed."""

    name = "edge"
    verbose_name = "Response cache"

"""Posts, their authors and their subjects."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """Posts, their authors and their subjects."""

    name = "blog"

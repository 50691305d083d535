"""Posts, their authors, tags, categories and series."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """Posts, their authors, tags, categories and series."""

    name = "blog"

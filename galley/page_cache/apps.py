"""Starts the page cache: watches database connections, recognises pages, registers system checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from wagtail import hooks


class PageCacheConfig(AppConfig):
    """The page cache. Its label is the one that its table was created with."""

    name = "galley.page_cache"
    label = "changes"
    verbose_name = "Page cache"

    def ready(self) -> None:
        """Connect the signals, the Wagtail hook and the system checks."""
        from galley.page_cache import invalidation, middleware, queries, tables

        connection_created.connect(queries.watch_connection, dispatch_uid="page_cache.watch_connection")
        pre_migrate.connect(invalidation.pause, sender=self, dispatch_uid="page_cache.pause")
        post_migrate.connect(invalidation.resume, sender=self, dispatch_uid="page_cache.resume")
        hooks.register("before_serve_page", middleware.mark_as_page)
        register(middleware.check_middleware)
        register(middleware.check_personal_cookies)
        register(tables.check_private_models)

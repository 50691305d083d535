"""Async pages: async views for Wagtail pages, request threads under ASGI, and middleware without thread hops.

The middleware in `galley.async_pages.middleware` replaces Django's own in the settings.
"""

from galley.async_pages.async_views import AsyncRoutablePageMixin, AsyncViewMixin
from galley.async_pages.fetch_metadata import csrf_by_fetch_metadata
from galley.async_pages.fields import ThreadSafeStreamField
from galley.async_pages.threads import PooledASGIHandler, WorkerThreads

__all__ = [
    "AsyncRoutablePageMixin",
    "AsyncViewMixin",
    "PooledASGIHandler",
    "ThreadSafeStreamField",
    "WorkerThreads",
    "csrf_by_fetch_metadata",
]

"""How many queries a post and a listing take: ordinarily, and for the first visitor after something was changed."""

import json

from benchmarks.figures import Figures
from benchmarks.pages.sites import LISTING, POST, Sites, run_module


def count_queries(sites: Sites) -> Figures:
    """Return the numbers of queries, counted in a process of its own."""
    figures: Figures = json.loads(run_module(sites.with_posts(100), "benchmarks.pages.queries"))
    return figures


def _count_in_this_process() -> Figures:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from wagtail.models import Page

    client = Client(HTTP_HOST="localhost:8080")

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
            assert response.status_code == 200, path  # noqa: S101
            return len(queries.captured_queries)

    figures: Figures = {}
    for name, path in {"post": POST, "listing": LISTING}.items():
        count(path)
        figures[f"{name}_queries"] = count(path)
        home = Page.objects.get(depth=2)
        Page.objects.filter(pk=home.pk).update(title=home.title)
        figures[f"{name}_queries_after_change"] = count(path)
    return figures


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_count_in_this_process()))

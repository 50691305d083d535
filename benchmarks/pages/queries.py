"""How many queries a post and a listing take: ordinarily, and for the first visitor after something was changed."""

import json
import subprocess
import sys

from benchmarks.pages.sites import LISTING, POST, Sites
from benchmarks.preview.figures import Figures
from tests.running_site import PROJECT, environment


def count_queries(sites: Sites) -> Figures:
    """Return the numbers of queries, counted in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pages.queries"]
    run = subprocess.run(
        command, cwd=PROJECT, env=environment(sites.with_posts(100)), check=True, stdout=subprocess.PIPE, text=True
    )
    figures: Figures = json.loads(run.stdout)
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

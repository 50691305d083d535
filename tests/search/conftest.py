"""A small site whose pages are in the index, and a visitor who searches."""

from collections.abc import Callable
from urllib.parse import quote_plus

import pytest
from django.core.management import call_command

from search.views import SearchListing


@pytest.fixture
def search(small_site, asgi_get) -> Callable[..., SearchListing]:
    """Search for a text once all pages are in the index, as the worker puts them there."""

    def find(text: str, more: str = "") -> SearchListing:
        call_command("update_index", verbosity=0)
        response = asgi_get(f"/search/?q={quote_plus(text)}{more}")
        assert response.status_code == 200
        return response.context["listing"]

    return find

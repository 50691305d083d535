"""What every page type of the site promises, checked for each of them."""

import pytest
from wagtail.models import get_page_models

from tests.conftest import SmallSite


def test_every_page_answers_under_asgi(small_site: SmallSite, asgi_get) -> None:
    for page in small_site.pages():
        response = asgi_get(page.url)
        assert response.status_code == 200, page.url
        assert page.title in response.content.decode()


def test_the_small_site_has_every_page_type(small_site: SmallSite) -> None:
    own = {model for model in get_page_models() if not model.__module__.startswith("wagtail.")}
    assert {type(page) for page in small_site.pages()} == own


@pytest.mark.parametrize("field_source", ["content_panels", "promote_panels"])
def test_panels_exist(field_source: str) -> None:
    for model in get_page_models():
        assert getattr(model, field_source)

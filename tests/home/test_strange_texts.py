"""Texts of combining marks. To sort each took minutes: the suite's time limit would end it."""

import pytest
from django.test import RequestFactory
from wagtail.blocks.stream_block import StreamValue

from blog.models import BlogPostPage
from galley.markdown import find_formula_errors
from home.blocks import opening_words
from home.not_found import NotFoundPage
from home.page_metadata import page_metadata
from tests.conftest import SmallSite

MARKS = "\u0301\u0316" * 400_000

pytestmark = pytest.mark.django_db


def test_the_opening_of_a_post() -> None:
    blocks = [{"type": "paragraph", "value": f"<p>a{MARKS}</p>", "id": "1"}]
    body = StreamValue(BlogPostPage._meta.get_field("body").stream_block, blocks, is_lazy=True)
    assert len(opening_words(body)) <= 1_500


def test_the_description_of_a_page(small_site: SmallSite) -> None:
    small_site.post.search_description = f"a{MARKS}"
    assert 0 < len(page_metadata(small_site.post, None).description) <= 1_500


def test_an_error_about_a_formula() -> None:
    [error] = find_formula_errors(f"$$a{MARKS}$$")
    assert "longer than" in error


def test_a_path_that_leads_nowhere(small_site: SmallSite) -> None:
    page = NotFoundPage(RequestFactory().get(f"/a{MARKS}"), Exception())
    page.render_page()
    assert len(page.content) < 100_000

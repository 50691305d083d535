"""A type of listed pages that doesn't say by what it is ordered is ordered by first publication."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import BlogPostPage
from galley.listings import ListedPageMixin, find_list_position
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def posts(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> list[BlogPostPage]:
    """Three posts of a type that doesn't say by what it is ordered."""
    monkeypatch.delattr(BlogPostPage, "time_field")
    monkeypatch.delattr(BlogPostPage, "year_lookup")
    monkeypatch.delattr(BlogPostPage, "tag_lookup")
    now = timezone.now()
    days = [now - timedelta(days=number) for number in (3, 1, 2)]
    return [BlogPostPageFactory(parent=small_site.blog, first_published_at=day) for day in days]


def test_pages_are_ordered_by_their_first_publication(posts: list[Any]) -> None:
    oldest, newest, middle = posts
    position = find_list_position(middle, None)
    assert (position.previous, position.next) == (oldest, newest)


@pytest.mark.parametrize(
    "path", ["/blog/same-day/", "/search/?q=galley", "/search/?q=galley&year=2024", "/search/?q=galley&tag=x"]
)
def test_pages_answer(posts: list[Any], client: Client, path: str) -> None:
    BlogPostPageFactory(parent=posts[0].get_parent(), slug="same-day", first_published_at=posts[0].first_published_at)
    assert client.get(path).status_code == 200


def test_a_draft_that_was_never_published_has_no_place(posts: list[Any]) -> None:
    draft = BlogPostPageFactory(parent=posts[0].get_parent(), live=False, first_published_at=None)
    assert find_list_position(draft, None).number is None


def test_the_defaults_are_fields_of_every_page() -> None:
    assert ListedPageMixin.time_field == "first_published_at"
    assert ListedPageMixin.tag_lookup == ""


@pytest.mark.parametrize(
    ("name", "lookup", "is_right"),
    [
        ("time_field", "date", True),
        ("time_field", "day_of_print", False),
        ("year_lookup", "first_published_at__year", True),
        ("year_lookup", "title__year", False),
        ("tag_lookup", "", True),
        ("tag_lookup", "tagged_items__tag", True),
        ("tag_lookup", "tags_of_old", False),
    ],
)
def test_a_lookup_that_is_none_is_found_by_a_check(
    monkeypatch: pytest.MonkeyPatch, name: str, lookup: str, is_right: bool
) -> None:
    monkeypatch.setattr(BlogPostPage, name, lookup)
    messages = [message.msg for message in BlogPostPage.check() if message.id == "listings.E001"]
    assert messages == ([] if is_right else [f"BlogPostPage.{name} is {lookup!r}."])

"""The blog's own addresses are kept like any page; the search never is."""

import datetime

import pytest
from django.core.management import call_command
from wagtail.models import PageViewRestriction

from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory
from tests.galley.page_cache.visitors import Visitor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.mark.parametrize("path", ["archive/", "tags/", "tags/ink/", "2024/"])
@pytest.mark.by_day(0)
def test_a_new_post_empties_the_lists_that_show_it(visitor: Visitor, small_site: SmallSite, path: str) -> None:
    def publish(title: str, day: datetime.date) -> None:
        post = BlogPostPageFactory(parent=small_site.blog, title=title, date=day)
        post.tags.add("ink", title)
        post.save()

    publish("first", datetime.date(2024, 1, 1))
    visitor.get("/blog/")  # the very first visit makes the site's settings, which is a change
    before = visitor.get(f"/blog/{path}")
    assert visitor.get(f"/blog/{path}").is_hit
    publish("second", datetime.date(2024, 2, 1))
    after = visitor.get(f"/blog/{path}")
    assert after.body != before.body
    assert not after.is_hit
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    assert visitor.get(f"/blog/{path}").status == 302


def test_a_search_is_made_anew_each_time(visitor: Visitor, small_site: SmallSite) -> None:
    answers = [visitor.get("/search/?q=xylography") for _ in range(3)]
    assert not any(answer.is_hit or answer.is_stored for answer in answers)
    BlogPostPageFactory(parent=small_site.blog, title="On xylography", slug="woodcuts")
    call_command("update_index", verbosity=0)
    assert "/blog/woodcuts/" in visitor.get("/search/?q=xylography").body.decode()

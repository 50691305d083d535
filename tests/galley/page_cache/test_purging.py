"""A CDN in front hears which addresses have changed."""

import asyncio

import pytest
from wagtail.models import Page

from config.asgi import django_application
from galley.page_cache.application import PageCache
from tests.conftest import SmallSite
from tests.galley.page_cache.visitors import Visitor, until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

purged: set[str] = set()


class Cdn:
    """What Wagtail asks to forget an address."""

    def __init__(self, params: object) -> None:
        pass

    def invalidates_hostname(self, hostname: str) -> bool:
        return True

    def purge_batch(self, urls: list[str]) -> None:
        purged.update(urls)


@pytest.fixture
def behind_cdn(settings, runner: asyncio.Runner, small_site: SmallSite) -> Visitor:
    settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": f"{__name__}.Cdn"}}
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.PAGE_CACHE_SHARED_MAX_AGE = 60
    purged.clear()
    return Visitor(PageCache(django_application, 2**20), runner)


def warm(visitor: Visitor, *urls: str) -> None:
    for _ in range(3):
        for url in urls:
            visitor.get(url, x_forwarded_proto="https")


@pytest.mark.parametrize("is_asked_for", [False, True])
def test_all_addresses_that_showed_the_change_are_purged(
    behind_cdn: Visitor, small_site: SmallSite, is_asked_for: bool
) -> None:
    warm(behind_cdn, "/", "/blog/", "/blog/?year=1999", "/about-us/")
    Page.objects.filter(pk=small_site.post.pk).update(title="Changed")
    if is_asked_for:  # whoever comes first has it made anew
        warm(behind_cdn, "/blog/")
    behind_cdn.run(until(lambda: len(purged) >= 2))
    assert purged == {"https://testserver/", "https://testserver/blog/"}


def test_a_cdn_may_keep_pages_for_a_while(behind_cdn: Visitor) -> None:
    answer = behind_cdn.get("/")
    assert "s-maxage=60" in answer.headers["cache-control"]


def test_without_one_nobody_may_show_a_page_without_asking(visitor: Visitor) -> None:
    assert visitor.get("/").headers["cache-control"] == "public, max-age=0, must-revalidate"

"""Nothing that is kept back reaches an anonymous visitor: in no page, list, fragment, file or header."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest
from django.core.cache import cache as django_cache
from django.test import override_settings
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet

from config.asgi import site as site_application
from galley.listings import chronological
from galley.page_cache import versioned
from galley.page_cache.application import PageCache
from home.models import SiteImage
from tests.conftest import SmallSite, is_nightly
from tests.galley.page_cache.visitors import Answer, Visitor, ask, runner  # noqa: F401
from tests.site.crawling import WELL_KNOWN, Crawl, crawl
from tests.site.hidden import COMMON_WORD, HIDING, HiddenThings, hide_things

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ASKED_BY_NAME = [
    "/",
    *WELL_KNOWN,
    "/preview/",
    "/preview/tabs/a/",
    "/preview/shared/a/",
    "/admin/",
    f"/search/?q={COMMON_WORD}",
    f"/search/?q={COMMON_WORD[:4]}",
]

# One that isn't live, and one that is for some: whole sections hide in two ways more.
BY_DAY = ("scheduled", "group")


class Hiding:
    """Hides things on the small site, and remembers what was hidden. Their files lie in `media`."""

    def __init__(self, states: Iterable[str], media: Path) -> None:
        self.states = states
        self.media = media

    def __call__(self, site: SmallSite) -> None:
        with override_settings(MEDIA_ROOT=self.media):
            self.hidden = hide_things(site, self.states)


@pytest.fixture(scope="module")
def hiding(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hiding:
    return Hiding(HIDING if is_nightly(request.config) else BY_DAY, tmp_path_factory.mktemp("media"))


@pytest.fixture
def add_to_small_site(hiding: Hiding) -> Hiding:
    return hiding


@pytest.fixture
def hidden(small_site: SmallSite, added_to_small_site: None, hiding: Hiding, settings) -> HiddenThings:
    settings.MEDIA_ROOT = hiding.media
    return hiding.hidden


@pytest.fixture
def start(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Visitor]:  # noqa: F811
    """Return somebody who comes to the whole site, files and cache included, when nothing is cached yet."""

    def start() -> Visitor:
        django_cache.clear()
        monkeypatch.setattr(versioned, "_newest", versioned._VersionCache(None))
        cache = PageCache(site_application, 8 * 1024 * 1024)
        cache.tracker.invalidate()
        return Visitor(cache, runner)

    return start


def test_no_answer_holds_what_is_kept_back(
    start: Callable[[], Visitor], hidden: HiddenThings, small_site: SmallSite, request: pytest.FixtureRequest
) -> None:
    anonymous = start()
    found = crawl_all(anonymous, hidden)
    assert {page.url for page in small_site.pages()} <= set(found.answers)
    assert find_leaks(found, hidden) == {}
    # From the cache, and as parts of pages. Files don't differ, nor do the forms to sign in that answers lead to.
    again = [url for url in found.answers if not url.startswith("/static/") and "next=" not in url]
    if not is_nightly(request.config):
        again = [url for url in again if found.answers[url].status == 200]
    for headers in ({}, {"hx_request": "true"}):
        answers = {url: anonymous.get(url, **headers) for url in again}
        assert find_leaks(Crawl(answers), hidden) == {}


DROPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "readable": lambda patch: patch.setattr(chronological, "_readable_under", read_all_under),
    "live": lambda patch: patch.setattr(PageQuerySet, "live", lambda pages: pages.all()),
    "public": lambda patch: patch.setattr(PageQuerySet, "public", lambda pages: pages.all()),
}


def test_it_is_noticed_when_a_filter_is_dropped(
    start: Callable[[], Visitor], hidden: HiddenThings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, drop_filter in DROPS.items():
        with monkeypatch.context() as patch:
            drop_filter(patch)
            anonymous = start()
            # It isn't enough to meet them at an address that only who knows them asks for.
            answers = {url: anonymous.get(url) for url in ("/", "/blog/", "/portfolio/")}
        assert find_leaks(Crawl(answers), hidden), name


def test_it_is_noticed_when_originals_are_for_everybody(
    start: Callable[[], Visitor], hidden: HiddenThings, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = policy_registry.get_by_type(SiteImage)
    monkeypatch.setattr(type(policy), "user_has_any_permission_for_instance", lambda *args: True)
    anonymous = start()
    url = next(url for url in hidden.addresses if "/original_images/" in url)
    assert find_leaks(Crawl({url: anonymous.get(url)}), hidden)


def read_all_under(model, path, depth):
    return model.objects.filter(depth=depth + 1, path__startswith=path).defer_streamfields()


def crawl_all(visitor: Visitor, hidden: HiddenThings) -> Crawl:
    """Follow every link from the front page, and from all addresses that somebody curious might try."""

    def fetch(url: str) -> Awaitable[Answer]:
        return ask(visitor.app, url)

    return visitor.run(crawl(fetch, dict.fromkeys([*ASKED_BY_NAME, *hidden.addresses])))


def find_leaks(found: Crawl, hidden: HiddenThings) -> dict[str, set[str]]:
    """Return for each address whose answer holds secrets, in its headers or its body, where they come from."""
    texts = {url: repr(answer.headers) + answer.body.decode(errors="replace") for url, answer in found.answers.items()}
    return {url: leaks for url, text in texts.items() if (leaks := hidden.found_in(text))}

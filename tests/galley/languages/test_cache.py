"""Cached responses and values have one language, and become current by themselves."""

import asyncio

import pytest
from django.utils.translation import override

from galley.async_pages import PooledASGIHandler
from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import version_tracker
from galley.page_cache.versioned import cached, use_version
from tests.conftest import SmallSite
from tests.galley.languages.conftest import German, publish
from tests.galley.page_cache.visitors import Visitor, runner  # noqa: F401


@pytest.fixture
def visitor(german: German, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> Visitor:  # noqa: F811
    """Ask a cache in front of Django, whose middleware knows of the languages."""
    monkeypatch.setattr(version_tracker, "stale_seconds", 0)
    cache = PageCache(PooledASGIHandler(1), 8 * 1024 * 1024)
    cache.tracker.invalidate()
    return Visitor(cache, runner)


def test_a_cached_value_belongs_to_one_language() -> None:
    values = []
    with use_version((1, 1, 1)):  # type: ignore[arg-type]
        for language in ("en", "de", "en"):
            with override(language):
                values.append(cached("the same key", lambda language=language: f"in {language}"))
    assert values == ["in en", "in de", "in en"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_cached_pages_follow_their_translations(german: German, small_site: SmallSite, visitor: Visitor) -> None:
    english, translated = small_site.about.url, german.about.url
    assert b'<html lang="de">' in visitor.get(translated, accept_language="en").body
    assert visitor.get(english, accept_language="de").is_stored
    assert visitor.get(english).is_hit
    assert translated.encode() in visitor.get(english).body
    german.about.unpublish()
    answer = visitor.get(english)
    assert b'<html lang="en-gb">' in answer.body
    assert translated.encode() not in answer.body
    assert visitor.get(translated).status == 404
    publish(german.about)
    assert translated.encode() in visitor.get(english).body
    german.home.unpublish()
    assert b"hreflang" not in visitor.get(english).body
    assert visitor.get(translated).status == 404

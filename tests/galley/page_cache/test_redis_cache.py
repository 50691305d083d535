"""A Redis that takes connections and never answers costs one timeout, and not one at each call."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from galley import circuit_breaker
from galley.circuit_breaker import CircuitBreaker
from galley.page_cache import redis_cache
from galley.page_cache.redis_cache import PAUSE_SECONDS
from tests.services import SilentServer

BACKEND = "galley.page_cache.redis_cache.PausingRedisCache"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, and no pause yet."""
    now = [1000.0]
    monkeypatch.setattr(circuit_breaker, "monotonic", lambda: now[0])
    monkeypatch.setattr(redis_cache, "breaker", CircuitBreaker(PAUSE_SECONDS))
    return now


@pytest.fixture
def use(settings):
    """Return the cache at the address of a Redis."""

    def use(url: str, timeout: float = 0.05) -> BaseCache:
        options = {"SOCKET_CONNECT_TIMEOUT": timeout, "SOCKET_TIMEOUT": timeout}
        settings.CACHES = {"default": {"BACKEND": BACKEND, "LOCATION": url, "OPTIONS": options}}
        return caches["default"]

    return use


def ask_all(cache: BaseCache) -> list[object]:
    return [
        cache.get("a", "none"),
        cache.get_many(["a"]),
        cache.set("a", 1, 60),
        cache.add("a", 1),
        cache.incr("a"),
        cache.touch("a", 60),
        cache.set_many({"a": 1}),
        cache.delete("a"),
        async_to_sync(cache.aget)("a"),
    ]


def test_a_silent_redis_is_asked_once(silent: SilentServer, use, clock: list[float]) -> None:
    cache = use(silent.url)
    assert ask_all(cache) == ["none", {}, *7 * [None]]
    # Each request has a cache of its own.
    assert asyncio.run(use(silent.url).aget("a", "none")) == "none"
    assert silent.stop() == 1


def test_after_the_pause_one_caller_tries_again(silent: SilentServer, use, clock: list[float]) -> None:
    cache = use(silent.url)
    for _ in range(3):
        ask_all(cache)
        clock[0] += PAUSE_SECONDS
    assert silent.stop() == 3


def test_a_redis_that_is_back_is_used_again(silent: SilentServer, redis_url: str, use, clock: list[float]) -> None:
    use(silent.url).set("a", 1)
    cache = use(redis_url, timeout=60)
    cache.set("a", 2)
    assert cache.get("a") is None
    clock[0] += PAUSE_SECONDS
    cache.set("a", 3)
    assert (cache.get("a"), cache.get_many(["a"]), cache.incr("a"), cache.touch("a", 60)) == (3, {"a": 3}, 4, True)


def test_a_redis_that_refuses_is_not_away(redis_url: str, use, clock: list[float]) -> None:
    cache = use(redis_url, timeout=60)
    cache.client.get_client().lpush(cache.make_key("list"), "not a value")
    assert cache.get("list", "none") == "none"
    cache.set("a", 1)
    assert cache.get("a") == 1

"""What shows by the clock is served until its moment, and not a second longer."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from galley.page_cache.middleware import CacheControlMiddleware, mark_as_page
from galley.page_cache.queries import expire_at, record_queries, seconds_left
from galley.page_cache.versioned import cached as cached_value
from galley.page_cache.versioned import use_version
from tests.galley.page_cache.press import Press
from tests.galley.page_cache.visitors import grow_older


def in_seconds(seconds: float) -> None:
    expire_at(timezone.now() + timedelta(seconds=seconds))


def test_a_response_is_fetched_again_after_its_moment_and_never_served_late(cached) -> None:
    press = Press()
    press.before_answer = lambda: in_seconds(40)
    visitor = cached(press)
    visitor.get("/")
    assert int(visitor.get("/").cache_status.rpartition("=")[2]) in (38, 39, 40)
    press.text = "Another text"
    # Others are served while they are fetched again, for a minute.
    grow_older(visitor, 40)
    assert visitor.get("/").body == b"Another text"
    assert press.times_asked == 2


def test_of_several_moments_the_first_counts(cached) -> None:
    press = Press()
    press.before_answer = lambda: [in_seconds(seconds) for seconds in (300, 20, 90)]
    visitor = cached(press)
    visitor.get("/")
    assert int(visitor.get("/").cache_status.rpartition("=")[2]) <= 20


def test_a_moment_that_has_passed_is_not_stored_as_fresh(cached) -> None:
    press = Press()
    press.before_answer = lambda: in_seconds(-1)
    visitor = cached(press)
    assert [visitor.get("/").status for _ in range(3)] == [200] * 3
    assert press.times_asked == 3


def test_a_cached_value_passes_its_moment_on() -> None:
    def compute() -> str:
        in_seconds(30)
        return "value"

    with use_version((7, 7, 7)):
        for _ in range(2):
            with record_queries():
                cached_value("by the clock", compute)
                assert 25 < seconds_left() <= 30
    assert seconds_left() == float("inf")


def test_an_expired_value_is_computed_again() -> None:
    made: list[int] = []

    def compute() -> int:
        in_seconds(-1)
        made.append(len(made))
        return made[-1]

    with use_version((8, 8, 8)):
        assert [cached_value("expired", compute) for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(("left", "expected"), [(None, "s-maxage=60"), (20.5, "s-maxage=20"), (0, None)])
def test_a_cdn_is_told_the_same(rf: RequestFactory, settings, left: float | None, expected: str | None) -> None:
    settings.PAGE_CACHE_SHARED_MAX_AGE = 60

    def view(request):
        mark_as_page(None, request, [], {})
        if left is not None:
            in_seconds(left)
        return HttpResponse("page")

    with record_queries():
        header = CacheControlMiddleware(view)(rf.get("/"))["Cache-Control"]
    assert (expected in header) if expected else ("s-maxage" not in header)

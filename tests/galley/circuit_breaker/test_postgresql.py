"""While PostgreSQL is away, few wait for it."""

from collections.abc import Iterator

import pytest
from django.db.backends.postgresql import base as postgresql
from psycopg import OperationalError

from benchmarks.ports import find_port
from galley import circuit_breaker
from galley.circuit_breaker import CircuitBreaker
from galley.circuit_breaker.base import DatabaseWrapper, breaker

PAUSE = 0.5


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is."""
    now = [1000.0]
    monkeypatch.setattr(circuit_breaker, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def away(clock: list[float]) -> Iterator[DatabaseWrapper]:
    """A connection to a port that nobody listens at."""
    settings = {
        "ENGINE": "galley.circuit_breaker", "NAME": "galley", "USER": "galley", "PASSWORD": "", "HOST": "127.0.0.1",
        "PORT": find_port(), "TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False, "OPTIONS": {"pool": {"min_size": 1, "timeout": 0.01, "reconnect_timeout": 0.01}},
        "TEST": {},
    }  # fmt: skip
    connection = DatabaseWrapper(settings, alias="away")
    yield connection
    connection.close_pool()
    breaker.reset()


def count_waiting(connection: DatabaseWrapper) -> int:
    """Return how many have waited for a connection of the pool."""
    return connection.pool.get_stats().get("requests_queued", 0)


def test_only_the_first_wait(away: DatabaseWrapper, clock: list[float]) -> None:
    for _ in range(3):
        with pytest.raises(OperationalError):
            away.get_new_connection({})
    assert count_waiting(away) == 1
    clock[0] += PAUSE
    for _ in range(3):
        with pytest.raises(OperationalError):
            away.get_new_connection({})
    assert count_waiting(away) == 2


def test_once_it_is_back_all_are_answered(away: DatabaseWrapper, clock: list[float], monkeypatch) -> None:
    with pytest.raises(OperationalError):
        away.get_new_connection({})
    monkeypatch.setattr(postgresql.DatabaseWrapper, "get_new_connection", lambda *args: "a connection")
    clock[0] += PAUSE
    assert [away.get_new_connection({}) for _ in range(2)] == ["a connection"] * 2


def test_while_one_caller_tries_the_others_do_not_wait(clock: list[float]) -> None:
    own = CircuitBreaker(PAUSE)
    assert [own.allows_call(), own.allows_call()] == [True, True]
    own.trip()
    assert not own.allows_call()
    clock[0] += PAUSE
    assert [own.allows_call(), own.allows_call()] == [True, False]
    own.reset()
    assert [own.allows_call(), own.allows_call()] == [True, True]

"""Django's cache in a Redis that all processes share, and that may be away: then nothing is found in it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django_redis.cache import RedisCache
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from galley.circuit_breaker import CircuitBreaker

# A Redis that doesn't answer isn't asked again for so many seconds: otherwise each call would wait for a timeout.
PAUSE_SECONDS = 5.0
# One for the process: Django makes a cache for each request and thread.
breaker = CircuitBreaker(PAUSE_SECONDS)


class PausingRedisCache(RedisCache):
    """django-redis' cache, which waits for one timeout and not at each call. It raises no error of Redis."""


def _unless_away(name: str, miss: Callable[..., Any] = lambda *args, **kwargs: None) -> None:
    """Let the method `name` return `miss(…)` while Redis is away, or refuses."""
    method = getattr(RedisCache, name)

    @wraps(method)
    def call(self: PausingRedisCache, *args: Any, **kwargs: Any) -> Any:
        if not breaker.allows_call():
            return miss(*args, **kwargs)
        try:
            answer = method(self, *args, **kwargs)
        except (ConnectionError, TimeoutError):
            breaker.trip()
            return miss(*args, **kwargs)
        except ResponseError:  # such as: its memory is full
            answer = miss(*args, **kwargs)
        breaker.reset()
        return answer

    setattr(PausingRedisCache, name, call)


# Django's asynchronous methods call these in a thread.
for _name in ("add", "clear", "decr", "delete", "delete_many", "has_key", "incr", "set", "set_many", "touch"):
    _unless_away(_name)
_unless_away("get", lambda key, default=None, *args, **kwargs: default)
_unless_away("get_many", lambda *args, **kwargs: {})

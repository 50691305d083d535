"""Django's cache in a Redis that all processes share, and that may be away: then nothing is found in it."""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from time import monotonic
from typing import Any

from django_redis.cache import RedisCache
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

# A Redis that doesn't answer isn't asked again for so many seconds: otherwise each call would wait for a timeout.
PAUSE_SECONDS = 5.0


class Pause:
    """Whether Redis is left alone: one for the process, since Django makes a cache for each request and thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0

    def may_ask(self) -> bool:
        """Return whether to ask Redis. After a pause, one caller tries whether it is back; the others don't wait."""
        with self._lock:
            is_over = monotonic() >= self._until
            if self._until and is_over:
                self._until = monotonic() + PAUSE_SECONDS
            return is_over

    def begin(self) -> None:
        """Redis hasn't answered."""
        with self._lock:
            self._until = monotonic() + PAUSE_SECONDS

    def end(self) -> None:
        """Redis has answered."""
        self._until = 0.0


pause = Pause()


class PausingRedisCache(RedisCache):
    """django-redis' cache, which waits for one timeout and not at each call. It raises no error of Redis."""


def _unless_away(name: str, miss: Callable[..., Any] = lambda *args, **kwargs: None) -> None:
    """Let the method `name` return `miss(…)` while Redis is away, or refuses."""
    method = getattr(RedisCache, name)

    @wraps(method)
    def call(self: PausingRedisCache, *args: Any, **kwargs: Any) -> Any:
        if not pause.may_ask():
            return miss(*args, **kwargs)
        try:
            answer = method(self, *args, **kwargs)
        except (ConnectionError, TimeoutError):
            pause.begin()
            return miss(*args, **kwargs)
        except ResponseError:  # such as: its memory is full
            answer = miss(*args, **kwargs)
        pause.end()
        return answer

    setattr(PausingRedisCache, name, call)


# Django's asynchronous methods call these in a thread.
for _name in ("add", "clear", "decr", "delete", "delete_many", "has_key", "incr", "set", "set_many", "touch"):
    _unless_away(_name)
_unless_away("get", lambda key, default=None, *args, **kwargs: default)
_unless_away("get_many", lambda *args, **kwargs: {})

"""What is loaded stays out of the garbage collector's way; what comes later is collected as ever."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from config import long_lived


class Knot:
    """Something that only the collector finds to be garbage."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The collector as it was before, afterwards."""
    monkeypatch.setattr(long_lived, "_freezes", 0)
    before = gc.callbacks.copy()
    yield
    gc.callbacks[:] = before
    gc.enable()
    gc.unfreeze()


def is_looked_at(thing: object) -> bool:
    return any(one is thing for one in gc.get_objects())


def test_what_is_loaded_is_not_looked_at_again() -> None:
    with long_lived.loading():
        assert not gc.isenabled()
        loaded = Knot()
    assert gc.isenabled()
    assert not is_looked_at(loaded)


def test_what_is_loaded_later_is_not_looked_at_twice() -> None:
    with long_lived.loading():
        pass
    loaded = Knot()
    gc.collect()
    assert not is_looked_at(loaded)


def test_garbage_is_freed_and_not_spared() -> None:
    with long_lived.loading():
        pass
    knot = Knot()
    gc.collect(1)  # it is old now, as what has been in use for a while
    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is None


def test_survivors_are_not_taken_out_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    freezes: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: freezes.append(1))
    for _ in range(long_lived.FREEZES + 5):
        long_lived._spare_survivors("start", {"generation": 2})
        long_lived._spare_survivors("stop", {"generation": 1})
        long_lived._spare_survivors("stop", {"generation": 2})
    assert len(freezes) == long_lived.FREEZES

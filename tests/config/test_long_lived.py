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
    monkeypatch.setattr(gc, "callbacks", [])
    monkeypatch.setattr(long_lived, "_freezes", 0)
    yield
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


def test_what_is_loaded_later_is_not_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with long_lived.loading():
        pass
    monkeypatch.setattr(long_lived, "MANY", 1_000)
    loaded = [Knot() for _ in range(2_000)]
    gc.collect()
    assert not is_looked_at(loaded[0])


def test_garbage_is_freed_however_much_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with long_lived.loading():
        pass
    monkeypatch.setattr(long_lived, "MANY", 1_000)
    knots = [Knot() for _ in range(2_000)]
    gc.collect(1)  # they are old now, as what has been in use for a while
    gone = weakref.ref(knots[0])
    knots.clear()
    gc.collect()
    assert gone() is None


def test_survivors_are_not_taken_out_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    freezes: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: freezes.append(1))
    monkeypatch.setattr(long_lived, "MANY", -1)
    for _ in range(long_lived.FREEZES + 5):
        long_lived._spare_survivors("start", {"generation": 2})
        long_lived._spare_survivors("stop", {"generation": 1})
        long_lived._spare_survivors("stop", {"generation": 2})
    assert len(freezes) == long_lived.FREEZES


def test_what_is_little_is_collected() -> None:
    with long_lived.loading():
        pass
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is None

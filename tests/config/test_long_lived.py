"""What is loaded stays out of the garbage collector's way; what comes later is collected as ever."""

import gc
import weakref

from config import long_lived


class Knot:
    """Something that only the collector finds to be garbage."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_not_looked_at_again(monkeypatch) -> None:
    monkeypatch.setattr(gc, "callbacks", [])
    try:
        with long_lived.loading():
            assert not gc.isenabled()
            loaded = [Knot() for _ in range(1000)]
        assert gc.isenabled()
        assert not any(one is loaded[0] for one in gc.get_objects())
    finally:
        gc.enable()
        gc.unfreeze()


def test_survivors_are_taken_out_so_often_and_no_more(monkeypatch) -> None:
    freezes = []
    monkeypatch.setattr(gc, "freeze", lambda: freezes.append(1))
    monkeypatch.setattr(long_lived, "_full_collections", 0)
    for _ in range(long_lived.FREEZES + 5):
        long_lived._freeze_survivors("start", {"generation": 2})
        long_lived._freeze_survivors("stop", {"generation": 1})
        long_lived._freeze_survivors("stop", {"generation": 2})
    assert len(freezes) == long_lived.FREEZES


def test_later_garbage_is_collected() -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is None

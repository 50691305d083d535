"""What a server has loaded stays: Python's garbage collector is kept from looking through it again and again.

A full collection looks at every object and holds up everything meanwhile, some 80 ms once the admin has been used.
`gc.freeze()` takes what exists out of that. The most is there when the server starts. The rest (templates, forms, the
admin) is loaded when it is first used: what is left after one of the first full collections is taken out, too.

The C library gives each thread memory of its own, which stays with it when it is free again. A dozen threads that make
pages would hold many times what any of them needs at a time, so they share.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# What is in use just then is taken out with the rest, and stays in memory if it ends in a cycle: so not for ever.
FREEZES = 10
# A thread that comes back from the database has to wait so long for the one that computes (5 ms by default); a page has
# a hundred such moments.
SWITCH_INTERVAL = 0.001  # seconds

# Areas of memory that threads share (malloc.h of the GNU C library).
M_ARENA_MAX = -8
ARENAS = 2

_freezes = 0


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting, which would take a fifth of the time; what is loaded meanwhile stays for good."""
    _share_memory()
    gc.disable()
    yield
    gc.freeze()
    gc.callbacks.append(_spare_survivors)
    gc.enable()
    sys.setswitchinterval(SWITCH_INTERVAL)


def _share_memory() -> None:
    """Let all threads allocate from a few areas, where the C library is GNU's."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def _spare_survivors(phase: str, info: dict[str, int]) -> None:
    """Take out what one of the first full collections has left: one of `gc.callbacks`.

    Before the collection, garbage would be taken out with it and never be freed.
    """
    global _freezes
    if phase == "stop" and info["generation"] == 2 and _freezes < FREEZES:
        _freezes += 1
        gc.freeze()

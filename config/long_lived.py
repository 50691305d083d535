"""What a server has loaded stays: Python's garbage collector is kept from looking through it again and again.

A full collection looks at every object and holds up everything meanwhile, some 80 ms once the admin has been used.
`gc.freeze()` takes what exists out of that. The most is there when the server starts. The rest (templates, forms, the
admin) is loaded when it is first used: where a full collection would have to look through much, that is taken out, too.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# So many objects take 10 ms to look through; requests leave fewer behind.
MUCH = 50_000
# What happens to be garbage just then is taken out with the rest, and stays in memory: so not for ever.
FREEZES = 20
# A thread that comes back from the database has to wait so long for the one that computes (5 ms by default); a page has
# a hundred such moments.
SWITCH_INTERVAL = 0.001  # seconds

_freezes = 0


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting, which would take a fifth of the time; what is loaded meanwhile stays for good."""
    gc.disable()
    yield
    gc.freeze()
    gc.callbacks.append(_spare_what_stays)
    gc.enable()
    sys.setswitchinterval(SWITCH_INTERVAL)


def _spare_what_stays(phase: str, info: dict[str, int]) -> None:
    """Leave a full collection nothing to look through, if that would be much: one of `gc.callbacks`."""
    global _freezes
    is_full = phase == "start" and info["generation"] == 2
    if is_full and _freezes < FREEZES and len(gc.get_objects(generation=2)) > MUCH:
        _freezes += 1
        gc.freeze()

"""What a server has loaded stays: Python's garbage collector is kept from looking through it again and again.

A full collection looks at every object and holds up everything meanwhile, some 80 ms once the admin has been used.
`gc.freeze()` takes what exists out of that. The most is there when the server starts; the rest (templates, forms, the
admin) is loaded when it is first used, so what is left after each of the first full collections is taken out, too.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What happens to be in use just then is taken out with the rest, and never looked at: so not for ever.
FREEZES = 20
# A thread that comes back from the database has to wait so long for the one that computes (5 ms by default); a page has
# a hundred such moments.
SWITCH_INTERVAL = 0.001  # seconds

_full_collections = 0


@contextmanager
def loading() -> Iterator[None]:
    """Load without collecting, which would take a fifth of the time; what is loaded meanwhile stays for good."""
    gc.disable()
    yield
    gc.freeze()
    gc.callbacks.append(_freeze_survivors)
    gc.enable()
    sys.setswitchinterval(SWITCH_INTERVAL)


def _freeze_survivors(phase: str, info: dict[str, int]) -> None:
    global _full_collections
    if phase == "stop" and info["generation"] == 2 and _full_collections < FREEZES:
        _full_collections += 1
        gc.freeze()

"""Keeps entries in memory, up to a number of bytes.

What is new stands in a small queue, and only what was asked for again while it was there comes among the `proven` ones:
S3-FIFO (Yang et al., SOSP 2023) without its ghosts. So whoever asks for a thousand addresses that nobody else wants
(another query each time, say) crowds out one another's entries, and no page that people read.
"""

from collections import OrderedDict

from galley.page_cache.entries import Entry
from galley.page_cache.requests import Key

SHARE_OF_NEW = 0.2


class Store:
    """Entries by key. All of it happens on the event loop; a hit costs a look-up, and `entry.was_used = True`."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._new = _Queue(int(max_bytes * SHARE_OF_NEW))
        self._proven = _Queue(max_bytes - self._new.max_bytes)
        self.entries: dict[Key, Entry] = {}

    @property
    def held_bytes(self) -> int:
        """How many bytes all entries take, about."""
        return self._new.held_bytes + self._proven.held_bytes

    def put(self, key: Key, entry: Entry) -> bool:
        """Keep `entry`, in place of one with the same key; return False if it is too large for that."""
        place = self._proven if key in self._proven.sizes else self._new
        self.remove(key)
        if entry.size > self._new.max_bytes:
            return False
        self.entries[key] = entry
        place.add(key, entry.size)
        self._make_room()
        return True

    def remove(self, key: Key) -> None:
        """Forget what is kept under `key`, if anything is."""
        if self.entries.pop(key, None):
            self._new.remove(key)
            self._proven.remove(key)

    def _make_room(self) -> None:
        """Let go of the oldest in each queue; what was used since it came there is proven, and stays a round longer."""
        for queue in (self._new, self._proven):
            while queue.is_too_large:
                key, size = queue.pop_oldest()
                if self.entries[key].was_used:
                    self.entries[key].was_used = False
                    self._proven.add(key, size)
                else:
                    del self.entries[key]


class _Queue:
    """Keys in the order in which they came, and the bytes that their entries take."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self.sizes: OrderedDict[Key, int] = OrderedDict()

    @property
    def is_too_large(self) -> bool:
        return self.held_bytes > self.max_bytes

    def add(self, key: Key, size: int) -> None:
        self.sizes[key] = size
        self.held_bytes += size

    def remove(self, key: Key) -> None:
        self.held_bytes -= self.sizes.pop(key, 0)

    def pop_oldest(self) -> tuple[Key, int]:
        key, size = self.sizes.popitem(last=False)
        self.held_bytes -= size
        return key, size

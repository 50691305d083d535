"""The bound on memory, and who is crowded out."""

from time import monotonic

import pytest

from galley.page_cache.entries import Entry, EntryStore
from galley.page_cache.queries import RecordedQueries


class Page:
    """As much of an entry as the store looks at."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.was_used = False


def read(store: EntryStore, key: tuple) -> bool:
    """Ask for the entry as the cache does."""
    page = store.entries.get(key)
    if page:
        page.was_used = True
    return page is not None


def used_bytes(store: EntryStore) -> int:
    return store._new.currsize + store._main.currsize


@pytest.fixture
def store() -> EntryStore:
    return EntryStore(max_bytes=1_000)


def test_it_holds_no_more_than_it_may(store: EntryStore) -> None:
    for number in range(5_000):
        store.put((number % 700,), Page(10 + number % 60))
        read(store, (number // 2 % 700,))
        assert used_bytes(store) <= 1_000
        assert used_bytes(store) == sum(page.size for page in store.entries.values())


def test_only_a_second_request_counts() -> None:
    headers = [(b"content-type", b"text/html"), (b"cache-control", b"public, max-age=60")]
    entry = Entry(headers, b"<p>Text</p>", RecordedQueries(), b"", (0, 0, 0))
    entry.first_messages({}, monotonic(), b"galley; fwd=uri-miss; stored")
    assert not entry.was_used
    entry.messages({}, monotonic())
    assert entry.was_used


def test_pages_that_are_read_outlive_a_flood_of_others(store: EntryStore) -> None:
    hot = [("page", number) for number in range(5)]
    for key in hot:
        store.put(key, Page(30))
        read(store, key)
    for number in range(10_000):
        store.put(("flood", number), Page(30))
        if number % 1_000 == 0:
            assert all(read(store, key) for key in hot)
    assert all(read(store, key) for key in hot)


def test_pages_that_are_read_seldom_fill_what_others_leave(store: EntryStore) -> None:
    # Five times as many as have room among the new ones.
    keys = [("page", number) for number in range(30)]
    for _ in range(3):
        for key in keys:
            if not read(store, key):
                store.put(key, Page(30))
    assert sum(read(store, key) for key in keys) >= 26


def test_what_nobody_reads_any_more_makes_room(store: EntryStore) -> None:
    for generation in range(3):
        keys = [(generation, number) for number in range(20)]
        for _ in range(4):
            for key in keys:
                if not read(store, key):
                    store.put(key, Page(30))
                    read(store, key)
    assert sum(key[0] == 2 for key in store.entries) >= 15


def test_a_new_version_takes_the_place_of_the_old(store: EntryStore) -> None:
    store.put(("a",), Page(30))
    newer = Page(50)
    store.put(("a",), newer)
    assert store.entries == {("a",): newer}
    assert used_bytes(store) == 50


def test_what_is_too_large_is_refused_and_its_old_version_gone(store: EntryStore) -> None:
    store.put(("a",), Page(30))
    assert store.put(("a",), Page(201)) is False
    assert not store.entries
    assert used_bytes(store) == 0


def test_what_is_removed_takes_no_room(store: EntryStore) -> None:
    store.put(("a",), Page(30))
    store.remove(("a",))
    store.remove(("b",))
    assert used_bytes(store) == 0

"""The chronological index of a list."""

import datetime

from galley.listings.chronological import ChronologicalIndex

DAY = datetime.date(2024, 5, 1)
LATER = DAY + datetime.timedelta(days=1)
# Two pages of one day, one of the next.
INDEX = ChronologicalIndex([(DAY, 3), (DAY, 8), (LATER, 5)])


def test_pages_are_numbered_from_the_oldest() -> None:
    assert [INDEX.number(DAY, 3), INDEX.number(DAY, 8), INDEX.number(LATER, 5)] == [1, 2, 3]


def test_a_page_that_is_not_there_has_no_number() -> None:
    assert INDEX.number(DAY, 5) is None
    assert INDEX.number(LATER, 9) is None


def test_the_newest_come_first() -> None:
    assert INDEX.newest_first(0, 2) == [5, 8]
    assert INDEX.newest_first(2, 4) == [3]
    assert INDEX.newest_first(3, 6) == []


def split_at(time: datetime.date, pk: int | None) -> tuple[list[int], list[int]]:
    before, after = INDEX.split_at(time, pk)
    return list(before), list(after)


def test_a_page_is_not_its_own_neighbour() -> None:
    assert split_at(DAY, 8) == ([3], [5])


def test_a_new_page_comes_after_all_of_its_day() -> None:
    assert split_at(DAY, None) == ([3, 8], [5])


def test_a_draft_stands_where_its_new_date_puts_it() -> None:
    assert split_at(LATER, 3) == ([8], [5])
    assert split_at(DAY - datetime.timedelta(days=1), 5) == ([], [3, 8])


def test_years_are_times_too() -> None:
    assert ChronologicalIndex([(1990, 2), (2024, 1)]).number(2024, 1) == 2

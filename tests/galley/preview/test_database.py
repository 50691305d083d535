"""An answer is remembered for as long as the rows that it came from are the same."""

from collections.abc import Callable
from unittest.mock import Mock, patch

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from galley.preview.database import Query, UnchangedAnswer, _rows_of

pytestmark = pytest.mark.django_db


def question_about_groups() -> Mock:
    return Mock(side_effect=lambda: sorted(Group.objects.values_list("name", flat=True)))


def test_the_same_rows_give_the_same_answer_without_the_question() -> None:
    groups, answer = question_about_groups(), UnchangedAnswer[list[str]]()
    first = answer.to(groups)
    groups.reset_mock()
    assert answer.to(groups) == first
    groups.assert_not_called()


def test_another_row_another_answer() -> None:
    groups, answer = question_about_groups(), UnchangedAnswer[list[str]]()
    before = answer.to(groups)
    Group.objects.create(name="Proofreaders")
    assert answer.to(groups) == sorted([*before, "Proofreaders"])


def test_another_question_gets_its_own_answer() -> None:
    answer = UnchangedAnswer[int]()
    assert answer.to(lambda: Group.objects.count()) > 0
    assert answer.to(lambda: -Group.objects.count()) < 0


def test_what_changes_between_the_answer_and_its_rows_is_not_missed() -> None:
    groups, answer = question_about_groups(), UnchangedAnswer[list[str]]()

    def read_late(queries: tuple[Query, ...]) -> list[object]:
        Group.objects.get_or_create(name="Proofreaders")
        return _rows_of(queries)

    with patch("galley.preview.database._rows_of", read_late):
        answer.to(groups)
    assert "Proofreaders" in answer.to(groups)


def test_a_refusal_is_not_remembered() -> None:
    answer = UnchangedAnswer[int]()
    question = Mock(side_effect=[LookupError, 1, 1])
    with pytest.raises(LookupError):
        answer.to(question)
    assert answer.to(question) == 1


def test_recording_ends_though_somebody_else_begins_to_watch_meanwhile() -> None:
    def watch(execute: Callable[..., object], *rest: object) -> object:
        return execute(*rest)

    def question() -> int:
        if watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(watch)
        return Group.objects.count()

    before = list(connection.execute_wrappers)
    try:
        UnchangedAnswer[int]().to(question)
        assert connection.execute_wrappers == [*before, watch]
    finally:
        connection.execute_wrappers[:] = before

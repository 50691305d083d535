"""An answer is remembered for as long as the rows that it came from are the same."""

from collections.abc import Callable
from unittest.mock import Mock, patch

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from galley.preview.database import Query, QueryValidatedMemo, _rows_of

pytestmark = pytest.mark.django_db


def question_about_groups() -> Mock:
    return Mock(side_effect=lambda: sorted(Group.objects.values_list("name", flat=True)))


def test_the_same_rows_give_the_same_answer_without_the_question() -> None:
    groups, answer = question_about_groups(), QueryValidatedMemo[list[str]]()
    first = answer.get(groups)
    groups.reset_mock()
    assert answer.get(groups) == first
    groups.assert_not_called()


def test_another_row_another_answer() -> None:
    groups, answer = question_about_groups(), QueryValidatedMemo[list[str]]()
    before = answer.get(groups)
    Group.objects.create(name="Proofreaders")
    assert answer.get(groups) == sorted([*before, "Proofreaders"])


def test_another_question_gets_its_own_answer() -> None:
    answer = QueryValidatedMemo[int]()
    assert answer.get(lambda: Group.objects.count()) > 0
    assert answer.get(lambda: -Group.objects.count()) < 0


def test_what_changes_between_the_answer_and_its_rows_is_not_missed() -> None:
    groups, answer = question_about_groups(), QueryValidatedMemo[list[str]]()

    def read_late(queries: tuple[Query, ...]) -> list[object]:
        Group.objects.get_or_create(name="Proofreaders")
        return _rows_of(queries)

    with patch("galley.preview.database._rows_of", read_late):
        answer.get(groups)
    assert "Proofreaders" in answer.get(groups)


def test_a_refusal_is_not_remembered() -> None:
    answer = QueryValidatedMemo[int]()
    question = Mock(side_effect=[LookupError, 1, 1])
    with pytest.raises(LookupError):
        answer.get(question)
    assert answer.get(question) == 1


def test_recording_ends_though_somebody_else_begins_to_watch_meanwhile() -> None:
    def watch(execute: Callable[..., object], *rest: object) -> object:
        return execute(*rest)

    def question() -> int:
        if watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(watch)
        return Group.objects.count()

    before = list(connection.execute_wrappers)
    try:
        QueryValidatedMemo[int]().get(question)
        assert connection.execute_wrappers == [*before, watch]
    finally:
        connection.execute_wrappers[:] = before

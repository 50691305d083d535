"""Many sockets, one question."""

import asyncio
import itertools
from unittest.mock import patch

import pytest

from galley.preview.database import shared_check
from galley.preview.drafts.sources import AccessDenied


def test_a_question_of_many_is_answered_once() -> None:
    numbers = itertools.count()

    def look_up(whose: str) -> tuple[str, int]:
        return whose, next(numbers)

    async def scene() -> None:
        answers = await asyncio.gather(*(shared_check(look_up, "Maud") for _ in range(1000)))
        assert answers == [("Maud", 0)] * 1000
        assert await shared_check(look_up, "Rafe") == ("Rafe", 1)

    with patch("galley.preview.database.SHARED_SECONDS", 3600):
        asyncio.run(scene())


def test_a_refusal_reaches_everybody_who_asks() -> None:
    def refuse() -> None:
        raise AccessDenied

    async def scene() -> None:
        answers = await asyncio.gather(*(shared_check(refuse) for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [AccessDenied] * 3

    asyncio.run(scene())


def test_an_old_answer_is_not_given_again() -> None:
    numbers = itertools.count()

    async def scene() -> None:
        assert await shared_check(numbers.__next__) == 0
        assert await shared_check(numbers.__next__) == 1

    with patch("galley.preview.database.SHARED_SECONDS", -1):
        asyncio.run(scene())


def test_a_socket_that_closes_takes_the_answer_from_nobody() -> None:
    async def scene() -> None:
        numbers = itertools.count()
        check = numbers.__next__
        one, two = (asyncio.create_task(shared_check(check)) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        assert await two == 0
        with pytest.raises(asyncio.CancelledError):
            await one

    asyncio.run(scene())

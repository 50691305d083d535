"""Alive and ready are two answers."""

import asyncio
import threading

import pytest
from django.db.utils import OperationalError
from django.test import AsyncClient

from config import health


@pytest.fixture
def broken_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_ask_database", fail)


def test_a_living_process_says_so_without_the_database(asgi_get) -> None:
    response = asgi_get("/health/live")
    assert (response.status_code, response.content) == (200, b"alive")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_it_is_ready_when_the_database_answers(asgi_get) -> None:
    assert asgi_get("/health/ready").status_code == 200


def test_it_is_not_ready_without_a_database(asgi_get, broken_database: None) -> None:
    response = asgi_get("/health/ready")
    assert (response.status_code, response.content) == (503, b"no answer from the database")
    assert asgi_get("/health/live").status_code == 200


def test_a_database_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(health, "DATABASE_TIMEOUT", 0.05)
    monkeypatch.setattr(health, "_ask_database", answer.wait)

    async def ask() -> int:
        response = await AsyncClient().get("/health/ready")
        answer.set()
        return response.status_code

    assert asyncio.run(ask()) == 503

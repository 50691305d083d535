"""How many messages one sender may send: counted once for all processes."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from forms.models import ContactMessage
from galley.rate_limits.models import AttemptCount
from tests.forms.conftest import token_of_age
from tests.forms.test_sending import both_ways


@both_ways
def test_the_message_too_many_gets_a_kind_answer_and_keeps_its_text(send, settings, htmx: bool) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 3
    for number in range(3):
        assert send(text=f"Message {number}").status_code == 302
    response = send(text="One more", htmx=htmx)
    answer = response.content.decode()
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= settings.CONTACT_RATE_SPAN
    assert "Your text is still here" in answer
    assert "One more</textarea>" in answer
    assert ContactMessage.objects.count() == 3


def test_a_repeated_post_is_thanked_even_when_none_are_left(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 1
    token = token_of_age(60)
    assert send(token=token).status_code == 302
    assert send(token=token).status_code == 302
    assert ContactMessage.objects.count() == 1


def test_the_same_post_from_two_addresses_at_once_is_stored_once(send, monkeypatch) -> None:
    """The second one looks before the first is stored, and stores after it."""
    token = token_of_age(60)
    send(token=token)
    look = QuerySet.exists
    answers = iter([lambda query: False, look])
    monkeypatch.setattr(QuerySet, "exists", lambda query: next(answers)(query))
    assert send(token=token).status_code == 302
    monkeypatch.undo()
    assert ContactMessage.objects.count() == 1


def test_repeated_and_faulty_posts_use_up_nothing(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 2
    token = token_of_age(60)
    for _ in range(5):
        send(token=token)
        send(name="")
    assert send(text="Another").status_code == 302


def test_spam_counts_too(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 1
    send(website="x")
    assert send(website="x", text="Another").status_code == 429


def test_another_sender_is_not_held_up(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 1
    settings.TRUSTED_PROXY_COUNT = 1
    assert send(headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 302
    assert send(headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    assert send(headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 302


def test_a_forged_header_wins_nothing(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 1
    assert send(headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 302
    assert send(headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 429


def test_a_new_span_starts_a_new_count(send, settings) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 1
    send()
    assert send(text="Another").status_code == 429
    AttemptCount.objects.update(ends_at=timezone.now())
    assert send(text="Another").status_code == 302


def test_no_address_is_stored(send) -> None:
    send()
    [count] = AttemptCount.objects.all()
    assert "127.0.0.1" not in str(vars(count))
    assert len(count.address) == 64
    assert "127.0.0.1" not in str(ContactMessage.objects.values().get())


# --- several processes


@pytest.fixture
def shared_database(django_db_serialized_rollback, transactional_db, contact, tmp_path: Path) -> str:
    """The address of a database that other processes can open too."""
    if connection.vendor == "postgresql":
        parts = connection.settings_dict
        return f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    path = tmp_path / "shared.sqlite3"
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    copy.close()
    return f"sqlite:///{path}"


class Rivals:
    """Two processes that store messages at the same moment."""

    def __init__(self, database: str) -> None:
        environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.forms.rival"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
                cwd=site_settings.BASE_DIR,
            )
            for _ in range(2)
        ]
        for process in self.processes:
            assert process.stdout.readline() == "ready\n"

    def store(self, **task: object) -> list[str]:
        """Let both store messages; return the result of each message."""
        for number, process in enumerate(self.processes):
            process.stdin.write(json.dumps({**task, "name": f"Rival {number}"}) + "\n")
            process.stdin.flush()
        return [result for process in self.processes for result in json.loads(process.stdout.readline())]

    def end(self) -> None:
        for process in self.processes:
            process.communicate(timeout=60)


@pytest.fixture
def rivals(shared_database: str) -> Iterator[Rivals]:
    rivals = Rivals(shared_database)
    yield rivals
    rivals.end()


@pytest.mark.nightly
def test_limit_and_duplicates_are_found_across_processes(rivals: Rivals) -> None:
    results = rivals.store(messages=10, limit=7)
    assert results.count("STORED") == 7
    assert results.count("RATE_LIMITED") == 2 * 10 - 7
    assert sorted(rivals.store(messages=1, limit=100, token="the same", text="the same")) == ["DUPLICATE", "STORED"]

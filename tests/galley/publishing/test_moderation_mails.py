"""The mails of a moderation are sent once the page is saved, and a mail that fails undoes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from wagtail.models import WorkflowState

from tests.conftest import SmallSite
from tests.factories import EditorFactory
from tests.galley.history.desks import Window, newest

Commit = Callable[..., Any]


@pytest.fixture
def author(small_site: SmallSite) -> Window:
    EditorFactory(username="moderator")
    return Window(small_site.post, EditorFactory(username="author"))


def submit(author: Window) -> WorkflowState:
    author.save("action-submit", title="For moderation")
    return WorkflowState.objects.get()


def decide(author: Window, decision: str) -> None:
    """Approve or reject what has been submitted."""
    task_state = WorkflowState.objects.get().current_task_state.specific
    getattr(task_state, decision)(user=EditorFactory(username="chief"))


@contextmanager
def failing_mail() -> Iterator[None]:
    with mock.patch.object(EmailBackend, "open", side_effect=ValueError("No mail.")):
        yield


ACTIONS = {
    "submit": (lambda author: submit(author), "moderator"),
    "approve": (lambda author: decide(author, "approve"), "author"),
    "reject": (lambda author: decide(author, "reject"), "author"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.by_day(1)
def test_a_mail_is_sent_after_the_commit(
    author: Window, django_capture_on_commit_callbacks: Commit, action: str
) -> None:
    act, recipient = ACTIONS[action]
    if action != "submit":
        submit(author)
    with django_capture_on_commit_callbacks() as callbacks:
        act(author)
    assert not mail.outbox
    for callback in callbacks:
        callback()
    assert f"{recipient}@example.org" in {address for message in mail.outbox for address in message.to}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.by_day(0)
def test_a_mail_that_fails_undoes_nothing(author: Window, action: str) -> None:
    act, _recipient = ACTIONS[action]
    if action != "submit":
        submit(author)
    with failing_mail():
        act(author)
    status = {"submit": "in_progress", "approve": "approved", "reject": "needs_changes"}[action]
    assert WorkflowState.objects.get().status == status
    assert newest(author.page).title == "For moderation"


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_mail_to_write(author: Window) -> None:
    def check(*_args: object) -> None:
        assert not connection.in_atomic_block

    with mock.patch.object(EmailBackend, "open", check):
        submit(author)
    assert mail.outbox

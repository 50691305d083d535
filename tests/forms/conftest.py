"""A contact page with a recipient, and a visitor who fills in its form."""

import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.http import HttpResponse

from forms.forms import issue_token
from forms.models import ContactMessage, ContactPage, ContactRecipient
from tests.conftest import SmallSite

ADA = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "subject": "Notes on the engine",
    "text": "First line.\r\nSecond line.",
}
HTMX = {"HX-Request": "true"}


def token_of_age(seconds: float) -> str:
    """A form's token as it is so many seconds after the form was given out."""
    with mock.patch("time.time", return_value=time.time() - seconds):
        return issue_token()


@pytest.fixture(autouse=True)
def _mail_is_sent(settings) -> None:
    settings.EMAIL_BACKEND = "tests.outbox.EmailBackend"


@pytest.fixture
def contact(small_site: SmallSite) -> ContactPage:
    ContactRecipient.objects.create(page=small_site.contact, email="desk@example.org")
    return small_site.contact


@pytest.fixture
def send(contact: ContactPage, asgi_post, django_capture_on_commit_callbacks) -> Callable[..., HttpResponse]:
    """Send the form, by default Ada's, a minute after it was given out; what waits for the commit is run."""

    def post(*, htmx: bool = False, address: str = "", headers: dict[str, str] | None = None, **fields: Any):
        data = {**ADA, "token": token_of_age(60), **fields}
        with django_capture_on_commit_callbacks(execute=True):
            return asgi_post(address or contact.url, data, headers={**(HTMX if htmx else {}), **(headers or {})})

    return post


def only_message() -> ContactMessage:
    return ContactMessage.objects.get()

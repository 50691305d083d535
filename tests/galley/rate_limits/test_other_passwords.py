"""A forgotten password, a changed one, and the shared ones of pages and documents."""

import re
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from galley.rate_limits.models import AttemptCount
from galley.rate_limits.tasks import send_reset_mail
from tests.factories import EditorFactory, SmallSite

pytestmark = pytest.mark.django_db

RIGHT = "proof-reading"
NEW = "galley-proofs-17"


@pytest.fixture
def ada(settings) -> Any:
    settings.PASSWORD_ATTEMPTS = 2
    return EditorFactory(username="ada", email="ada@example.org")


# --- a forgotten password


def ask(email: str, client: Client | None = None) -> HttpResponse:
    return (client or Client()).post("/admin/password_reset/", {"email": email})


def test_a_forgotten_password_is_mailed_by_the_worker_with_a_link_that_works(ada) -> None:
    assert ask("ada@example.org").status_code == 302
    [message] = mail.outbox
    assert message.extra_headers["Message-ID"].endswith("@localhost>")
    assert message.subject == "Password reset"
    [link] = re.findall(r"http://\S+(/admin/password_reset/confirm/\S+)", message.body)
    own = Client()
    form = own.get(link).headers["Location"]
    assert own.post(form, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_a_request_does_the_same_whether_there_is_an_account(ada, monkeypatch: pytest.MonkeyPatch) -> None:
    queued = []
    monkeypatch.setattr(type(send_reset_mail), "enqueue", lambda task, *args, **kwargs: queued.append((args, kwargs)))
    ask("first@example.org")
    answers = []
    for email in ("ada@example.org", "nobody@example.org"):
        for _ in range(3):
            with CaptureQueriesContext(connection) as queries:
                response = ask(email)
            text = re.sub(r'\b\w{64}\b|value="[^"]*@example.org"', "", response.content.decode())
            answers.append((response.status_code, response.headers.get("Location"), len(queries), text))
    assert answers[:3] == answers[3:]
    assert [status for status, *_ in answers[:3]] == [302, 302, 429]
    assert [args for args, _ in queued[1:]] == [("ada@example.org",)] * 2 + [("nobody@example.org",)] * 2
    assert queued[1][1] == queued[3][1]
    assert mail.outbox == []


def test_an_address_without_account_gets_no_mail_and_one_with_it_no_flood(ada) -> None:
    ask("nobody@example.org")
    assert mail.outbox == []
    answers = [ask("Ada@example.org") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
    assert len(mail.outbox) == 2
    assert "You can ask again in 15 minutes" in answers[-1].content.decode()
    assert 0 < int(answers[-1]["Retry-After"]) <= 15 * 60


def test_a_mail_that_cannot_be_sent_shows_as_a_failed_task(ada, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    failed = []
    task_finished.connect(lambda task_result, **kwargs: failed.append(task_result.status), weak=False, dispatch_uid="t")
    try:
        assert ask("ada@example.org").status_code == 302
    finally:
        task_finished.disconnect(dispatch_uid="t")
    assert failed == [TaskResultStatus.FAILED]


def test_a_new_password_lifts_the_locks_of_the_account(ada) -> None:
    def sign_in(password: str) -> int:
        return Client().post("/_util/login/", {"username": "ada", "password": password}).status_code

    assert [sign_in("wrong") for _ in range(3)] == [200, 200, 429]
    number = urlsafe_base64_encode(force_bytes(ada.pk))
    own = Client()
    form = own.get(f"/admin/password_reset/confirm/{number}/{default_token_generator.make_token(ada)}/")["Location"]
    assert own.post(form, {"new_password1": NEW, "new_password2": "another"}).status_code == 200
    assert sign_in("wrong") == 429
    assert own.post(form, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert sign_in(NEW) == 302


# --- a changed password


def change(client: Client, old: str, new: str = NEW) -> HttpResponse:
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    profile = {"name_email-first_name": "A", "name_email-last_name": "L", "name_email-email": "ada@example.org"}
    theme = {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    passwords = {f"password-{name}": value for name, value in fields.items()}
    return client.post("/admin/account/", passwords | profile | theme)


def test_the_old_password_cannot_be_guessed_in_a_browser_that_is_signed_in(ada, client: Client, pass_time) -> None:
    client.force_login(ada)
    assert [change(client, "wrong").status_code for _ in range(2)] == [200, 200]
    response = change(client, RIGHT)
    text = response.content.decode()
    assert response.status_code == 429
    assert "Your password is the one that it was, and nothing was saved. Try again in 15 minutes." in text
    ada.refresh_from_db()
    assert (ada.check_password(RIGHT), ada.first_name) == (True, "")
    assert client.get("/admin/session/").status_code == 200
    pass_time(15 * 60)
    assert change(client, RIGHT).status_code == 302
    ada.refresh_from_db()
    assert (ada.check_password(NEW), ada.first_name) == (True, "A")
    # And the browser is still signed in.
    assert client.get("/admin/session/").status_code == 200


def test_a_new_password_that_is_too_weak_counts_as_none(ada, client: Client, settings) -> None:
    settings.PASSWORD_ATTEMPTS = 1
    client.force_login(ada)
    assert [change(client, RIGHT, new="12").status_code for _ in range(2)] == [200, 200]


def test_the_rest_of_the_account_is_saved_without_a_password(ada, client: Client) -> None:
    client.force_login(ada)
    assert change(client, "", new="").status_code == 302
    assert not AttemptCount.objects.exists()


def test_a_visitor_is_led_to_the_sign_in(client: Client) -> None:
    response = client.get("/admin/account/")
    assert response.headers["Location"].startswith("/admin/login/")
    assert "no-store" in response.headers["Cache-Control"]


# --- shared passwords


@pytest.fixture(params=["page", "collection"])
def shared(request: pytest.FixtureRequest, small_site: SmallSite, settings) -> tuple[str, str]:
    """What is behind a password, and where that is sent."""
    settings.PASSWORD_ATTEMPTS = 2
    if request.param == "page":
        page = small_site.post
        fields = {"restriction_type": PageViewRestriction.PASSWORD, "password": RIGHT}
        restriction = PageViewRestriction.objects.create(page=page, **fields)
        return page.url, f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
    collection = Collection.get_first_root_node().add_child(name="Reports")
    fields = {"restriction_type": CollectionViewRestriction.PASSWORD, "password": RIGHT}
    restriction = CollectionViewRestriction.objects.create(collection=collection, **fields)
    document = Document.objects.create(title="R", file=ContentFile(b"one", "r.pdf"), collection=collection)
    return document.url, f"/documents/authenticate_with_password/{restriction.pk}/"


def test_a_shared_password_cannot_be_guessed(shared: tuple[str, str], pass_time) -> None:
    url, action = shared
    reader, guesser = Client(), Client()

    def enter(client: Client, password: str) -> HttpResponse:
        return client.post(action, {"password": password, "return_url": url})

    assert f'action="{action}"' in reader.get(url).content.decode()
    assert enter(reader, RIGHT).headers["Location"] == url
    answers = [enter(guesser, "wrong") for _ in range(2)]
    assert all("is not correct" in answer.content.decode() for answer in answers)
    refused = [enter(guesser, "wrong"), enter(guesser, RIGHT)]
    for answer in refused:
        text = answer.content.decode()
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 15 * 60
        assert "Try again in 15 minutes" in text
        assert f'value="{url}"' in text
        assert "is not correct" not in text
        assert "is required" not in text
    assert action in guesser.get(url).content.decode()
    # Who has the password reads on.
    assert action not in str(reader.get(url).headers) + b"".join(reader.get(url)).decode(errors="ignore")
    pass_time(15 * 60)
    assert enter(guesser, RIGHT).status_code == 302


def test_a_right_shared_password_counts_as_none(shared: tuple[str, str]) -> None:
    url, action = shared
    for _ in range(3):
        assert Client().post(action, {"password": RIGHT, "return_url": url}).status_code == 302

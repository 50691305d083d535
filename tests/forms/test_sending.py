"""A visitor sends a message: with htmx and without."""

import re
import time
from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from blockbuster import blockbuster_ctx
from django.core import mail
from django.test import AsyncClient
from django.urls import reverse
from wagtail.models import PageViewRestriction

from forms.forms import MAX_TOKEN_AGE, TokenState, check_token
from forms.models import ContactMessage, ContactRecipient, MailState, ReadingStatus
from tests.forms.conftest import ADA, HTMX, only_message, token_of_age

both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["without htmx", "with htmx"])


def test_a_sent_message_is_stored_and_mailed(send) -> None:
    send()
    message = only_message()
    assert (message.name, message.email, message.subject) == (ADA["name"], ADA["email"], ADA["subject"])
    assert message.text == "First line.\nSecond line."
    assert message.status == ReadingStatus.NEW
    assert message.mail_state == MailState.SENT
    [email] = mail.outbox
    assert email.to == ["desk@example.org"]
    assert email.reply_to == ["ada@example.org"]
    assert email.from_email == "Galley <galley@localhost>"
    assert email.subject == "[Contact form] Notes on the engine"
    assert "First line.\nSecond line." in email.body
    assert f"/inspect/{message.pk}/" in email.body


def test_without_htmx_it_redirects_so_that_a_reload_sends_nothing(send, contact, asgi_get) -> None:
    response = send()
    assert response.status_code == 302
    assert response["Location"] == f"{contact.url}?sent#contact-status"
    page = asgi_get(contact.url + "?sent").content.decode()
    assert contact.thank_you_text in page
    assert "<form" not in page


def test_with_htmx_the_part_that_changes_comes_back(send, contact) -> None:
    response = send(htmx=True)
    answer = response.content.decode()
    assert response.status_code == 200
    assert contact.thank_you_text in answer
    assert 'role="status" data-hx-swap-oob="innerHTML"' in answer
    assert "<html" not in answer
    assert "<form" not in answer


def test_the_page_starts_with_an_empty_status_for_screen_readers(contact, asgi_get) -> None:
    page = asgi_get(contact.url).content.decode()
    assert re.search('<div class="form__status" id="contact-status" role="status" *></div>', page)


@both_ways
def test_the_same_post_again_is_one_message_and_the_same_answer(send, htmx: bool) -> None:
    token = token_of_age(60)
    first, second = send(token=token, htmx=htmx), send(token=token, htmx=htmx)
    assert first.status_code == second.status_code == (200 if htmx else 302)
    assert ContactMessage.objects.count() == 1
    assert len(mail.outbox) == 1


def test_a_changed_text_from_the_same_form_is_another_message(send) -> None:
    token = token_of_age(60)
    send(token=token)
    send(token=token, text="What I forgot to say.")
    assert ContactMessage.objects.count() == 2


@both_ways
def test_a_form_filled_in_too_fast_is_asked_for_once_more_and_then_taken(send, htmx: bool) -> None:
    token = token_of_age(0)
    response = send(token=token, htmx=htmx)
    answer = response.content.decode()
    assert response.status_code == 422
    assert "press Send once more" in answer
    assert "First line." in answer
    assert token in answer
    assert not ContactMessage.objects.exists()


@both_ways
@pytest.mark.parametrize(
    "token",
    [token_of_age(MAX_TOKEN_AGE + 60), "forged:1:x", "\x00", "ä" * 5000],
    ids=["too old", "forged", "null character", "too long"],
)
@pytest.mark.by_day(0, 3)
def test_an_old_or_foreign_form_keeps_the_text_and_gets_a_fresh_token(send, htmx: bool, token: str) -> None:
    response = send(token=token, htmx=htmx)
    answer = response.content.decode()
    assert response.status_code == 422
    assert "Nothing is lost" in answer
    assert "First line." in answer
    assert 'name="token" value="' in answer
    assert f'name="token" value="{token}"' not in answer
    assert not ContactMessage.objects.exists()


@both_ways
def test_what_fills_in_the_hidden_field_is_thanked_and_kept_as_spam_without_mail(send, htmx: bool) -> None:
    response = send(website="https://pills.example", htmx=htmx)
    assert response.status_code == (200 if htmx else 302)
    message = only_message()
    assert message.status == ReadingStatus.SPAM
    assert message.mail_state == MailState.HELD
    assert mail.outbox == []


def test_without_a_recipient_the_message_is_stored_and_the_visitor_thanked(send) -> None:
    ContactRecipient.objects.all().delete()
    assert send().status_code == 302
    assert only_message().mail_state == MailState.NO_RECIPIENT
    assert mail.outbox == []


def test_a_deleted_page_leaves_its_messages(send, contact) -> None:
    send()
    contact.delete()
    assert only_message().page is None


def test_nothing_is_stored_from_a_preview(contact, rf) -> None:
    request = rf.post(contact.url, {**ADA, "token": token_of_age(60)})
    response = contact.make_preview_request(original_request=request)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<form" in page
    assert "inert" in page
    assert "csrfmiddlewaretoken" not in page
    assert 'name="token"' not in page
    assert not ContactMessage.objects.exists()


def test_a_preview_looks_the_same_each_time(contact) -> None:
    first, second = (contact.make_preview_request().content for _ in range(2))
    assert first == second


def test_a_private_page_takes_nothing_from_strangers(send, contact) -> None:
    PageViewRestriction.objects.create(page=contact, restriction_type=PageViewRestriction.LOGIN)
    assert send().status_code == 302
    assert not ContactMessage.objects.exists()


def test_other_methods_are_refused(contact, async_client: AsyncClient) -> None:
    assert async_to_sync(async_client.put)(contact.url).status_code == 405


def test_the_page_is_everybodys_and_leaves_no_cookie(contact, asgi_get) -> None:
    first, second = asgi_get(contact.url), asgi_get(contact.url)
    assert first.content == second.content
    assert not first.cookies
    assert "public" in first["Cache-Control"]


def test_whoever_begins_to_write_is_given_a_token(contact, asgi_get, send) -> None:
    page = asgi_get(contact.url).content.decode()
    assert f'data-hx-get="{reverse("form_token")}"' in page
    answer = asgi_get(reverse("form_token"))
    assert answer["Cache-Control"] == "no-store"
    token = answer.content.decode().partition('value="')[2].partition('"')[0]
    assert check_token(token) is TokenState.TOO_NEW
    assert "data-hx-get" not in answer.content.decode()


def test_without_a_token_one_more_look_is_asked_for_and_then_it_is_taken(send) -> None:
    answer = send(token="").content.decode()
    assert "read your message once more" in answer
    assert "First line." in answer
    token = answer.partition('name="token" value="')[2].partition('"')[0]
    assert check_token(token) is TokenState.TOO_NEW
    with mock.patch("time.time", return_value=time.time() + 60):
        assert send(token=token).status_code == 302
    assert only_message()


@pytest.mark.parametrize("answer", [422, 302], ids=["shown again", "taken"])
def test_no_shared_cache_may_keep_what_a_visitor_sends(send, answer: int) -> None:
    response = send(email="" if answer == 422 else ADA["email"])
    assert response.status_code == answer
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({}, 302),
    ],
)
def test_what_another_site_sends_is_refused(send, headers: dict[str, str], status: int) -> None:
    """Without a cookie to tell them apart, browsers say where a form was."""
    assert send(headers=headers).status_code == status
    assert ContactMessage.objects.exists() == (status == 302)


def test_a_message_needs_as_many_queries_however_many_are_stored(send, settings, django_assert_max_num_queries) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 100

    def count_queries() -> int:
        with django_assert_max_num_queries(100) as queries:
            send()
        return len(queries)

    send()  # fills caches
    few = count_queries()
    for _ in range(6):
        send()
    assert count_queries() == few


def test_neither_the_page_nor_an_answer_blocks_the_event_loop(contact, asgi_get, asgi_post) -> None:
    data = {**ADA, "token": token_of_age(60)}
    with blockbuster_ctx():
        assert asgi_get(contact.url).status_code == 200
        assert asgi_post(contact.url, data, headers=HTMX).status_code == 200
        assert asgi_post(f"{contact.url}?check=name", {"name": ""}, headers=HTMX).status_code == 200

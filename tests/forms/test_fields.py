"""What the form says about each field, when sent and while typing."""

import pytest

from forms.models import ContactMessage, ContactPage
from tests.forms.conftest import ADA, HTMX
from tests.forms.test_sending import both_ways


@both_ways
def test_an_empty_form_names_what_is_missing_beside_each_field_and_above(send, htmx: bool) -> None:
    response = send(name="", email="", subject="", text=" \n ", htmx=htmx)
    answer = response.content.decode()
    assert response.status_code == 422
    for field, sentence in [
        ("name", "Please enter your name."),
        ("email", "Please enter your e-mail address, so that we can answer you."),
        ("text", "Please write your message."),
    ]:
        assert f'<a href="#contact-{field}">{sentence}</a>' in answer
        assert f'id="contact-{field}-error" aria-live="polite">{sentence}' in answer
    assert answer.count("autofocus") == 1
    assert not ContactMessage.objects.exists()


@both_ways
def test_the_first_wrong_field_gets_the_focus_and_the_rest_keep_their_text(send, htmx: bool) -> None:
    answer = send(email="ada at example.org", htmx=htmx).content.decode()
    [email_input] = [tag for tag in answer.split("<input") if 'id="contact-email"' in tag]
    email_input = email_input.split(">")[0]
    assert "autofocus" in email_input
    assert 'aria-invalid="true"' in email_input
    assert 'value="ada at example.org"' in email_input
    assert 'aria-describedby="contact-email-help contact-email-error"' in email_input
    assert answer.count("autofocus") == answer.count('aria-invalid="true"') == 1
    assert "Second line.</textarea>" in answer


@both_ways
def test_a_hundred_kilobytes_get_a_clear_answer_and_are_kept(send, htmx: bool) -> None:
    text = "ä" * 100_000
    response = send(text=text, htmx=htmx)
    answer = response.content.decode()
    assert response.status_code == 422
    assert "Your message has 100000 characters, and at most 10000 fit here." in answer
    assert text in answer


@pytest.mark.parametrize(("field", "length"), [("name", 121), ("email", 300), ("subject", 151)])
def test_a_long_line_gets_a_clear_answer(send, field: str, length: int) -> None:
    value = "a" * (length - len("@example.org")) + "@example.org"
    response = send(**{field: value})
    assert response.status_code == 422
    assert f"This has {length} characters" in response.content.decode()


def test_browsers_are_not_told_to_cut_long_texts_off(contact: ContactPage, asgi_get) -> None:
    assert "maxlength" not in asgi_get(contact.url).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("email", "ada@", "Please check your e-mail address: it should look like name@example.org."),
        ("email", "ada@example.org", ""),
        ("name", "", "Please enter your name."),
        ("subject", "", ""),
        ("text", "x" * 10_001, "Your message has 10001 characters, and at most 10000 fit here."),
    ],
)
def test_a_pause_in_typing_brings_this_fields_error_only(
    contact, asgi_post, field: str, value: str, error: str
) -> None:
    response = asgi_post(f"{contact.url}?check={field}", {field: value}, headers=HTMX)
    answer = response.content.decode().strip()
    assert response.status_code == 200
    assert answer.startswith(error)
    assert bool(answer) == bool(error)
    assert "<" not in answer
    assert not ContactMessage.objects.exists()


@pytest.mark.parametrize("field", ["website", "token", "", "__class__", "\x00", "<script>"])
def test_only_shown_fields_are_checked(contact, asgi_post, field: str) -> None:
    response = asgi_post(contact.url + "?check=" + field.replace("\x00", "%00"), ADA, headers=HTMX)
    assert response.status_code == 400
    assert "<script>" not in response.content.decode()


def test_what_was_typed_comes_back_as_text(send) -> None:
    answer = send(name="<script>alert(1)</script>", email="").content.decode()
    assert "<script>alert(1)" not in answer
    assert "&lt;script&gt;alert(1)" in answer


def test_what_happens_with_the_data_stands_on_the_form(contact, asgi_get) -> None:
    assert "we delete them when you ask us to" in asgi_get(contact.url).content.decode()

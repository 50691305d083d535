"""Whatever strangers put into the form: a clear answer, one e-mail with the same headers and the same recipient."""

import pytest
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.models import ContactMessage, MailState
from forms.plain_text import clean_line, clean_text
from tests.forms.conftest import only_message

INJECTIONS = [
    "Hello\r\nBcc: victim@example.org",
    "Hello\nTo: victim@example.org",
    "Hello\rCc: victim@example.org",
    "Hello\u2028Bcc: victim@example.org",
    "Hello\x0bBcc: victim@example.org\x00",
    "Hello%0ABcc: victim@example.org",
]
HEADERS = {
    "Content-Type",
    "MIME-Version",
    "Content-Transfer-Encoding",
    "Subject",
    "From",
    "To",
    "Reply-To",
    "Date",
    "Message-ID",
}


def assert_plain_headers(email) -> None:
    sent = email.message()
    assert set(sent.keys()) == HEADERS
    assert len(sent.keys()) == len(HEADERS)
    assert email.recipients() == ["desk@example.org"]
    assert sent["To"] == "desk@example.org"
    raw_headers = sent.as_bytes().split(b"\n\n")[0]
    starts = [line for line in raw_headers.split(b"\n") if not line.startswith(b" ")]
    assert len(starts) == len(HEADERS)


@pytest.mark.parametrize("field", ["name", "subject", "text"])
@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.by_day(0, 1, 2, 3)
def test_line_breaks_add_no_header_and_no_recipient(send, field: str, injection: str) -> None:
    assert send(**{field: injection}).status_code == 302
    [email] = mail.outbox
    assert_plain_headers(email)
    if field != "text":
        assert len(getattr(only_message(), field).splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org\nBcc: victim@example.org",
        "ada@example.org\r\n\r\nbody",
        "ada@example.org, victim@example.org",
        "Ada <ada@example.org>",
        "ada@example.org,victim@example.org",
        "ada@example.org;victim@example.org",
        "ada@[",
    ],
)
@pytest.mark.by_day(0, 1)
def test_more_than_one_address_is_refused(send, address: str) -> None:
    response = send(email=address)
    assert response.status_code == 422
    assert "Please check your e-mail address" in response.content.decode()
    assert mail.outbox == []


def test_an_editors_prefix_with_a_line_break_adds_no_header(send, contact) -> None:
    contact.subject_prefix = "[Desk]\nBcc: victim@example.org"
    contact.save(clean=False)
    send()
    [email] = mail.outbox
    assert_plain_headers(email)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=200),
    email=st.one_of(st.emails(), st.text(max_size=60), st.just('"a b"@example.org'), st.just("ada@exämple.org")),
    subject=st.text(max_size=200),
    text=st.text(max_size=400),
)
def test_any_text_is_either_refused_or_mailed_with_plain_headers(send, settings, name, email, subject, text) -> None:
    settings.CONTACT_MESSAGES_PER_SENDER = 10_000
    ContactMessage.objects.all().delete()
    mail.outbox.clear()
    encoded = {
        key: value.encode("utf-8", "replace").decode()
        for key, value in {"name": name, "email": email, "subject": subject, "text": text}.items()
    }
    response = send(**encoded)
    assert response.status_code in {302, 422}
    if response.status_code == 302:
        assert only_message().mail_state == MailState.SENT
        [sent] = mail.outbox
        assert_plain_headers(sent)
    else:
        assert mail.outbox == []


@pytest.mark.parametrize("body", [b"name=%ED%A0%80&text=%00&email=%FF", b"%", b"&&==", b"name", b"\xff\xfe\x00"])
@pytest.mark.by_day(0, 1)
def test_broken_encodings_get_an_answer(contact, asgi_post, body: bytes) -> None:
    response = asgi_post(contact.url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", "x"])
def test_other_content_types_get_an_answer(contact, asgi_post, content_type: str) -> None:
    response = asgi_post(contact.url, b"{}", content_type=content_type)
    assert response.status_code in {400, 422}


@pytest.mark.nightly
def test_ten_megabytes_come_back_with_a_sentence(contact, asgi_post) -> None:
    response = asgi_post(contact.url, b"text=" + b"a" * 10_000_000, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    assert "nothing of it is lost" in response.content.decode()


def test_more_than_the_site_takes_gets_a_sentence(contact, asgi_post) -> None:
    body = b"text=" + b"a" * 17_000_000
    response = asgi_post(contact.url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "please shorten it, or send it in parts" in response.content.decode()


def test_twenty_thousand_fields_get_a_sentence(contact, asgi_post) -> None:
    body = b"&".join(b"a%d=1" % number for number in range(20_001))
    response = asgi_post(contact.url, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "Nothing was done with it" in response.content.decode()


@given(st.text())
def test_a_cleaned_line_is_one_line_and_stays_as_it_is(value: str) -> None:
    line = clean_line(value)
    assert len(line.splitlines()) <= 1
    assert line.isprintable() or not any(character in line for character in "\x00\r\n\t\ud800\uffff")
    assert clean_line(line) == line


@given(st.text())
def test_a_cleaned_text_stays_as_it_is(value: str) -> None:
    text = clean_text(value)
    assert not set(text) & set("\x00\r\x0b\x0c\x1b\x1f\x7f\x85\u2028\ud800\ufffe\uffff")
    assert clean_text(text) == text


def test_other_scripts_and_joined_emoji_stay() -> None:
    for text in ["שלום", "नमस्ते", "👩‍👩‍👧", "ﬁ", "a\tb", "日本語"]:
        assert clean_text(text) == text

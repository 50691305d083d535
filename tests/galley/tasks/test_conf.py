"""The settings for mail follow from one URL."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from galley.tasks.conf import mail_settings
from galley.tasks.mail import QueueingBackend


@pytest.mark.parametrize(
    ("url", "sends", "has_starttls", "has_tls"),
    [
        ("submission://user:password@mail.example.org:587", "smtp", True, False),
        ("smtp+tls://user:password@mail.example.org:587", "smtp", True, False),
        ("smtp://user:password@mail.example.org:465/?ssl=True", "smtp", False, True),
        ("smtp://localhost", "smtp", False, False),
        ("console:", "console", False, False),
        ("", "console", False, False),
    ],
)
def test_a_password_is_encrypted_as_the_url_says(url: str, sends: str, has_starttls: bool, has_tls: bool) -> None:
    settings = mail_settings(url)
    assert settings["EMAIL_BACKEND"] == f"{QueueingBackend.__module__}.{QueueingBackend.__name__}"
    assert settings["TASKS_EMAIL_BACKEND"] == f"django.core.mail.backends.{sends}.EmailBackend"
    assert (settings["EMAIL_USE_TLS"], settings["EMAIL_USE_SSL"]) == (has_starttls, has_tls)


def test_a_mail_server_that_says_nothing_has_a_limit() -> None:
    assert [mail_settings(f"smtp://localhost{end}")["EMAIL_TIMEOUT"] for end in ("", "/?timeout=3")] == [15, 3]


def test_another_kind_of_url_is_refused_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured, match="which isn't known") as refused:
        mail_settings("smtp+ssl://user:secret@mail.example.org")
    assert "smtp+ssl" in str(refused.value)
    assert "secret" not in str(refused.value)

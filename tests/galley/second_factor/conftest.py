"""People with an authenticator app."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from tests.factories import EditorFactory

PASSWORD = "correct horse battery staple"
SIGN_IN = "/admin/login/"
SECOND_STEP = "/admin/account/second-factor/authenticate/"


class Phone:
    """An authenticator app."""

    def __init__(self, user: Any) -> None:
        self.secret = generate_totp_secret()
        TOTP.activate(user, self.secret)
        self.recovery_codes = RecoveryCodes.activate(user).get_unused_codes()

    def code(self) -> str:
        # A code works once. The test doesn't wait for the next one.
        cache.clear()
        return code_for(self.secret)


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.fixture
def editor(db: None) -> Any:
    user = EditorFactory()
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def phone(editor: Any) -> Phone:
    return Phone(editor)


@pytest.fixture
def enter_password(client: Client, editor: Any) -> Callable[..., Any]:
    def enter_password(password: str = PASSWORD, **fields: str) -> Any:
        return client.post(SIGN_IN, {"username": editor.get_username(), "password": password, **fields})

    return enter_password


def is_signed_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def count_factors() -> int:
    return Authenticator.objects.count()

"""Who has a second factor isn't signed in without it, wherever the password was entered."""

import logging
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client

from tests.galley.second_factor.conftest import PASSWORD, SECOND_STEP, SIGN_IN, Phone, is_signed_in

WRONG = "000000"


def test_without_a_second_factor_the_password_is_enough(client: Client, enter_password) -> None:
    assert enter_password(next="/admin/reports/locked/").url == "/admin/reports/locked/"
    # As before, without a message that says so.
    assert b"signed in as" not in client.get("/admin/").content
    assert is_signed_in(client)


def test_with_one_the_code_comes_between(client: Client, enter_password, phone: Phone) -> None:
    assert enter_password(next="/admin/reports/locked/").url == SECOND_STEP
    assert not is_signed_in(client)
    page = client.get(SECOND_STEP)
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    wrong = client.post(SECOND_STEP, {"code": WRONG})
    assert (wrong.status_code, not is_signed_in(client)) == (200, True)
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == "/admin/reports/locked/"
    assert is_signed_in(client)


def test_the_sign_in_of_readers_asks_too(client: Client, editor: Any, phone: Phone) -> None:
    fields = {"username": editor.get_username(), "password": PASSWORD, "next": "/about/"}
    assert client.post("/_util/login/", fields).url == SECOND_STEP
    assert not is_signed_in(client)
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == "/about/"


def test_a_wrong_password_says_nothing_of_the_second_factor(enter_password, phone: Phone) -> None:
    response = enter_password("wrong")
    assert response.status_code == 200
    assert SECOND_STEP.encode() not in response.content


def test_nobody_enters_the_second_step_without_the_first(client: Client, phone: Phone) -> None:
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == SIGN_IN
    assert not is_signed_in(client)


def test_a_code_works_once(client: Client, enter_password, phone: Phone) -> None:
    code = phone.code()
    enter_password()
    client.post(SECOND_STEP, {"code": code})
    client.logout()
    enter_password()
    assert client.post(SECOND_STEP, {"code": code}).status_code == 200
    assert not is_signed_in(client)


def test_each_recovery_code_works_once(client: Client, enter_password, phone: Phone) -> None:
    first, second, *_ = phone.recovery_codes
    enter_password()
    client.post(SECOND_STEP, {"code": first})
    assert is_signed_in(client)
    client.logout()
    enter_password()
    assert client.post(SECOND_STEP, {"code": first}).status_code == 200
    assert client.post(SECOND_STEP, {"code": second}).status_code == 302


def test_codes_can_not_be_guessed(client: Client, enter_password, phone: Phone, settings: Any, caplog) -> None:
    enter_password()
    for _ in range(settings.PASSWORD_ATTEMPTS):
        assert b"Incorrect code" in client.post(SECOND_STEP, {"code": WRONG}).content
    refused = client.post(SECOND_STEP, {"code": phone.code()})
    assert b"no code is checked, right or wrong" in refused.content
    assert not is_signed_in(client)
    assert "second factor" in caplog.text
    # The password's own limit isn't touched, and doesn't lift this one.
    enter_password()
    assert b"no code is checked" in client.post(SECOND_STEP, {"code": phone.code()}).content


def test_right_codes_use_no_limit_up(client: Client, enter_password, phone: Phone, settings: Any) -> None:
    for code in phone.recovery_codes[: settings.PASSWORD_ATTEMPTS + 1]:
        enter_password()
        assert client.post(SECOND_STEP, {"code": code}).status_code == 302
        client.logout()


def test_one_can_go_back_from_the_second_step(client: Client, enter_password, phone: Phone) -> None:
    enter_password()
    assert client.post("/admin/login/leave/").url == SIGN_IN
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == SIGN_IN


def test_the_secret_can_not_be_read_in_the_database(phone: Phone, settings: Any) -> None:
    stored = str(Authenticator.objects.values_list("data", flat=True).get(type="totp"))
    assert phone.secret not in stored
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new one"
    assert Authenticator.objects.get(type="totp").wrap().validate_code(phone.code())


def test_sign_ins_are_in_the_log(client: Client, enter_password, editor: Any, caplog) -> None:
    with caplog.at_level(logging.INFO, "galley.sign_in"):
        enter_password()
    assert f"{editor.get_username()} has signed in from 127.0.0.1." in caplog.text


def test_other_sessions_are_listed_and_ended(client: Client, enter_password, editor: Any) -> None:
    laptop = Client(headers={"user-agent": "A laptop"})
    laptop.post(SIGN_IN, {"username": editor.get_username(), "password": PASSWORD})
    stranger = UserSession.objects.get()
    enter_password()
    page = client.get("/admin/account/sessions/")
    assert b"A laptop" in page.content
    assert client.post("/admin/account/sessions/").status_code == 302
    assert not is_signed_in(laptop)
    assert is_signed_in(client)
    assert not UserSession.objects.filter(pk=stranger.pk).exists()


def test_who_has_lost_everything_is_let_in_by_the_operator(
    client: Client, enter_password, editor: Any, phone: Phone, capsys
) -> None:
    call_command("remove_second_factor", editor.get_username())
    assert "signs in with the password alone" in capsys.readouterr().out
    enter_password()
    assert is_signed_in(client)
    call_command("remove_second_factor", editor.get_username())
    assert "has no second factor" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no account nobody"):
        call_command("remove_second_factor", "nobody")


@pytest.mark.parametrize("path", ["/admin/account/second-factor/", "/admin/account/sessions/"])
def test_visitors_are_led_to_the_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path).url == f"{SIGN_IN}?next={path}"


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    for name in ("signup", "password/change", "email"):
        assert client.get(f"/admin/account/{name}/").status_code in {302, 404}

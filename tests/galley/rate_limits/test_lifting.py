"""Administrators see who is locked, and let them in again."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import PageViewRestriction

from galley.rate_limits.locks import find_locks, lift_lock
from galley.rate_limits.models import AttemptCount, Limit, take_attempt
from tests.factories import EditorFactory, SmallSite

pytestmark = pytest.mark.django_db

WRONG = "wrong"
OF_MESSAGES = Limit("message", 1, 600, address="8.8.8.8")


@pytest.fixture(autouse=True)
def _ada(settings) -> None:
    settings.PASSWORD_ATTEMPTS = 1
    settings.TRUSTED_PROXY_COUNT = 1
    EditorFactory(username="Ada", first_name="Ada", last_name="L.")


def sign_in(name: str = "Ada", password: str = WRONG, ip: str = "8.8.8.8") -> int:
    fields = {"username": name, "password": password}
    return Client().post("/_util/login/", fields, headers={"X-Forwarded-For": ip}).status_code


def test_a_lock_is_lifted_in_the_admin(client_of) -> None:
    assert [sign_in(), sign_in()] == [200, 429]
    chief = client_of("Chief editors")
    assert 'value="ada"' in chief.get("/admin/locks/").content.decode()
    answer = chief.post("/admin/locks/", {"name": "ada"}, follow=True).content.decode()
    assert "may try again at once" in answer
    assert "No account is locked." in answer
    assert sign_in("Ada", "proof-reading") == 302


@pytest.mark.parametrize("name", ["Ada", " ada ", "8.8.8.8"])
def test_a_lock_is_lifted_by_name_or_address(name: str) -> None:
    sign_in()
    assert lift_lock(name)
    assert sign_in("Ada", "proof-reading") == 302


def test_what_is_not_locked_is_said_to_be_so(client_of) -> None:
    chief = client_of("Chief editors")
    assert (
        "Nothing is locked for “&lt;b&gt;”"
        in chief.post("/admin/locks/", {"name": "<b>"}, follow=True).content.decode()
    )
    assert "Nothing is locked" in chief.post("/admin/locks/", follow=True).content.decode()


@pytest.mark.parametrize("role", ["Authors", "Editors"])
def test_others_see_and_lift_nothing(client_of, role: str) -> None:
    sign_in()
    member = client_of(role)
    assert member.get("/admin/locks/").status_code == 302
    assert member.post("/admin/locks/", {"name": "ada"}).status_code == 302
    assert sign_in() == 429


def test_the_names_of_others_are_not_known(small_site: SmallSite) -> None:
    restriction = PageViewRestriction.objects.create(page=small_site.post, restriction_type="password", password="x")
    for _ in range(2):
        sign_in()
        sign_in("a password in the wrong field")
        Client().post(f"/_util/authenticate_with_password/{restriction.pk}/{small_site.post.pk}/", {"password": "y"})
    locks, others = find_locks()
    assert {(lock.name, str(lock.kind)) for lock in locks} == {
        ("ada", "signing in"),
        (f"page {restriction.pk}", "a shared password"),
    }
    assert others == 1


def test_the_command_lifts_locks_and_leaves_other_counts(capsys: pytest.CaptureFixture) -> None:
    take_attempt([OF_MESSAGES])
    sign_in()
    call_command("lift_lock", "ada")
    assert sign_in("Ada", "proof-reading") == 302
    sign_in()
    sign_in("Ada", ip="8.8.4.4")
    call_command("lift_lock", "--all")
    assert sign_in("Ada", "proof-reading") == 302
    assert AttemptCount.objects.filter(limit="message").exists()
    assert capsys.readouterr().out == "ada may try again.\nAll locks are lifted.\n"


def test_the_command_says_what_it_cannot_do() -> None:
    with pytest.raises(CommandError, match="Nothing is locked for grace"):
        call_command("lift_lock", "grace")
    with pytest.raises(CommandError, match="Name an account"):
        call_command("lift_lock")

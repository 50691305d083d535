"""Which account somebody signs in to, who is refused, and which groups they have."""

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from tests.factories import EditorFactory
from tests.galley.second_factor.conftest import SECOND_STEP, Phone, is_signed_in
from tests.galley.single_sign_on.conftest import NAME, read_refusal, user_id
from tests.galley.single_sign_on.provider import Provider

INDEX = "/admin/account/second-factor/"
ADDRESS = "ada@example.org"

User = get_user_model()


def groups_of(user: Any) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


@pytest.mark.parametrize("verified", [False, None, "no", 0])
def test_an_address_that_is_not_verified_is_nobodys(
    client: Client, editor, provider: Provider, sign_in, verified
) -> None:
    provider.wrong_claims = provider.userinfo = {"email_verified": verified}
    assert f"{NAME} doesn’t say that your e-mail address is verified" in read_refusal(client, sign_in())


def test_an_address_counts_however_it_is_written(client: Client, editor: Any, provider: Provider, sign_in) -> None:
    provider.person["email"] = editor.email.upper()
    sign_in()
    assert user_id(client) == str(editor.pk)


def test_letters_that_only_look_alike_are_others(client: Client, editor: Any, provider: Provider, sign_in) -> None:
    provider.person["email"] = editor.email.replace("i", "ı")
    read_refusal(client, sign_in())


@pytest.mark.django_db
def test_who_has_no_account_is_told_so(client: Client, provider: Provider, sign_in) -> None:
    provider.person["email"] = ADDRESS
    assert f"No account here has the e-mail address {ADDRESS}" in read_refusal(client, sign_in())
    assert not User.objects.filter(email=ADDRESS).exists()


def test_of_two_accounts_with_one_address_none_is_taken(client: Client, editor: Any, sign_in) -> None:
    EditorFactory(email=editor.email.title())
    assert "Several accounts here" in read_refusal(client, sign_in())


def test_a_deactivated_account_stays_closed(client: Client, editor: Any, sign_in, caplog) -> None:
    User.objects.update(is_active=False)
    assert f"The account of {editor.email} is deactivated" in read_refusal(client, sign_in())
    assert f"the account {editor.get_username()} is deactivated" in caplog.text


def test_new_accounts_are_made_in_a_group_if_a_setting_says_so(
    client: Client, db: None, provider: Provider, sign_in, settings: Any, caplog
) -> None:
    provider.person |= {"email": ADDRESS, "given_name": "Ada", "family_name": "Lovelace"}
    settings.OIDC_NEW_ACCOUNTS_GROUP = "Authors"
    with caplog.at_level(logging.INFO, "galley.sign_in"):
        sign_in()
    user = User.objects.get(email=ADDRESS)
    assert user_id(client) == str(user.pk)
    assert (user.get_full_name(), groups_of(user), user.is_superuser) == ("Ada Lovelace", {"Authors"}, False)
    assert not user.has_usable_password()
    assert f"The account {ADDRESS} was made, in the group Authors." in caplog.text
    assert is_signed_in(client)
    # The same one the next time, with what it has become.
    user.groups.set(Group.objects.filter(name="Editors"))
    sign_in()
    assert (User.objects.get(email=ADDRESS), groups_of(user)) == (user, {"Editors"})


def test_a_group_that_is_not_there_gives_nobody_an_account(
    client: Client, db: None, provider: Provider, sign_in, settings: Any, caplog
) -> None:
    provider.person["email"] = ADDRESS
    settings.OIDC_NEW_ACCOUNTS_GROUP = "Writers"
    assert "the site is set up wrongly" in read_refusal(client, sign_in())
    assert "'Writers'" in caplog.text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_nobody_takes_an_account_whose_name_is_their_address(
    client: Client, db: None, provider: Provider, sign_in, settings: Any
) -> None:
    EditorFactory(username=ADDRESS, email="chief@example.org")
    provider.person["email"] = ADDRESS
    settings.OIDC_NEW_ACCOUNTS_GROUP = "Authors"
    assert "No account here" in read_refusal(client, sign_in())


@pytest.mark.parametrize(
    ("claimed", "had", "has"),
    [
        (["desk", "everybody"], {"Authors", "Guild"}, {"Editors", "Guild"}),
        ("chiefs", set(), {"Chief editors"}),
        ([], {"Chief editors", "Guild"}, {"Guild"}),
        (None, {"Editors", "Authors"}, set()),
    ],
)
def test_the_provider_gives_and_takes_the_groups_that_are_named(
    client: Client, editor: Any, provider: Provider, sign_in, settings: Any, claimed: Any, had: set, has: set
) -> None:
    Group.objects.create(name="Guild")
    editor.groups.set(Group.objects.filter(name__in=had))
    settings.OIDC_GROUPS_CLAIM = "roles"
    settings.OIDC_GROUPS = {"writers": "Authors", "desk": "Editors", "chiefs": "Chief editors"}
    provider.person["roles"] = claimed
    sign_in()
    assert (user_id(client), groups_of(editor)) == (str(editor.pk), has)
    # Without the setting, groups are the site's own.
    settings.OIDC_GROUPS = {}
    editor.groups.set(Group.objects.filter(name__in=had))
    sign_in()
    assert groups_of(editor) == had


def test_the_second_factor_of_the_site_is_still_asked_for(client: Client, editor: Any, sign_in) -> None:
    phone = Phone(editor)
    assert sign_in(next="/admin/reports/locked/").url == SECOND_STEP
    assert user_id(client) is None
    assert client.post(SECOND_STEP, {"code": phone.code()}).url == "/admin/reports/locked/"
    assert user_id(client) == str(editor.pk)
    assert client.session.get_expire_at_browser_close()


def test_who_must_have_one_is_led_to_it_and_can_set_it_up_without_a_password(
    client: Client, editor: Any, sign_in, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = ["*"]
    editor.set_unusable_password()
    editor.save()
    assert sign_in().url == INDEX
    assert not is_signed_in(client)
    assert client.get(f"{INDEX}totp/activate/").status_code == 200


@pytest.mark.parametrize("has_one", [False, True])
def test_the_second_factor_of_the_provider_counts_if_a_setting_says_so(
    client: Client, editor: Any, sign_in, settings: Any, has_one: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED = ["*"]
    settings.OIDC_SECOND_FACTOR_COUNTS = True
    if has_one:
        Phone(editor)
    editor.groups.set(Group.objects.filter(name="Authors"))
    assert sign_in(next="/admin/").url == "/admin/"
    assert is_signed_in(client)
    # It doesn't count for passwords.
    client.logout()
    fields = {"username": editor.get_username(), "password": "proof-reading"}
    assert client.post("/admin/login/", fields).url == (SECOND_STEP if has_one else INDEX)

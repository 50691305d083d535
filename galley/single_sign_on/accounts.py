"""Which account a person at the provider has here, and its groups.

Accounts are found by the verified address each time, and nothing of the provider is stored: who has a mailbox could
also have a new password sent to it. To change who comes in, change the address of the account.
"""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger("galley.sign_in")

UNVERIFIED = _(
    "%(name)s doesn’t say that your e-mail address is verified, so nobody was signed in. Have it verified there, or "
    "sign in with your password."
)
NO_ACCOUNT = _("No account here has the e-mail address %(email)s. Your administrator can make one, or change yours.")
SEVERAL = _(
    "Several accounts here have the e-mail address %(email)s, so nobody was signed in. Your administrator can give "
    "each of them its own."
)
INACTIVE = _("The account of %(email)s is deactivated. Your administrator can activate it.")
NO_GROUP = _("No account was made for %(email)s: the site is set up wrongly. Please tell the people who run it.")
WRONG_ANSWER = _(
    "The answer of %(name)s isn’t valid, so nobody was signed in. Try again. If it happens again, please tell the "
    "people who run the site."
)


class Refused(Exception):
    """Somebody may not come in. `text` says it to them, and `cause` to the log."""

    def __init__(self, text: Promise, cause: str, email: str = "") -> None:
        super().__init__(cause)
        self.text = text
        self.email = email


def read_claims(login: SocialLogin) -> dict[str, Any]:
    """Return what the provider says of a person. Raises Refused if that isn't for this sign-in and of one person."""
    data = login.account.extra_data
    token, userinfo = data.get("id_token") or {}, data.get("userinfo") or {}
    if not constant_time_compare(str(token.get("nonce")), login.state["nonce"]):
        raise Refused(WRONG_ANSWER, "the ID token has another nonce")
    # OpenID Connect Core, 5.3.2.
    if userinfo and userinfo.get("sub") != token.get("sub"):
        raise Refused(WRONG_ANSWER, "the user information is about somebody else than the ID token")
    return {**token, **userinfo}


def find_account(login: SocialLogin) -> Any:
    """Return the active account with the verified address, made if new ones may be. Raises Refused."""
    email = next((address.email for address in login.email_addresses if address.verified), "")
    if not email:
        raise Refused(UNVERIFIED, "the e-mail address isn't verified")
    # Databases take other letters for the same, too.
    named = get_user_model().objects.filter(email__iexact=email)
    users = [user for user in named if user.email.lower() == email.lower()]
    if len(users) > 1:
        raise Refused(SEVERAL, f"{len(users)} accounts have the address {email}", email)
    user = users[0] if users else _make_account(login.user, email)
    if not user.is_active:
        raise Refused(INACTIVE, f"the account {user.get_username()} is deactivated", email)
    return user


def _make_account(person: Any, email: str) -> Any:
    if not (name := getattr(settings, "OIDC_NEW_ACCOUNTS_GROUP", "")):
        raise Refused(NO_ACCOUNT, f"no account has the address {email}", email)
    if not (group := Group.objects.filter(name=name).first()):
        raise Refused(NO_GROUP, f"there is no group {name!r}, which OIDC_NEW_ACCOUNTS_GROUP names", email)
    fields = {"email": email, "first_name": person.first_name, "last_name": person.last_name}
    # Of two sign-ins at once, one makes the account.
    user, is_new = get_user_model().objects.get_or_create(
        username=email.lower(), defaults={**fields, "password": make_password(None)}
    )
    if user.email.lower() != email.lower():
        raise Refused(NO_ACCOUNT, f"the account {email} has another address", email)
    if is_new:
        user.groups.add(group)
        logger.info("The account %s was made, in the group %s.", user.get_username(), name)
    return user


def set_groups(user: Any, claims: Mapping[str, Any]) -> None:
    """Give `user` the groups in `OIDC_GROUPS` that the claims name, and take the others in it away.

    Groups that `OIDC_GROUPS` doesn't have stay as they are.
    """
    groups: Mapping[str, str] = getattr(settings, "OIDC_GROUPS", {})
    claimed = claims.get(getattr(settings, "OIDC_GROUPS_CLAIM", "groups")) or []
    names = [claimed] if isinstance(claimed, str) else claimed
    wanted = {groups[name] for name in names if name in groups}
    others = user.groups.exclude(name__in=groups.values())
    if groups:
        user.groups.set([*others, *Group.objects.filter(name__in=wanted)])


def enter(login: SocialLogin) -> Any:
    """Return the account that a person signs in to, with the groups that the provider gives them. Raises Refused."""
    claims = read_claims(login)
    with transaction.atomic():
        user = find_account(login)
        set_groups(user, claims)
    return user

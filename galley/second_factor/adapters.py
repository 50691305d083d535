"""What allauth asks a site about."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.utils import get_admin_base_url

from galley.rate_limits.client_ip import get_client_ip
from galley.second_factor.required import FACTORS, is_missing, is_required, keep_out


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made in the admin. A sign-in is complete only with what is required of the user."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody makes an account."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return what follows the password: the second factor, if there is one."""
        return [] if _has_been_asked(self.request) else ["allauth.mfa.stages.AuthenticateStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address, for the list of sessions."""
        return get_client_ip(request) or "0.0.0.0"  # noqa: S104 (no address is known)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in; without the second factor that is required, only to set it up."""
        if _has_been_asked(request) or not is_missing(user):
            super().login(request, user)
            return
        keep_out(user)
        super().login(request, user)
        # The password, which is asked for before such changes, was entered just now.
        reauthenticate_by_password(request)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> Any:
        """Return the redirect to where the user wanted to go, or to what is missing."""
        if is_missing(user) and not _has_been_asked(request):
            kwargs["redirect_url"] = reverse("mfa_index")
        return super().post_login(request, user, **kwargs)

    def is_reauthentication_required(self, **kwargs: Any) -> bool:
        """Return whether to ask again before a change. Who has neither password nor factor couldn't answer."""
        can_answer = bool(self.get_reauthentication_methods(self.request.user))
        return can_answer and super().is_reauthentication_required(**kwargs)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Return whether the password is right. Wrong ones are limited, as at the sign-in."""
        is_right = super().reauthenticate(user, password)
        if is_right and (attempt := getattr(self.request, "password_attempt", None)):
            attempt.succeed()
        return is_right


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted, so that who reads a copy of the database can't make codes."""

    def encrypt(self, text: str) -> str:
        """Return `text`, encrypted with a key that follows from `SECRET_KEY`."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises InvalidToken if neither `SECRET_KEY` nor a former one has encrypted it."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last factor of who must have one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return authenticator.type not in FACTORS or others.exists() or not is_required(authenticator.user)

    def get_totp_issuer(self) -> str:
        """Return what authenticator apps call the site."""
        return (get_admin_base_url() or "").partition("://")[2] or settings.WAGTAIL_SITE_NAME


def _has_been_asked(request: HttpRequest) -> bool:
    """Return whether a provider has asked for a second factor, and `galley.single_sign_on` says that this counts."""
    return getattr(request, "second_factor_counts", False)


def _cipher() -> MultiFernet:
    return make_cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def make_cipher(*secrets: str) -> MultiFernet:
    """Return what encrypts with the first of `secrets`, and decrypts with any."""
    digests = (hashlib.sha256(b"galley.second_factor" + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

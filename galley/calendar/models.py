"""The secret address of a user's calendar feed."""

import secrets
from typing import Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.urls import reverse

_signer = Signer(salt="galley.calendar.feed", sep=".")


def make_nonce() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(16)


class FeedAddress(models.Model):
    """The address of a user's feed. It is signed, so a copy of the database doesn't open the feed."""

    wagtail_reference_index_ignore = True

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    nonce = models.CharField(max_length=22, default=make_nonce)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"of user {self.user_id}"

    @property
    def path(self) -> str:
        """The path of the feed."""
        return reverse("calendar_feed", args=[_signer.sign(f"{self.pk}.{self.nonce}")])

    @classmethod
    def find(cls, token: str) -> Self | None:
        """Return the address with this token and its user; None if it never was, or there is a newer one."""
        try:
            user_id, nonce = _signer.unsign(token).split(".")
        except BadSignature:
            return None
        return cls.objects.select_related("user").filter(pk=user_id, nonce=nonce).first()

"""The signed stamp of each form: when somebody began to fill it in, and which of all forms it is."""

import secrets
from enum import Enum

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

# Nobody reads and fills in the form faster; programs do.
SHORTEST_AGE = 2
LONGEST_AGE = 24 * 60 * 60

_signer = TimestampSigner(salt="forms.contact")


class TokenState(Enum):
    """What a token says about the form that came back with it."""

    GOOD = "good"
    MISSING = "none was asked for: without JavaScript, the page has none"
    TOO_FAST = "too fast"
    TOO_OLD = "too old, or none of ours"


def issue_token() -> str:
    """Return a new token for one form."""
    return _signer.sign(secrets.token_urlsafe(12))


def check_token(token: str) -> TokenState:
    """Return what `token` says about its form's age in seconds; anything may be in it."""
    if not token:
        return TokenState.MISSING
    try:
        _signer.unsign(token, max_age=LONGEST_AGE)
    except BadSignature:
        return TokenState.TOO_OLD
    try:
        _signer.unsign(token, max_age=SHORTEST_AGE)
    except SignatureExpired:
        return TokenState.GOOD
    return TokenState.TOO_FAST

"""Leaves tokens that open something by themselves out of reports and traces; `galley.preview.sharing`, out of logs."""

import re

# Of shared drafts and calendars, and of links that reset a password. The preview, a package of its own, has its copy.
TOKEN = re.compile(r"(/shared/|/password_reset/confirm/[^/]+/)[\w.%~:-]+")


def redact(text: str) -> str:
    """Return `text` with a sign of omission in the place of each token."""
    return TOKEN.sub(r"\1…", text)

"""Links that share the draft of one page: made, opened, stopped, and redacted in logs.

A token is random and signed. What wasn't signed here never reaches the database, and a copy of the database opens
nothing, because it holds only hashes of tokens. A link ends when its maker may not edit the page any more, when the
page is unpublished, and when it moves to another parent.
"""

import hashlib
import logging
import re
import secrets
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import page_unpublished, post_page_move

from galley.preview.drafts.sources import AccessDenied
from galley.preview.models import ShareLink

SALT = "preview.sharing"
SEEN_AT_MOST_EVERY = timedelta(minutes=1)
# So long the list of shared drafts tells that a link has ended.
KEEP_ENDED = timedelta(days=30)


class LinkEnded(AccessDenied):
    """The link never was, is stopped or expired, or its maker may not edit the page any more."""


def may_share(user: Any, page: Page) -> bool:
    """Whether `user` may share the draft of `page` now: users who may edit the page may, even while it is locked."""
    return bool(
        user.is_active and user.has_perm("wagtailadmin.access_admin") and page.permissions_for_user(user).can_edit()
    )


def make_link(page: Page, user: Any, lifetime: timedelta, label: str = "") -> tuple[ShareLink, str]:
    """Return a new link to the draft of `page`, and its token, which can't be had again."""
    ShareLink.objects.filter(expires_at__lt=timezone.now() - KEEP_ENDED).delete()
    token = _signer().sign(secrets.token_urlsafe(16))
    link = ShareLink.objects.create(
        page=page, made_by=user, label=label, token_hash=_hash(token), expires_at=timezone.now() + lifetime
    )
    return link, token


def open_link(token: str) -> ShareLink:
    """Return the link that `token` opens, with its page and its maker. Raises `LinkEnded`."""
    try:
        _signer().unsign(token)
    except (BadSignature, UnicodeError) as error:
        raise LinkEnded from error
    link = ShareLink.objects.working().select_related("page", "made_by").filter(token_hash=_hash(token)).first()
    if link is None or not may_share(link.made_by, link.page):
        raise LinkEnded
    return link


def watch_link(token: str) -> ShareLink:
    """Return the link that `token` opens, noted as watched: at most once a minute, however many watch.

    Raises `LinkEnded`.
    """
    link = open_link(token)
    now = timezone.now()
    if link.last_seen_at is None or link.last_seen_at < now - SEEN_AT_MOST_EVERY:
        ShareLink.objects.filter(pk=link.pk).update(last_seen_at=now)
    return link


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@receiver(page_unpublished, dispatch_uid="preview.stop_links_to_unpublished_page")
def stop_links_to_unpublished_page(instance: Page, **kwargs: Any) -> None:
    """Stop the links to the page that was unpublished."""
    ShareLink.objects.filter(page=instance.pk).stop()


@receiver(post_page_move, dispatch_uid="preview.stop_links_to_moved_pages")
def stop_links_to_moved_pages(instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any) -> None:
    """Stop the links to the page that was moved and to those below it; a new place among its siblings is no move."""
    if parent_page_before.pk != parent_page_after.pk:
        pages = Page.objects.descendant_of(instance, inclusive=True)
        ShareLink.objects.filter(page__in=pages).stop()


# Where Django and uvicorn write down addresses.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "uvicorn.access", "uvicorn.error")
# Of shared drafts and calendars, and of links that reset a password; the same as `galley.monitoring.redaction` has.
SECRET = re.compile(r"(/shared/|/password_reset/confirm/[^/]+/)[\w.%~:-]+")


def redact_logs() -> None:
    """Leave tokens that open something by themselves out of what is logged about requests and sockets."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(redact)


def redact(record: logging.LogRecord) -> bool:
    """Put a sign of omission in the place of each token in `record`. Return True: every record is logged."""
    record.msg = _redacted(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(_redacted(value) for value in record.args)
    return True


def _redacted(value: Any) -> Any:
    return SECRET.sub(r"\1…", value) if isinstance(value, str) else value

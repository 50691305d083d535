"""The e-mail about a guest's note on a draft, for authors who haven't the page open."""

import datetime
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.admin.mail import send_mail
from wagtail.admin.models import EditingSession
from wagtail.admin.utils import get_admin_base_url
from wagtail.models import Comment, get_default_page_content_type

# The page editor reports itself every ten seconds, in a background tab every minute at most.
OPEN = datetime.timedelta(seconds=90)
ONE_MAIL_IN = 15 * 60  # seconds


def request_mail(comment: Comment, **kwargs: Any) -> None:
    """Queue the e-mail about `comment`: a receiver of `galley.preview.notes.guest_note_left`."""
    transaction.on_commit(partial(mail_note.enqueue, comment.pk))


@task()
def mail_note(comment_id: int) -> None:
    """Mail the note to who made the link and to the page's owner, unless they have the page open or had such a mail."""
    comment = Comment.objects.select_related("page__owner", "user").filter(pk=comment_id, resolved_at=None).first()
    if comment is None:
        return
    page = comment.page
    sessions = EditingSession.objects.filter(content_type=get_default_page_content_type(), object_id=page.pk)
    present = set(sessions.filter(last_seen_at__gt=timezone.now() - OPEN).values_list("user_id", flat=True))
    authors = {user for user in (comment.user, page.owner) if user and user.email and user.pk not in present}
    for author in authors:
        # None is the answer while the cache is away: then each note is mailed.
        if cache.add(f"galley.desk.note_mail.{page.pk}.{author.pk}", 1, ONE_MAIL_IN) is False:
            continue
        text = _(
            "%(note)s\n\nAnswer or resolve it beside the text:\n%(url)s\n\n"
            "Other notes on this page in the next 15 minutes come without an e-mail. All are on your dashboard.\n"
        )
        url = f"{get_admin_base_url()}{reverse('wagtailadmin_pages:edit', args=[page.pk])}?comment={comment.pk}"
        subject = _("A note on “%s”") % page.get_admin_display_title()
        send_mail(subject, text % {"note": comment.text, "url": url}, [author.email])

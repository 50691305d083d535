"""The e-mail about a guest's note on a draft, for authors who haven't the page open."""

import datetime
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.admin.models import EditingSession
from wagtail.admin.utils import get_admin_base_url
from wagtail.models import Comment, get_default_page_content_type

from galley.tasks.mail import queue_mail
from galley.tasks.queue import enqueue_with_commit

# The page editor reports itself every ten seconds, in a background tab every minute at most.
OPEN = datetime.timedelta(seconds=90)
ONE_MAIL_IN = 15 * 60  # seconds


def request_mail(comment: Comment, **kwargs: Any) -> None:
    """Queue the e-mail about `comment`: a receiver of `galley.preview.notes.guest_note_left`."""
    enqueue_with_commit(mail_note, comment.pk)


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
        # None is the answer while the cache is away: then each note is mailed. A worker may have ended in this task.
        key = f"galley.desk.note_mail.{page.pk}.{author.pk}"
        if cache.add(key, comment.pk, ONE_MAIL_IN) is False and cache.get(key) != comment.pk:
            continue
        text = _(
            "%(note)s\n\nAnswer or resolve it beside the text:\n%(url)s\n\n"
            "Other notes on this page in the next 15 minutes come without an e-mail. All are on your dashboard.\n"
        )
        url = f"{get_admin_base_url()}{reverse('wagtailadmin_pages:edit', args=[page.pk])}?comment={comment.pk}"
        subject = _("A note on “%s”") % page.get_admin_display_title()
        queue_mail(f"note:{comment.pk}", subject, text % {"note": comment.text, "url": url}, [author.email])

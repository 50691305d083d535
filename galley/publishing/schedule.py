"""Publishes and unpublishes what is due, each in a transaction of its own.

Replaces the loop of `wagtail.management.commands.publish_scheduled`, which has no transaction: an error in the middle
leaves a revision without its schedule, and ends the loop.
"""

import datetime
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_admin_base_url
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import DraftStateMixin, Page, Revision

from galley.site_settings.active_zone import read_site_zone
from galley.tasks.mail import queue_mail

logger = logging.getLogger(__name__)

FAILED = "publishing.failed"
# The worker runs every minute. What is later than this has failed, or no worker runs.
OVERDUE = datetime.timedelta(minutes=3)


def run_schedule() -> None:
    """Unpublish what has expired, then publish what is due. Blocks. An error in one of them doesn't stop the others.

    Mails about errors name times of the site's time zone.
    """
    with timezone.override(read_site_zone()):
        _run_schedule(timezone.now())


def _run_schedule(now: datetime.datetime) -> None:
    others = (model for model in apps.get_models() if not issubclass(model, Page))
    for model in (Page, *(model for model in others if issubclass(model, DraftStateMixin))):
        for item in list(model._default_manager.filter(live=True, expire_at__lt=now).order_by("expire_at")):
            _attempt(partial(_unpublish, item, now), item)
    for revision in list(Revision.objects.filter(approved_go_live_at__lt=now).order_by("approved_go_live_at")):
        _attempt(partial(_publish, revision, now), revision)


def _publish(revision: Revision, now: datetime.datetime) -> None:
    # The schedule may have been cancelled since it was read, or another worker may publish the revision just now.
    due = Revision.objects.select_for_update().filter(pk=revision.pk, approved_go_live_at__lt=now).first()
    if due:
        due.publish(log_action="wagtail.publish.scheduled")


def _unpublish(item: Any, now: datetime.datetime) -> None:
    due = type(item)._default_manager.select_for_update(of=("self",)).filter(pk=item.pk, live=True, expire_at__lt=now)
    if found := due.first():
        found.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def _attempt(action: Callable[[], None], due: Any) -> None:
    """Run `action` in a transaction. `due` is the revision to be published, or what is to be unpublished."""
    try:
        with transaction.atomic():
            action()
    except Exception as error:  # signal handlers of a site raise errors of any kind
        logger.exception("“%s” couldn't be published or unpublished at its time", due)
        try:
            revision = due if isinstance(due, Revision) else None
            _report_once(revision.content_object if revision else due, revision, _explain(error))
        except Exception:
            logger.exception("The failure couldn't be reported")


def _explain(error: Exception) -> str:
    """Return the reason as a sentence for the author."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return f"{type(error).__name__}: {error}"


@transaction.atomic
def _report_once(item: Any, revision: Revision | None, reason: str) -> None:
    """Write `reason` into the history of `item` and mail it to the author, unless that was the last time's reason."""
    last = _last_failure(item)
    key = {"reason": reason, "revision": revision.pk if revision else None}
    if last and _without_numbers(last.data) == _without_numbers(key):
        return
    log(instance=item, action=FAILED, revision=revision, data=key)
    if revision and revision.user and revision.user.email:
        queue_mail(
            f"publishing:{revision.pk}:{timezone.now().isoformat()}",
            _("“%(title)s” could not be published") % {"title": item},
            _(
                "“%(title)s” was to be published at %(time)s, and that has failed:\n\n%(reason)s\n\n"
                "Nothing is lost. It is tried again every minute. To change the text, cancel the schedule first:\n"
                "%(url)s\n"
            )
            % {
                "title": item,
                "time": timezone.localtime(revision.approved_go_live_at).strftime("%Y-%m-%d %H:%M %Z"),
                "reason": reason,
                "url": _edit_url(item),
            },
            [revision.user.email],
        )


def _without_numbers(data: dict[str, Any]) -> tuple[Any, str]:
    """Return `data` for a comparison: some errors name an address in memory or a time, which differ each time."""
    return data["revision"], re.sub(r"0x[0-9a-f]+|\d+", "", data["reason"])


def _last_failure(item: models.Model) -> Any:
    """Return the last failure in the history of `item` since it was published or scheduled, or None."""
    last = log_registry.get_logs_for_instance(item).order_by("-timestamp").first()
    return last if last and last.action == FAILED else None


def _edit_url(item: models.Model) -> str:
    if not isinstance(item, Page):
        return f"{get_admin_base_url()}{reverse('wagtailadmin_home')}"
    return f"{get_admin_base_url()}{reverse('wagtailadmin_pages:edit', args=[item.pk])}"


@dataclass(frozen=True)
class Overdue:
    """A page that should be public, or should be public no longer, since `due`. `reason` is empty if none is known."""

    page: Page
    due: datetime.datetime
    reason: str


def find_overdue(user: AbstractBaseUser) -> Iterator[Overdue]:
    """Yield the overdue pages that `user` may edit."""
    late = timezone.now() - OVERDUE
    revisions = Revision.page_revisions.filter(approved_go_live_at__lt=late).order_by("approved_go_live_at")
    due = {int(revision.object_id): revision.approved_go_live_at for revision in revisions}
    due |= dict(Page.objects.filter(live=True, expire_at__lt=late).values_list("pk", "expire_at"))
    for page in Page.objects.filter(pk__in=due).specific(defer=True):
        if page.permissions_for_user(user).can_edit():
            failure = _last_failure(page)
            yield Overdue(page, due[page.pk], failure.data["reason"] if failure else "")

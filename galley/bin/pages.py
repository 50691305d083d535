"""Moves pages into the bin, and back.

A page in the bin is moved below a root of its own, with all that is below it: outside of every site, so that its slug
is free, and out of reach of every permission. Its revisions, comments, redirects and restrictions stay as they are.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.log_actions import log
from wagtail.models import Page, Revision, Site, TaskState, WorkflowState
from wagtail.search import index
from wagtail.signals import page_published, page_unpublished

from galley.bin.models import FIRST_ROOT, BinItem


class RootOfSite(Exception):
    """The page, or one below it, is the first page of a site. Its text is for the editor."""


class PlaceGone(Exception):
    """There is no page any more that it was below."""


class Restored(NamedTuple):
    """A restored object. `notes` are sentences about what isn't as it was."""

    instance: Any
    notes: list[str]


def find_obstacle(page: Page) -> str:
    """Return why the page can't be deleted, as a sentence; empty if it can. Without it, a site would have no pages."""
    site = Site.objects.filter(root_page__path__startswith=page.path).first()
    text = _(
        "“%(title)s” can’t be deleted: the site %(site)s begins there. An administrator can choose another first page "
        "under “Settings”, “Sites”."
    )
    return text % {"title": page.get_admin_display_title(), "site": site.hostname} if site else ""


@transaction.atomic
def move_page_to_bin(page: Page, user: Any = None) -> BinItem:
    """Move `page` and all below it into the bin. Raises RootOfSite. Blocks."""
    _lock_roots()
    page = Page.objects.get(pk=page.pk).specific
    if obstacle := find_obstacle(page):
        raise RootOfSite(obstacle)
    parent, follower = page.get_parent(), page.get_next_sibling()
    pages = page.get_descendants(inclusive=True)
    live = list(pages.live().values_list("pk", flat=True))
    item = BinItem.objects.create(
        content_type=ContentType.objects.get_for_model(page),
        object_id=page.pk,
        page_id=page.pk,
        title=page.get_admin_display_title()[:255],
        place="" if parent.is_root() else parent.get_admin_display_title()[:255],
        user=user,
        data={
            "ancestors": list(page.get_ancestors().values_list("pk", flat=True)),
            "follower": follower.pk if follower else None,
            "url": page.get_url() or "",
            "live": live,
            "scheduled": _unschedule(pages),
            "workflows": _suspend_workflows(pages),
        },
    )
    withdrawn = list(Page.objects.filter(pk__in=live).specific())
    Page.objects.filter(pk__in=live).update(live=False)
    for one in withdrawn:
        one.live = False
        page_unpublished.send(sender=type(one), instance=one)
    root = Page.add_root(instance=Page(title=_("Bin"), slug=f"bin-{item.pk}", live=False))
    # A page called “home” would otherwise have the path of the site's first page.
    Page.objects.filter(pk=root.pk).update(url_path=f"/:bin-{item.pk}:/")
    root.refresh_from_db()
    MovePageAction(page, root, pos="last-child", user=user).execute(skip_permission_checks=True)
    _index(page.pk)
    return item


def _lock_roots() -> None:
    """Let others wait who move something into the bin or out of it: each needs a new root, or a free slug."""
    Page.objects.select_for_update().get(path=FIRST_ROOT)


def _index(pk: int) -> None:
    for one in Page.objects.get(pk=pk).get_descendants(inclusive=True).specific().iterator(chunk_size=100):
        index.insert_or_update_object(one)


def _revisions(pages: Any) -> Any:
    return Revision.page_revisions.filter(object_id__in=[str(pk) for pk in pages.values_list("pk", flat=True)])


def _unschedule(pages: Any) -> dict[str, str]:
    """Take back what is to be published. Return the times by the id of the revision."""
    revisions = _revisions(pages).filter(approved_go_live_at__isnull=False)
    times = {str(pk): at.isoformat() for pk, at in revisions.values_list("pk", "approved_go_live_at")}
    revisions.update(approved_go_live_at=None)
    return times


def _suspend_workflows(pages: Any) -> dict[str, dict[str, str]]:
    """Let nobody wait for what is in a workflow. Return the former states by the id of the row."""
    ids = [str(pk) for pk in pages.values_list("pk", flat=True)]
    content_type = ContentType.objects.get_for_model(Page)
    open_states = [WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES]
    states = WorkflowState.objects.filter(base_content_type=content_type, object_id__in=ids, status__in=open_states)
    tasks = TaskState.objects.filter(workflow_state__in=states, status=TaskState.STATUS_IN_PROGRESS)
    found = {
        "states": {str(pk): status for pk, status in states.values_list("pk", "status")},
        "tasks": {str(pk): status for pk, status in tasks.values_list("pk", "status")},
    }
    TaskState.objects.filter(pk__in=found["tasks"]).update(status=TaskState.STATUS_CANCELLED)
    WorkflowState.objects.filter(pk__in=found["states"]).update(status=WorkflowState.STATUS_CANCELLED)
    return found


@transaction.atomic
def restore_page(item: BinItem, user: Any = None, parent: Page | None = None) -> Restored:
    """Move the page back to where it was, as public as it was; or below `parent`, as a draft. Raises PlaceGone. Blocks.

    Elsewhere it comes back as a draft: other visitors may be allowed to read there.
    """
    _lock_roots()
    item = BinItem.objects.select_for_update().get(pk=item.pk)
    page: Any = Page.objects.get(pk=item.object_id)
    former = item.parent
    target = parent or former
    if target is None:
        raise PlaceGone
    holder, notes = page.get_parent(), []
    if slug := _find_other_slug(page, target):
        _rename(page, slug)
        notes.append(_("Another page has its former address. It has a new one, which ends in “%s”.") % slug)
    siblings = target.get_children()
    follower = siblings.filter(pk=item.data["follower"]).first()
    where, position = (follower, "left") if follower else (target, "last-child")
    MovePageAction(page, where, pos=position, user=user).execute(skip_permission_checks=True)
    page = Page.objects.get(pk=page.pk).specific
    for kind, model in (("states", WorkflowState), ("tasks", TaskState)):
        for pk, status in item.data["workflows"][kind].items():
            model.objects.filter(pk=pk).update(status=status)
    if target == former:
        notes += _publish(item, page, user)
    elif item.data["live"] or item.data["scheduled"]:
        notes.append(_("It is a draft now: publish it when its new place is right."))
    log(instance=page, action="bin.restore", user=user)
    item.delete()
    Page.objects.filter(pk=holder.pk).delete()
    _index(page.pk)
    return Restored(Page.objects.get(pk=page.pk).specific, notes)


def _find_other_slug(page: Page, parent: Page) -> str:
    """Return a free slug if another page below `parent` has that of `page`, else an empty text."""
    taken = set(parent.get_children().exclude(pk=page.pk).values_list("slug", flat=True))
    if page.slug not in taken:
        return ""
    number = 2
    while f"{page.slug[:240]}-{number}" in taken:
        number += 1
    return f"{page.slug[:240]}-{number}"


def _rename(page: Page, slug: str) -> None:
    """Give the page and its draft another slug, as long as it has no public address."""
    for revision in _revisions(Page.objects.filter(pk=page.pk)).filter(content__slug=page.slug):
        revision.content["slug"] = slug
        Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    Page.objects.filter(pk=page.pk).update(slug=slug)
    page.slug = slug


def _publish(item: BinItem, page: Page, user: Any) -> list[str]:
    """Make public again what was public and hasn't expired, and schedule what is still to come. Return notes."""
    now, notes = timezone.now(), []
    pages = page.get_descendants(inclusive=True).filter(pk__in=item.data["live"])
    public = pages.filter(Q(expire_at=None) | Q(expire_at__gt=now))
    pks = list(public.values_list("pk", flat=True))
    Page.objects.filter(pk__in=pks).update(live=True)
    for one in Page.objects.filter(pk__in=pks).select_related("live_revision").specific():
        page_published.send(sender=type(one), instance=one, revision=one.live_revision)
    times = {pk: datetime.fromisoformat(at) for pk, at in item.data["scheduled"].items()}
    for pk, at in times.items():
        if at > now:
            Revision.objects.filter(pk=pk).update(approved_go_live_at=at)
    if len(pks) < len(item.data["live"]):
        notes.append(_("What was to be public until a time that has passed is a draft now."))
    if any(at <= now for at in times.values()):
        notes.append(_("What was to be published meanwhile is a draft now: publish it, or choose another time."))
    return notes


@transaction.atomic
def delete_page_for_good(item: BinItem, user: Any = None) -> None:
    """Delete the page and all below it. Raises ProtectedError if something else can't do without it. Blocks.

    It has to be called in a transaction.
    """
    page = Page.objects.get(pk=item.object_id)
    # Until the end, no other process stores a row that refers to them, by which the deletion would fail.
    list(page.get_descendants(inclusive=True).select_for_update().values_list("pk"))
    holder = page.get_parent()
    DeletePageAction(page, user=user).execute(skip_permission_checks=True)
    Page.objects.filter(pk=holder.pk).delete()


def move_pages_to_bin(pages: Iterable[Page], user: Any = None) -> tuple[list[BinItem], int]:
    """Move all of `pages` into the bin, or none. Return the items, and how many pages were below them.

    Raises RootOfSite. A page below another one of them goes with that.
    """
    items, below = [], 0
    with transaction.atomic():
        done: list[str] = []
        for page in sorted(pages, key=lambda one: one.path):
            if not any(page.path.startswith(path) for path in done):
                done.append(page.path)
                below += page.get_descendant_count()
                items.append(move_page_to_bin(page, user))
    return items, below

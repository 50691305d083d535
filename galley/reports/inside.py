"""Checks the links to this site itself: at once when a page is published, withdrawn, moved or deleted."""

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django_tasks import task
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex
from wagtail.signals import page_published, page_unpublished, post_page_move

from galley.preview.broken_links import find_target, look_up
from galley.reports.models import Address, Link, MissingAddress, Problem
from galley.reports.reading import Found, hash_url, read_page
from galley.tasks.queue import enqueue_with_commit

BATCH = 500
# What is chosen by number, by the names that Markdown has for it.
KINDS = {"page": lambda: Page, "doc": get_document_model, "image": get_image_model}


def check_inside(addresses: QuerySet[Address]) -> None:
    """Store which of `addresses` on this site lead nowhere now. Blocks."""
    rows = list(addresses.filter(is_outside=False))
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        targets = {row.pk: target for row in batch if (target := find_target(row.url, row.url))}
        failures = dict(look_up(set(targets.values())))
        for row in batch:
            if target := targets.get(row.pk):
                problem = Problem(failure.value) if (failure := failures[target]) else ""
                if row.problem != problem or row.checked_at is None:
                    row.set_problem(problem)


def find_dangling_references(references: QuerySet[ReferenceIndex]) -> Iterator[tuple[int, Found]]:
    """Yield the page and the place of each reference in a text whose target isn't there for visitors.

    Where a page isn't published, rich text has a link that leads nowhere; Markdown, and choosers, show none.
    """
    in_texts = references.filter(
        base_content_type=ContentType.objects.get_for_model(Page), content_path__contains="."
    ).exclude(content_path__startswith="comments.")
    for kind, get_model in KINDS.items():
        model: Any = get_model()
        there = model.objects.live() if model is Page else model.objects.all()
        keys = there.annotate(key=Cast("pk", CharField())).values("key")
        dangling = in_texts.filter(to_content_type=ContentType.objects.get_for_model(model))
        rows = dangling.exclude(to_object_id__in=keys).values_list("object_id", "content_path", "to_object_id")
        for page_id, content_path, number in rows.distinct():
            yield int(page_id), Found(content_path.rstrip(".")[:255], f"{kind}:{number}", "")


def store_dangling_references(page: Page | None = None) -> None:
    """Store them as broken links: those of `page`, else those of all pages, which are then read again."""
    references, links = ReferenceIndex.objects.all(), Link.objects.exclude(address__url__contains="://")
    if page:
        references, links = references.filter(object_id=str(page.pk)), links.filter(page=page)
    wanted = defaultdict(set)
    for page_id, found in find_dangling_references(references):
        wanted[page_id].add(found)
    stored = defaultdict(set)
    for link in links.select_related("address"):
        stored[link.page_id].add(Found(link.content_path, link.address.url, ""))
    for source in Page.objects.live().filter(pk__in=wanted.keys() | stored.keys()):
        if wanted[source.pk] != stored[source.pk]:
            if page is None:
                read_page(source)  # its text no longer shows what was deleted
            _add_references(source, wanted[source.pk])


def _add_references(page: Page, wanted: set[Found]) -> None:
    with transaction.atomic():
        links = Link.objects.filter(page=page)
        links.exclude(address__url__contains="://").delete()
        shown = set(links.values_list("address__url", flat=True))
        for found in wanted:
            kind, _colon, number = found.url.partition(":")
            there = Page.objects.filter(pk=number).first() if kind == "page" else None
            if there is None or there.get_full_url() not in shown:
                key = {"url_hash": hash_url(found.url)}
                address, _ = Address.objects.get_or_create(**key, defaults={"url": found.url, "is_outside": False})
                address.set_problem(Problem.UNPUBLISHED if there else Problem.MISSING)
                Link.objects.create(page=page, content_path=found.content_path, address=address)


@task()
def read_published_page(page_id: int) -> None:
    """Read the page, and check its links, and those that its publication may have mended."""
    page = Page.objects.live().filter(pk=page_id).first()
    if page is None:
        return
    read_page(page)
    store_dangling_references(page)
    check_inside(Address.objects.filter(links__page=page).distinct())
    check_inside(Address.objects.exclude(problem=""))
    if parts := page.get_url_parts():
        MissingAddress.objects.filter(site=parts[0], path=Redirect.normalise_path(parts[2])).delete()


@task()
def read_pages_again(page_ids: list[int]) -> None:
    """Read the published pages with these ids, whose texts name something that was deleted."""
    for page in Page.objects.live().filter(pk__in=page_ids):
        ReferenceIndex.create_or_update_for_object(page.specific)
        read_page(page)
        store_dangling_references(page)
        check_inside(Address.objects.filter(links__page=page).distinct())


@task()
def check_all_inside(requested_at: float) -> None:
    """Check the links to this site on all pages, unless a check that began after the time `requested_at` has ended."""
    begun, now = "reports.check_all_inside", time.time()
    if cache.get(begun, 0.0) > requested_at:
        return
    store_dangling_references()
    check_inside(Address.objects.all())
    cache.set(begun, now)  # at the end: a worker may be killed before


def request_check(**event: Any) -> None:
    """Queue a check of all links to this site."""
    enqueue_with_commit(check_all_inside, time.time())


@receiver(page_published, dispatch_uid="reports.read_published_page")
def request_reading(instance: Page, **event: Any) -> None:
    """Queue the reading of the page."""
    enqueue_with_commit(read_published_page, instance.pk)


def request_reading_of_menus(instance: Any, **event: Any) -> None:
    """Read the menus of a site after its settings are saved: a receiver of `post_save`."""
    request_reading(instance.site.root_page)


page_unpublished.connect(request_check, dispatch_uid="reports.page_unpublished")
post_page_move.connect(request_check, dispatch_uid="reports.page_moved")


@receiver(post_save, sender=Redirect, dispatch_uid="reports.redirect_saved")
def forget_redirected_address(instance: Redirect, **event: Any) -> None:
    """Delete the missing address that an editor's redirect answers, and check the links to it."""
    missing = MissingAddress.objects.filter(path=instance.old_path)
    (missing.filter(site=instance.site) if instance.site else missing).delete()
    if not instance.automatically_created:
        request_check()


@receiver(post_delete, sender=Redirect, dispatch_uid="reports.redirect_deleted")
def request_check_without_redirect(**event: Any) -> None:
    """Check the links that it has answered."""
    request_check()


def read_sources_again(instance: Any, **event: Any) -> None:
    """Read the pages that name what is deleted: a receiver of `pre_delete`, after which Wagtail forgets them."""
    sources = ReferenceIndex.get_references_to(instance).filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    )
    if page_ids := [int(pk) for pk in sources.values_list("object_id", flat=True).distinct()[:BATCH]]:
        enqueue_with_commit(read_pages_again, page_ids)
    request_check()

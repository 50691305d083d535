"""Background tasks that make the renditions of a page once it is published."""

import logging
import re
from typing import Any

from django.db import IntegrityError
from django_tasks import task
from wagtail.models import Page

from galley.images.renditions import RENDITIONS_FOLDER, RenditionName, make_rendition
from galley.tasks.queue import enqueue_with_commit

logger = logging.getLogger(__name__)

# Emails and the search index have a higher priority.
PRIORITY = -50

_NAMES = re.compile(rf"/{RENDITIONS_FOLDER}/([\w./-]+)")


@task(priority=PRIORITY)
def make_renditions_of_page(page_id: int) -> None:
    """Make all renditions that browsers may request for a page: those in its HTML."""
    page = Page.objects.live().filter(pk=page_id).specific().first()
    if page:
        attributes = {"is_secure": lambda: True}  # else SecurityMiddleware may redirect it to HTTPS
        html = page.make_preview_request(extra_request_attrs=attributes).content.decode()
        make_renditions.call(list(dict.fromkeys(_NAMES.findall(html))))


@task(priority=PRIORITY)
def make_renditions(names: list[str]) -> None:
    """Make the renditions called `names`. A failure is logged, and the next one is made."""
    for name in filter(None, map(RenditionName.parse, names)):
        try:
            make_rendition(name)
        except IntegrityError:
            logger.info("The picture of the rendition %s was deleted while it was made", name)
        except Exception:
            logger.exception("The rendition %s can't be made", name)


def make_renditions_on_publish(instance: Page, **kwargs: Any) -> None:
    """Enqueue the renditions of a page with its publication: a receiver of `page_published`."""
    enqueue_with_commit(make_renditions_of_page, instance.pk)

"""Makes the pictures of a page in the background, once it is published: what takes long, nobody has to wait for."""

import logging
import re
from functools import partial
from typing import Any

from django.db import transaction
from django_tasks import task
from wagtail.models import Page

from galley.images.addresses import FOLDER, PictureName

logger = logging.getLogger(__name__)

# Mails and the search index go first.
PRIORITY = -50

_NAMES = re.compile(rf"/{FOLDER}/([\w./-]+)")


@task(priority=PRIORITY)
def make_pictures_of_page(page_id: int) -> None:
    """Make whatever pictures a visitor's browser may ask for on a page: those that stand in its HTML."""
    page = Page.objects.live().filter(pk=page_id).specific().first()
    if page:
        html = page.make_preview_request().content.decode()
        make_pictures.call(list(dict.fromkeys(_NAMES.findall(html))))


@task(priority=PRIORITY)
def make_pictures(names: list[str]) -> None:
    """Make the files called `names`, one after the other. One that can't be made is logged, and stops no other."""
    from galley.images.making import make_rendition

    for name in filter(None, map(PictureName.parse, names)):
        try:
            make_rendition(name)
        except Exception:
            logger.exception("The picture %s can't be made", name)


def make_pictures_when_published(instance: Page, **kwargs: Any) -> None:
    """Ask for the pictures of a page once its publication is committed: a receiver of `page_published`."""
    transaction.on_commit(partial(make_pictures_of_page.enqueue, instance.pk))

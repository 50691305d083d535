"""A site with something to report, and people who see different parts of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page, Site

from galley.preview.models import ShareLink
from galley.reports.models import Address, Link, MissingAddress, UndescribedPicture
from galley.reports.reading import hash_url
from tests.factories import SiteImageFactory, SmallSite


def add_broken_link(page: Page, url: str, text: str = "", problem: str = "missing", **fields: Any) -> Link:
    key = {"url_hash": hash_url(url)}
    address, _ = Address.objects.get_or_create(
        **key, defaults={"url": url, "problem": problem, "is_outside": True, "failing_since": timezone.now()} | fields
    )
    return Link.objects.create(page=page, content_path="body.1", text=text, address=address)


def add_missing_address(path: str, count: int = 1, **fields: Any) -> MissingAddress:
    now = timezone.now()
    site = Site.objects.get(is_default_site=True)
    return MissingAddress.objects.create(
        site=site, path=path, count=count, **{"first_seen": now, "last_seen": now} | fields
    )


@pytest.fixture
def fill_reports(small_site: SmallSite, editor) -> Callable[[str], Page]:
    """Give each report a row with the words `text`."""

    def fill(text: str) -> Page:
        page = small_site.post
        page.title = page.draft_title = text
        page.last_published_at = timezone.now() - timedelta(days=400)
        page.save()
        add_broken_link(page, "https://gone.example/", text)
        add_missing_address(f"/{text}", referrer=text)
        UndescribedPicture.objects.create(page=page, content_path="body.1", text=text)
        image = SiteImageFactory(title=text, description="")
        page.lead_image = image
        page.save()
        expires_at = timezone.now() + timedelta(days=1)
        ShareLink.objects.create(page=page, made_by=editor, label=text, token_hash="x", expires_at=expires_at)
        return page

    return fill

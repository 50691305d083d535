"""Copies of pages are dated as new pages."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from blog.models import BlogPostPage
from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.date(2019, 5, 4)


@pytest.fixture
def old_post(small_site: SmallSite) -> BlogPostPage:
    post = small_site.post
    post.date, post.first_published_at = LONG_AGO, timezone.now() - datetime.timedelta(days=900)
    post.save_revision().publish()
    return post


def copy(client: Client, page: Page, slug: str, **options: str) -> None:
    fields = {"new_title": slug, "new_slug": slug, "new_parent_page": page.get_parent().pk}
    assert client.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), fields | options).status_code == 302


def test_a_copy_is_dated_when_it_goes_live(client: Client, editor: User, old_post: BlogPostPage) -> None:
    client.force_login(editor)
    copy(client, old_post, "draft")
    draft = BlogPostPage.objects.get(slug="draft")
    for version in (draft, draft.get_latest_revision_as_object()):
        assert (version.live, version.date, version.first_published_at) == (False, None, None)
    copy(client, old_post, "public", publish_copies="on")
    public = BlogPostPage.objects.get(slug="public")
    assert (public.live, public.date) == (True, timezone.localdate())


def test_pages_below_a_copy_keep_their_dates(client: Client, editor: User, old_post: BlogPostPage) -> None:
    client.force_login(editor)
    copy(client, old_post.get_parent(), "archive", copy_subpages="on")
    below = BlogPostPage.objects.get(url_path__endswith=f"/archive/{old_post.slug}/")
    assert below.date == LONG_AGO


def test_the_form_offers_an_address_that_is_free(client: Client, editor: User, old_post: BlogPostPage) -> None:
    client.force_login(editor)
    form = client.get(reverse("wagtailadmin_pages:copy", args=[old_post.pk])).context["form"]
    assert form["new_slug"].initial == f"{old_post.slug}-1"
    copy(client, old_post, form["new_slug"].initial)
    assert BlogPostPage.objects.filter(slug=f"{old_post.slug}-1").exists()

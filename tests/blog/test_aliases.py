"""An alias stands where its editor put it, and points search engines and readers to its source."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from blog.models import BlogIndexPage, BlogPostPage
from tests.conftest import SmallSite
from tests.factories import BlogIndexPageFactory, BlogPostPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_blog(small_site: SmallSite) -> BlogIndexPage:
    return BlogIndexPageFactory(parent=small_site.home, title="Other blog", slug="other")


def make_alias(post: BlogPostPage, parent: Any) -> BlogPostPage:
    return post.create_alias(parent=parent, update_slug="alias")


def test_it_is_not_listed_beside_its_source(small_site: SmallSite, client: Client) -> None:
    alias = make_alias(small_site.post, small_site.blog)
    for page in (small_site.blog.url, f"{small_site.blog.url}feed.atom"):
        text = client.get(page).content.decode()
        assert small_site.post.url in text
        assert alias.url not in text


def test_it_is_listed_elsewhere(small_site: SmallSite, other_blog: BlogIndexPage, client: Client) -> None:
    alias = make_alias(small_site.post, other_blog)
    assert alias.url in client.get(other_blog.url).content.decode()
    assert alias.url in client.get(f"{other_blog.url}feed.atom").content.decode()


def test_search_finds_the_source_alone(small_site: SmallSite, other_blog: BlogIndexPage, client: Client) -> None:
    alias = make_alias(small_site.post, other_blog)
    call_command("rebuild_references_index", verbosity=0)
    call_command("update_index", verbosity=0)
    found = client.get("/search/", {"q": small_site.post.title}).content.decode()
    assert small_site.post.url in found
    assert alias.url not in found


def test_the_site_map_has_the_source_alone(small_site: SmallSite, other_blog: BlogIndexPage) -> None:
    alias = make_alias(small_site.post, other_blog)
    assert small_site.post.get_sitemap_urls()
    assert alias.get_sitemap_urls() == []


def test_it_names_its_source_as_canonical(small_site: SmallSite, other_blog: BlogIndexPage, client: Client) -> None:
    alias = make_alias(small_site.post, other_blog)
    canonical = f'<link rel="canonical" href="{small_site.post.full_url}">'
    assert canonical in client.get(alias.url).content.decode()
    assert canonical in client.get(small_site.post.url).content.decode()


def test_it_is_canonical_itself_while_its_source_is_unpublished(
    small_site: SmallSite, other_blog: BlogIndexPage
) -> None:
    alias = make_alias(small_site.post, other_blog)
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(live=False)
    alias = BlogPostPage.objects.get(pk=alias.pk)
    assert f'href="{alias.full_url}"' in Client().get(alias.url).content.decode()


def test_an_alias_of_a_draft_is_published_with_it(small_site: SmallSite, other_blog: BlogIndexPage) -> None:
    draft = BlogPostPageFactory(parent=small_site.blog, title="Draft", live=False, first_published_at=None)
    alias = make_alias(draft, other_blog)
    draft.save_revision().publish()
    published, alias = BlogPostPage.objects.get(pk=draft.pk), BlogPostPage.objects.get(pk=alias.pk)
    assert (alias.live, alias.first_published_at, alias.date) == (True, published.first_published_at, published.date)

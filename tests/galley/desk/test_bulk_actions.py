"""Tags, categories and authors of many pages at once: what is public stays public, and a draft stays a draft."""

import datetime
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from blog.models import BlogPostPage, Category, PostAuthor, Tag
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory, EditorFactory

pytestmark = pytest.mark.django_db


def address(action: str, *pages: Page) -> str:
    path = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return f"{path}?{urlencode([('id', page.pk) for page in pages] + [('next', '/admin/')])}"


def write(small_site: SmallSite, title: str, **fields) -> BlogPostPage:
    post = BlogPostPageFactory(parent=small_site.blog, title=title, **fields)
    revision = post.save_revision()
    if post.live:
        revision.publish()
    return BlogPostPage.objects.get(pk=post.pk)


def fresh(post: BlogPostPage) -> tuple[BlogPostPage, BlogPostPage]:
    """Return the post as visitors see it, and its draft."""
    page = BlogPostPage.objects.get(pk=post.pk)
    return page, page.get_latest_revision_as_object()


@pytest.fixture
def desk(client: Client, editor) -> Client:
    client.force_login(editor)
    return client


def member(client: Client, group: str):
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


def test_tags_are_added_and_removed(desk: Client, small_site: SmallSite) -> None:
    one, two = write(small_site, "One"), write(small_site, "Two")
    done = desk.post(address("tags", one, two), {"change": "add", "terms": 'ink, "hot metal"'}, follow=True)
    assert "2 pages have changed." in done.content.decode()
    for post in (one, two):
        page, draft = fresh(post)
        assert sorted(page.tags.names()) == sorted(draft.tags.names()) == ["hot metal", "ink"]
        assert (page.live, page.has_unpublished_changes) == (True, False)
    desk.post(address("tags", one), {"change": "remove", "terms": "ink"})
    assert list(fresh(one)[0].tags.names()) == ["hot metal"]
    assert sorted(fresh(two)[0].tags.names()) == ["hot metal", "ink"]


def test_a_draft_and_unpublished_changes_stay_unpublished(desk: Client, small_site: SmallSite) -> None:
    draft, changed = write(small_site, "Draft", live=False), write(small_site, "Changed")
    changed.title = "Not for visitors yet"
    changed.save_revision()
    done = desk.post(address("tags", draft, changed), {"change": "add", "terms": "ink"}, follow=True)
    assert "2 of the changes are in drafts only" in done.content.decode()
    page, latest = fresh(changed)
    assert (page.title, list(page.tags.names()), page.has_unpublished_changes) == ("Changed", [], True)
    assert (latest.title, list(latest.tags.names())) == ("Not for visitors yet", ["ink"])
    page, latest = fresh(draft)
    assert (page.live, list(page.tags.names()), list(latest.tags.names())) == (False, [], ["ink"])


def test_what_is_scheduled_stays_as_it_is(desk: Client, small_site: SmallSite) -> None:
    time = timezone.now() + datetime.timedelta(days=1)
    post = write(small_site, "Tomorrow", live=False, go_live_at=time)
    scheduled = post.save_revision(approved_go_live_at=time)
    assert "scheduled, locked" in desk.get(address("tags", post)).content.decode()
    desk.post(address("tags", post), {"change": "add", "terms": "ink"})
    assert BlogPostPage.objects.get(pk=post.pk).latest_revision == scheduled


@pytest.mark.nightly
def test_categories_and_authors(desk: Client, small_site: SmallSite) -> None:
    post = write(small_site, "One")
    tools, type_ = Category.objects.create(name="Tools"), Category.objects.create(name="Type")
    ada, ben = AuthorFactory(name="Ada"), AuthorFactory(name="Ben")
    desk.post(address("categories", post), {"change": "add", "terms": [tools.pk, type_.pk]})
    desk.post(address("categories", post), {"change": "remove", "terms": [tools.pk]})
    for author in (ada, ben, ada):
        desk.post(address("post_authors", post), {"change": "add", "terms": author.pk})
    assert [category.name for category in fresh(post)[0].categories.all()] == ["Type"]
    assert [author.name for author in fresh(post)[0].authors] == ["Ada", "Ben"]
    desk.post(address("post_authors", post), {"change": "remove", "terms": ada.pk})
    assert [author.name for author in fresh(post)[0].authors] == ["Ben"]
    assert PostAuthor.objects.count() == 1


def test_without_a_change_no_version_is_stored(desk: Client, small_site: SmallSite) -> None:
    post = write(small_site, "One")
    revisions = post.revisions.count()
    done = desk.post(address("tags", post), {"change": "remove", "terms": "ink"}, follow=True)
    assert "Nothing has changed." in done.content.decode()
    assert post.revisions.count() == revisions


def test_nothing_chosen_is_said(desk: Client, small_site: SmallSite) -> None:
    for action in ("tags", "categories", "post_authors"):
        response = desk.post(address(action, small_site.post), {"change": "add"})
        assert "This field is required." in response.content.decode()


def test_only_pages_that_may_be_edited_change(small_site: SmallSite, client: Client) -> None:
    user = member(client, "Authors")
    mine = write(small_site, "Mine", live=False, owner=user)
    other = write(small_site, "Foreign", live=False)
    html = client.get(address("tags", mine, other, small_site.about)).content.decode()
    assert html.index("Mine") < html.index("These stay as they are") < html.index("Foreign") < html.index("About us")
    client.post(address("tags", mine, other, small_site.about), {"change": "add", "terms": "ink"})
    assert list(fresh(mine)[1].tags.names()) == ["ink"]
    assert list(fresh(other)[1].tags.names()) == []


def test_an_authors_live_page_changes_as_a_draft(small_site: SmallSite, client: Client) -> None:
    mine = write(small_site, "Mine", owner=member(client, "Authors"))
    client.post(address("tags", mine), {"change": "add", "terms": "ink"})
    page, draft = fresh(mine)
    assert (list(page.tags.names()), list(draft.tags.names())) == ([], ["ink"])


def test_locked_pages_and_aliases_stay(small_site: SmallSite, client: Client) -> None:
    member(client, "Editors")
    locked = write(small_site, "Locked", locked=True)
    alias = small_site.post.create_alias(update_slug="alias")
    client.post(address("tags", locked, alias), {"change": "add", "terms": "ink"})
    assert not Tag.objects.filter(blog_posttag_items__content_object__in=[locked, alias]).exists()
    assert "These stay as they are" in client.get(address("tags", locked, alias)).content.decode()

"""Pages that are started from a template: new in title, address and dates, and a draft of who starts it."""

import datetime
import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import BlogPostPage, Category, PostAuthor
from galley.desk.models import PageTemplate
from galley.desk.page_templates import find_templates, start_from_template
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, EditorFactory

pytestmark = pytest.mark.django_db


def member(client: Client, group: str):
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


@pytest.fixture
def template(small_site: SmallSite) -> BlogPostPage:
    """A post that is public, and has a newer draft with a date, tags, authors and categories."""
    post = small_site.post
    post.save_revision().publish()
    post = BlogPostPage.objects.get()
    post.title, post.date = "Interview", datetime.date(2020, 1, 1)
    post.body = [("markdown", "Who are you?")]
    post.tags.add("interviews")
    post.post_authors = [PostAuthor(author=AuthorFactory(name="Ada"))]
    post.categories = [Category.objects.create(name="People")]
    post.go_live_at = timezone.now() + datetime.timedelta(days=3)
    post.save_revision()
    PageTemplate.objects.create(page=post)
    return BlogPostPage.objects.get()


def start(client: Client, template: BlogPostPage, title: str):
    return client.post(reverse("start_from_template", args=[template.pk]), {"title": title})


def test_an_author_starts_a_post_from_the_newest_version(template: BlogPostPage, client: Client) -> None:
    author = member(client, "Authors")
    link = reverse("start_from_template", args=[template.pk])
    assert re.search(rf'href="{link}">Interview</a>', client.get("/admin/").content.decode())
    response = start(client, template, "Ada, on machines")
    page = BlogPostPage.objects.exclude(pk=template.pk).get()
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    for version in (page, page.get_latest_revision_as_object()):
        assert (version.title, version.slug) == ("Ada, on machines", "ada-on-machines")
        assert (version.live, version.owner, version.date) == (False, author, None)
        assert (version.first_published_at, version.last_published_at, version.go_live_at) == (None, None, None)
        assert version.body[0].value == "Who are you?"
        assert list(version.tags.names()) == ["interviews"]
        assert [one.name for one in version.authors] == ["Ada"]
        assert [one.name for one in version.categories.all()] == ["People"]
    assert page.revisions.count() == 1
    assert client.get(response["Location"]).status_code == 200
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.date == timezone.localdate()


def test_the_template_stays_as_it_is(template: BlogPostPage, editor) -> None:
    before = BlogPostPage.objects.filter(pk=template.pk).values().get()
    start_from_template(template, "New", editor)
    assert BlogPostPage.objects.filter(pk=template.pk).values().get() == before
    assert template.tagged_items.count() == 0  # they are in its draft


@pytest.mark.parametrize(("title", "slug"), [("Interview", "interview"), ("🎈", "balloon"), ("…", "blog-post")])
def test_each_page_has_an_address_of_its_own(template: BlogPostPage, editor, title: str, slug: str) -> None:
    slugs = [start_from_template(template, title, editor).slug for _ in range(2)]
    assert slugs == [slug, f"{slug}-1"]


def test_a_locked_template_gives_a_page_that_is_not_locked(template: BlogPostPage, editor) -> None:
    BlogPostPage.objects.update(locked=True, locked_by=editor, locked_at=timezone.now())
    page = start_from_template(BlogPostPage.objects.get(), "New", editor)
    assert (page.locked, page.locked_by, page.locked_at) == (False, None, None)


def test_without_a_title_nothing_is_started(template: BlogPostPage, client: Client) -> None:
    member(client, "Authors")
    assert "This field is required." in start(client, template, " ").content.decode()
    assert BlogPostPage.objects.count() == 1


def test_editors_mark_templates_and_authors_do_not(small_site: SmallSite, client: Client) -> None:
    page, mark = small_site.post, reverse("mark_template", args=[small_site.post.pk])
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    member(client, "Authors")
    assert client.post(mark, {"mark": "1"}).status_code == 302
    assert not PageTemplate.objects.exists()
    editor = member(client, "Editors")
    assert mark in client.get(edit).content.decode()
    assert "Use as a template" in client.get(mark).content.decode()
    assert "is a template now" in client.post(mark, {"mark": "1"}, follow=True).content.decode()
    assert [one.pk for one in find_templates(editor)] == [page.pk]
    assert reverse("start_from_template", args=[page.pk]) in client.get(edit).content.decode()
    assert "is no template any more" in client.post(mark, follow=True).content.decode()
    assert find_templates(editor) == []


def test_nobody_starts_from_a_page_that_is_no_template(small_site: SmallSite, client: Client) -> None:
    member(client, "Authors")
    assert start(client, small_site.post, "New").status_code == 404


def test_who_may_add_nothing_there_starts_nothing(template: BlogPostPage, client: Client) -> None:
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.create(name="Readers"))
    user.groups.get().permissions.set(Group.objects.get(name="Authors").permissions.all())
    client.force_login(user)
    assert start(client, template, "New").status_code == 302
    assert find_templates(user) == []
    assert BlogPostPage.objects.count() == 1

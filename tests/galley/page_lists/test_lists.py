"""The lists of posts and projects: their tabs, filters and menu entries."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from blog.models import BlogPostPage, Category, PostAuthor
from galley.desk.renaming import merge
from galley.page_lists.filters import check_list_filters
from galley.page_lists.models import ListedValue, NewestVersion
from galley.page_lists.newest import read_newest
from tests.databases import AddToSmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory, ProjectPageFactory, SmallSite

pytestmark = pytest.mark.django_db

POSTS = "/admin/blogpostpage-list/"


def list_titles(user, url: str = POSTS, **query) -> list[str]:
    client = Client()
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200
    return [page.get_admin_display_title() for page in response.context["object_list"]]


def draft(small_site: SmallSite, title: str, **fields) -> BlogPostPage:
    page = BlogPostPageFactory(parent=small_site.blog, title=title, live=False)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision()
    return page


def write_posts(small_site: SmallSite) -> None:
    """A draft, a scheduled post, a published one and one with changes, instead of the one."""
    draft(small_site, "Begun")
    planned = draft(small_site, "Planned", go_live_at=datetime.datetime(2999, 3, 1, tzinfo=datetime.UTC))
    planned.latest_revision.publish()
    out = draft(small_site, "Out")
    out.latest_revision.publish()
    changed = BlogPostPage.objects.get(pk=draft(small_site, "Changed").pk)
    changed.latest_revision.publish()
    changed = BlogPostPage.objects.get(pk=changed.pk)
    changed.save_revision()
    small_site.post.delete()


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    return write_posts


@pytest.fixture
def posts(added_to_small_site: None) -> dict[str, BlogPostPage]:
    """The posts by title."""
    return {page.title.lower(): page for page in BlogPostPage.objects.all()}


def test_a_tab_has_the_pages_of_its_state(posts, editor) -> None:
    for state, titles in (
        ("", {"Begun", "Planned", "Out", "Changed"}),
        ("drafts", {"Begun", "Changed"}),
        ("scheduled", {"Planned"}),
        ("published", {"Out", "Changed"}),
    ):
        assert set(list_titles(editor, state=state)) == titles, state


def test_a_tab_leads_to_the_others_with_the_same_filters(posts, editor, client: Client) -> None:
    client.force_login(editor)
    html = client.get(f"{POSTS}results/", {"state": "drafts", "q": "be", "p": "1"}).content.decode()
    tabs = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?>(\w+)</a></li>', html)
    assert [label for _url, _current, label in tabs] == ["All", "Drafts", "Scheduled", "Published"]
    assert [label for _url, current, label in tabs if current] == ["Drafts"]
    assert tabs[3][0] == f"{POSTS}?state=published&amp;q=be"


def test_filters_read_the_newest_version_of_a_draft(posts, small_site, editor) -> None:
    ada, category = AuthorFactory(name="Ada"), Category.objects.create(name="Workshop", slug="workshop")
    page = posts["begun"]
    page.post_authors.add(PostAuthor(author=ada))
    page.categories.add(category)
    page.tags.add("ink")
    page.date = datetime.date(1990, 5, 4)
    page.save_revision()
    tag = page.tags.get(name="ink")
    for query in (
        {"post_authors__author": ada.pk},
        {"categories": category.pk},
        {"tags": tag.pk},
        {"date_from": "1990-05-04", "date_to": "1990-05-09"},
        {"date_to": "1990-05-04", "state": "drafts"},
    ):
        assert list_titles(editor, **query) == ["Begun"], query
    assert "Begun" not in list_titles(editor, date_from="1990-05-05")
    assert list_titles(editor, date_to="1990-05-03") == []
    page.tags.remove("ink")
    page.save_revision()
    # The tag can't be chosen any more: no page has it.
    assert not ListedValue.objects.filter(name="tags").exists()


def test_the_filters_are_those_of_the_page_type(small_site, editor, client: Client) -> None:
    project = ProjectPageFactory(parent=small_site.portfolio, title="A type", year=2021)
    project.skills.add("Engraving")
    project.save_revision().publish()
    # The worker reads a page after the transaction in which its tags are stored, too.
    read_newest.call(project.pk)
    client.force_login(editor)
    response = client.get("/admin/projectpage-list/")
    assert list(response.context["filters"].form.fields) == [
        "state",
        "latest_revision_created_at",
        "skills",
        "year",
    ]
    assert "Engraving" in response.content.decode()
    assert list_titles(editor, "/admin/projectpage-list/", year="2021") == ["A type"]
    assert list_titles(editor, "/admin/projectpage-list/", skills=project.skills.get().pk) == ["A type"]


def test_what_cannot_be_chosen_changes_nothing(posts, editor) -> None:
    assert len(list_titles(editor, tags="999", state="lost", date_from="soon")) == 4


def test_a_row_without_a_choice_or_with_a_deleted_one_has_no_value(posts, editor) -> None:
    page, author = posts["begun"], AuthorFactory()
    page.post_authors.add(PostAuthor(author=author))
    page.save_revision()
    author.delete()
    read_newest.call(page.pk)
    assert not ListedValue.objects.filter(page=page, name="post_authors__author").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_page_that_is_deleted_while_it_is_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    page = BlogPostPageFactory(title="Gone")
    read, pk = NewestVersion.objects.get_or_create, page.pk

    def delete_and_store(**fields: Any) -> Any:
        Page.objects.filter(pk=pk).delete()
        return read(**fields)

    monkeypatch.setattr(NewestVersion.objects, "get_or_create", delete_and_store)
    read_newest.call(pk)
    assert not NewestVersion.objects.filter(page_id=pk).exists()


def test_an_author_finds_only_own_pages(posts, member) -> None:
    author = member("add")
    assert list_titles(author) == []
    Page.objects.filter(pk=posts["begun"].pk).update(owner=author)
    assert list_titles(author) == ["Begun"]
    assert set(list_titles(member("change"))) == {"Begun", "Planned", "Out", "Changed"}


def test_the_menu_has_the_lists_of_pages_that_one_may_write(small_site, member, editor, client: Client) -> None:
    for user, posts, projects in (
        (editor, True, True),
        (member("add"), True, False),
        (member("publish"), False, False),
    ):
        client.force_login(user)
        html = client.get("/admin/").content.decode()
        assert (POSTS in html, "/admin/projectpage-list/" in html) == (posts, projects)


def test_the_list_takes_as_many_queries_for_many_pages(
    posts, small_site, editor, client: Client, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    client.force_login(editor)
    client.get(POSTS)
    with django_assert_max_num_queries(40) as few:
        client.get(POSTS)
    for number in range(4):
        page = draft(small_site, f"Post of {number}")
        page.tags.add("ink")
        page.save_revision()
    with django_assert_num_queries(len(few) + 1):  # the labels of tags
        client.get(POSTS)


def test_a_filter_that_is_no_field_is_an_error() -> None:
    assert check_list_filters(None) == []
    for name in ("moods", "tags__moods", "title__moods"):
        model = type("Wrong", (), {"_meta": BlogPostPage._meta, "list_filter": [name]})
        (error,) = check_list_filters(None, [model])
        assert error.id == "page_lists.E001"
        assert name in error.msg


def test_what_is_renamed_or_merged_is_found_by_its_new_name(posts, editor) -> None:
    page = posts["begun"]
    page.tags.add("inc")
    page.save_revision()
    tag = page.tags.get(name="inc")
    tag.name = "vermilion"
    tag.save()
    assert list_titles(editor, q="vermil") == ["Begun"]
    other = type(tag).objects.create(name="cinnabar", slug="cinnabar")
    merge(tag, other)
    assert list_titles(editor, tags=other.pk) == list_titles(editor, q="cinnab") == ["Begun"]
    assert list_titles(editor, q="vermil") == []
    other.delete()
    assert list_titles(editor, q="cinnab") == []

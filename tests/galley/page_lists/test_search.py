"""The search of the admin finds the words of drafts as they are typed, for those who may edit them, and nobody else."""

import datetime
import re
from typing import Any

import pytest
from django.core.management import call_command, load_command_class
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page, PageViewRestriction

from blog.models import BlogPostPage
from galley.page_lists.models import NewestVersion
from galley.page_lists.newest import LONGEST_SAVE, READ_AFTER
from tests.factories import BlogPostPageFactory, SmallSite

pytestmark = pytest.mark.django_db


def find(user, text: str, url: str = "/admin/pages/search/", **query: str) -> list[str]:
    client = Client()
    client.force_login(user)
    response = client.get(url, {"q": text, **query})
    assert response.status_code == 200
    return [page.get_admin_display_title() for page in response.context["object_list"]]


@pytest.fixture
def page(small_site: SmallSite) -> BlogPostPage:
    """A published post whose draft has other words."""
    page = BlogPostPageFactory(parent=small_site.blog, title="A post", body=[("markdown", "Lithography")])
    page.save_revision().publish()
    page = BlogPostPage.objects.get(pk=page.pk)
    page.title = "Its draft"
    page.excerpt = "Of xylography"
    page.body = [("markdown", "A *palimpsest* in Zürich"), ("table", {"data": [["Mezzotint"]]})]
    page.tags.add("Aquatint")
    page.save_revision()
    return page


TEXTS = ["palimpsest", "palim", "a palim", "xylog", "aquat", "mezzo", "its dr", "zurich", "ZÜRICH palimpsest!"]


def test_text_excerpt_and_tags_of_the_draft_are_found(page, editor) -> None:
    results = "/admin/pages/search/results/"
    assert {text: find(editor, text, results) for text in TEXTS} == {text: ["Its draft"] for text in TEXTS}


@pytest.mark.parametrize("url", ["/admin/pages/search/", "/admin/blogpostpage-list/"])
@pytest.mark.by_day(0)
def test_other_lists_find_them_too(page, editor, url: str) -> None:
    assert find(editor, "palim", url) == ["Its draft"]
    assert find(editor, "aquat", url) == ["Its draft"]


def test_a_project_is_found_by_a_skill_of_its_draft(small_site, editor) -> None:
    project = small_site.project
    project.skills.add("Woodcut")
    project.save_revision()
    assert find(editor, "woodc", "/admin/projectpage-list/") == [project.title]


@pytest.mark.nightly
def test_the_explorer_finds_them_too(page, small_site, editor) -> None:
    assert find(editor, "palim", f"/admin/pages/{small_site.blog.pk}/") == ["Its draft"]
    assert find(editor, "palim", f"/admin/pages/{small_site.portfolio.pk}/") == []
    assert find(editor, "palim", f"/admin/pages/{small_site.blog.pk}/", ordering="title") == ["Its draft"]


def test_the_words_of_what_is_published_and_unchanged_are_found(small_site, editor) -> None:
    small_site.post.save()
    assert find(editor, "corrected") == [small_site.post.title]


def test_what_was_overwritten_is_not_found(page, editor) -> None:
    page.body = [("markdown", "Nothing")]
    page.save_revision()
    assert find(editor, "palim") == []


def test_a_text_without_a_match_finds_nothing(page, editor) -> None:
    for text in ("!!!", '"', "palim zzz"):
        assert find(editor, text) == [], text


@pytest.mark.nightly
def test_titles_come_first(page, small_site, editor) -> None:
    BlogPostPageFactory(parent=small_site.blog, title="The palimpsest", live=False)
    newest = BlogPostPageFactory(parent=small_site.blog, title="Newest", live=False, body=[("markdown", "palimpsest")])
    newest.save_revision()
    assert find(editor, "palimpsest") == ["The palimpsest", "Newest", "Its draft"]
    assert find(editor, "palimpsest", ordering="title") == ["Its draft", "Newest", "The palimpsest"]


def test_the_search_counts_types_and_knows_what_is_live(page, small_site, editor, client: Client) -> None:
    client.force_login(editor)
    response = client.get("/admin/pages/search/", {"q": "palim"})
    assert "Blog post (1)" in response.content.decode()
    assert re.search(r"1-1\s+of\s+1\s+page\b", response.content.decode())
    assert find(editor, "palim live:no") == []
    assert find(editor, "palim live:yes") == ["Its draft"]
    assert find(editor, "palim", content_type="portfolio.projectpage") == []
    assert len(find(editor, "")) == Page.objects.count()


def test_a_user_finds_no_words_of_drafts_that_they_may_not_edit(page, member) -> None:
    author = member("add")
    for text in ("palim", "lithogr", "its dr"):
        assert find(author, text) == []
    assert find(author, "a po") == ["Its draft"]  # its published title, as ever
    assert find(member("change"), "palim") == ["Its draft"]


def test_no_visitor_finds_them(page, small_site, client: Client) -> None:
    call_command("update_index", verbosity=0)
    for text in ("palimpsest", "xylography", "aquatint", "mezzotint"):
        html = client.get("/search/", {"q": text}).content.decode()
        assert "Its draft" not in html
        assert "/blog/a-post/" not in html
    assert "/blog/a-post/" in client.get("/search/", {"q": "lithography"}).content.decode()


def test_the_chooser_of_pages_finds_no_words_of_drafts(page, editor, client: Client) -> None:
    client.force_login(editor)
    html = client.get("/admin/choose-page/search/", {"q": "palim"}).content.decode()
    assert "Its draft" not in html


def test_a_private_page_is_found_by_who_may_edit_it(page, small_site, editor) -> None:
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type="login")
    assert find(editor, "palim") == ["Its draft"]


def test_a_deleted_page_leaves_no_words(page, editor) -> None:
    version = NewestVersion.objects.get(pk=page.pk)
    entries = version.index_entries.model.objects.filter(autocomplete__contains="palimpsest")
    assert entries.count() == 1
    page.delete()
    assert not entries.exists()


@pytest.mark.nightly
def test_the_whole_index_can_be_made_again(page, editor) -> None:
    call_command("update_index", verbosity=0)
    assert find(editor, "palim") == ["Its draft"]


def test_many_saves_are_read_once(small_site: SmallSite, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    tasks = DBTaskResult.objects.filter(task_path="galley.page_lists.newest.read_newest")
    for _ in range(3):
        small_site.blog.save_revision()
    assert tasks.count() == 1
    small_site.home.save_revision()
    assert tasks.count() == 2
    # What is saved now may not be committed when these begin.
    tasks.update(run_after=timezone.now() + datetime.timedelta(seconds=1))
    small_site.blog.save_revision()
    assert tasks.count() == 3


def test_a_saved_page_waits_for_the_worker_for_half_of_ten_seconds_at_most(settings: Any) -> None:
    """The other half is for the reading, and for a task that has begun before."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    worker = load_command_class("quickstart", "worker").create_parser("manage.py", "worker").parse_args([])
    assert LONGEST_SAVE < READ_AFTER
    assert READ_AFTER + datetime.timedelta(seconds=worker.interval) <= datetime.timedelta(seconds=10) / 2

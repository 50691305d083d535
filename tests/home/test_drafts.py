"""A draft is saved in whatever state it is, and leaves no trace for visitors."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset

from blog.models import Author, BlogPostPage
from galley.publishing.addresses import is_address_of_the_site
from home.models import StandardPage
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogIndexPageFactory, BlogPostPageFactory, StandardPageFactory
from tests.galley.preview.conftest import form_of, markdown

pytestmark = pytest.mark.django_db

PUBLISH = {"action-publish": ["1"]}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def admin(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


def autosave(admin: Client, page: Page, **changed: Any) -> dict[str, Any]:
    form = form_of(page, **changed)
    return admin.post(f"/admin/pages/{page.pk}/edit/", form, headers={"accept": "application/json"}).json()


def autosave_new(admin: Client, parent: Page, **fields: Any) -> tuple[dict[str, Any], BlogPostPage | None]:
    known = set(BlogPostPage.objects.values_list("pk", flat=True))
    form = form_of(BlogPostPage(title="", slug=""), **fields)
    url = f"/admin/pages/add/blog/blogpostpage/{parent.pk}/"
    answer = admin.post(url, form, headers={"accept": "application/json"}).json()
    return answer, BlogPostPage.objects.exclude(pk__in=known).first()


@pytest.mark.parametrize(
    ("title", "slug", "saved_slug"),
    [
        ("Test", "", "test"),
        ("🎉", "", "blog-post"),
        ("", "", "untitled"),
        ("   ", "", "untitled"),
        ("世界", "", "世界"),
        ("Test", "my-own", "my-own"),
        ("x" * 255, "", "x" * 245),
    ],
)
@pytest.mark.by_day(0, 3)
def test_a_new_draft_is_saved_whatever_its_title_is(
    small_site: SmallSite, admin: Client, title: str, slug: str, saved_slug: str
) -> None:
    answer, page = autosave_new(admin, small_site.blog, title=title, slug=slug, body=markdown("Words."))
    assert answer["success"], answer
    assert page is not None
    assert page.slug == saved_slug
    assert page.title == (title.strip() or "Untitled")


@pytest.mark.parametrize(("title", "slug"), [("Test", ""), ("Test", "test"), ("Other", "test"), ("🎉", "")])
def test_a_taken_slug_gets_a_number_while_nobody_has_seen_it(
    small_site: SmallSite, admin: Client, title: str, slug: str
) -> None:
    taken = BlogPostPageFactory(
        parent=small_site.blog, title="Test", slug=slug or ("test" if title == "Test" else "blog-post")
    )
    answer, page = autosave_new(admin, small_site.blog, title=title, slug=slug)
    assert answer["success"], answer
    assert page is not None
    assert page.slug == f"{taken.slug}-2"
    # An empty slug goes on following the title.
    assert answer["field_updates"].get("slug") == (page.slug if slug else None)


@pytest.mark.parametrize("slug", ["search", "admin", "preview", "static", "media"])
def test_a_page_is_not_hidden_behind_an_address_of_the_site(small_site: SmallSite, admin: Client, slug: str) -> None:
    """`/search/` and others have views: a page with such a slug would be published, and found by nobody."""
    url = f"/admin/pages/add/home/standardpage/{small_site.home.pk}/"
    form = form_of(StandardPage(title="", slug=""), title=slug.title())
    answer = admin.post(url, form, headers={"accept": "application/json"}).json()
    draft = StandardPage.objects.get(title=slug.title())
    assert (answer["success"], draft.slug) == (True, f"{slug}-2")
    html = admin.post(f"/admin/pages/{draft.pk}/edit/", form_of(draft, slug=slug, title="Other") | PUBLISH)
    assert "The site itself has this address." in html.content.decode()
    draft.refresh_from_db()
    assert (draft.live, draft.slug) == (False, f"{slug}-2")


@pytest.mark.parametrize("slug", ["documents", "health", "feed", "searches", "suche-\u00fc"])
def test_an_address_that_no_view_has_is_a_pages(small_site: SmallSite, slug: str) -> None:
    assert not is_address_of_the_site(small_site.home, slug)
    page = StandardPageFactory(parent=small_site.home, title="Words of mine", slug=slug)
    assert "Words of mine" in Client().get(page.url).content.decode()
    # Below, the views for documents have addresses.
    assert is_address_of_the_site(page, "12") == (slug == "documents")


def test_a_page_that_has_such_an_address_already_can_be_edited(small_site: SmallSite, admin: Client) -> None:
    page = StandardPageFactory(parent=small_site.home, title="Search", slug="search")
    assert autosave(admin, page, title="Search here")["success"]
    assert admin.post(f"/admin/pages/{page.pk}/edit/", form_of(page, slug="search") | PUBLISH).status_code == 302


def test_a_slug_that_visitors_know_is_never_numbered(small_site: SmallSite, admin: Client) -> None:
    BlogPostPageFactory(parent=small_site.blog, title="Taken", slug="taken")
    small_site.post.save_revision().publish()
    answer = autosave(admin, small_site.post, slug="taken", title="Goes on")
    assert answer["success"]
    draft = saved_draft(small_site.post)
    assert (draft.title, draft.slug) == ("Goes on", small_site.post.slug)


def test_the_address_follows_the_title_until_it_is_chosen(small_site: SmallSite, admin: Client) -> None:
    _, page = autosave_new(admin, small_site.blog, title="T", slug="")
    assert page is not None
    autosave(admin, page, title="Test", slug="")
    assert Page.objects.get(pk=page.pk).slug == "test"


def test_a_public_page_keeps_its_address_if_the_field_is_emptied(small_site: SmallSite, admin: Client) -> None:
    small_site.post.save_revision().publish()
    assert autosave(admin, small_site.post, title="Another title", slug="")["success"]
    assert small_site.post.get_latest_revision_as_object().slug == small_site.post.slug


def test_publishing_still_asks_for_a_title(small_site: SmallSite, admin: Client) -> None:
    form = form_of(small_site.post, title="") | {"action-publish": "1"}
    response = admin.post(f"/admin/pages/{small_site.post.pk}/edit/", form)
    assert "could not be saved due to validation errors" in response.content.decode()


def expired(page: Page) -> dict[str, str]:
    page.expire_at = timezone.now().replace(second=0, microsecond=0) - timedelta(days=3)
    page.save()
    return {"expire_at": timezone.localtime(page.expire_at).strftime("%Y-%m-%d %H:%M")}


def test_a_page_that_has_expired_can_be_typed_into(small_site: SmallSite, admin: Client) -> None:
    old = expired(small_site.post)
    answer = autosave(admin, small_site.post, title="Rewritten", **old)
    assert answer["success"], answer
    assert small_site.post.get_latest_revision_as_object().expire_at == small_site.post.expire_at


def test_an_expiry_date_in_the_past_cannot_be_chosen(small_site: SmallSite, admin: Client) -> None:
    autosave(admin, small_site.post, expire_at="2020-01-01 00:00")
    assert saved_draft(small_site.post).expire_at is None


def test_an_expired_page_is_not_published_with_its_old_date(small_site: SmallSite, admin: Client) -> None:
    form = form_of(small_site.post, **expired(small_site.post)) | {"action-publish": "1"}
    response = admin.post(f"/admin/pages/{small_site.post.pk}/edit/", form)
    assert "Expiry date/time must be in the future" in response.content.decode()


@pytest.fixture
def draft(small_site: SmallSite) -> BlogPostPage:
    return BlogPostPageFactory(parent=small_site.blog, title="A", slug="a-1", live=False, first_published_at=None)


def test_the_slug_of_a_draft_leaves_no_redirect(
    draft: BlogPostPage, admin: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        autosave(admin, draft, slug="merger-secret-1")
    draft.refresh_from_db()
    assert draft.slug == "merger-secret-1"
    assert not Redirect.objects.exists()


def test_a_scheduled_post_leaves_no_redirect(draft: BlogPostPage, django_capture_on_commit_callbacks: Any) -> None:
    draft.go_live_at = timezone.now() + timedelta(days=1)
    draft.save_revision().publish()
    with django_capture_on_commit_callbacks(execute=True):
        BlogPostPage.objects.get(pk=draft.pk).save()
        draft.slug = "secret"
        draft.save()
    assert not Redirect.objects.exists()


def test_a_draft_that_is_moved_leaves_no_redirect(
    small_site: SmallSite, draft: BlogPostPage, django_capture_on_commit_callbacks: Any
) -> None:
    other = BlogIndexPageFactory(parent=small_site.home, title="Other blog")
    with django_capture_on_commit_callbacks(execute=True):
        draft.move(other, pos="last-child")
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("change", ["move", "rename"])
def test_a_draft_takes_no_redirect_away(
    small_site: SmallSite, draft: BlogPostPage, django_capture_on_commit_callbacks: Any, change: str
) -> None:
    Redirect.add_redirect("/former/", "/elsewhere/", automatically_created=True)
    other = BlogIndexPageFactory(parent=small_site.home, title="Other blog")
    with django_capture_on_commit_callbacks(execute=True):
        if change == "move":
            draft.move(other, pos="last-child")
        else:
            draft.slug = "another"
            draft.save()
    assert Redirect.objects.get().old_path == "/former"


def test_a_tree_leaves_redirects_for_what_was_public_alone(
    small_site: SmallSite, draft: BlogPostPage, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        small_site.blog.slug = "journal"
        small_site.blog.save()
    old_paths = set(Redirect.objects.values_list("old_path", flat=True))
    assert old_paths == {"/blog", f"/blog/{small_site.post.slug}"}


def test_a_public_post_below_a_draft_leaves_a_redirect(
    small_site: SmallSite, django_capture_on_commit_callbacks: Any
) -> None:
    blog = BlogIndexPageFactory(parent=small_site.home, title="New", slug="new", live=False, first_published_at=None)
    BlogPostPageFactory(parent=blog, title="Public", slug="public", first_published_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        blog.slug = "secret"
        blog.save()
    assert set(Redirect.objects.values_list("old_path", flat=True)) == {"/new/public"}


def author_rows(*authors: Author | None, ids: list[str] | None = None) -> dict[str, Any]:
    """Return the form's state of the authors, each of them added in this window."""
    ids = ids or [""] * len(authors)
    rows = [{"author": author.pk if author else "", "id": pk} for author, pk in zip(authors, ids, strict=True)]
    return {"post_authors": inline_formset(rows)}


def saved_draft(post: BlogPostPage) -> BlogPostPage:
    return BlogPostPage.objects.get(pk=post.pk).get_latest_revision_as_object()


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.by_day(1)
def test_a_row_without_anything_chosen_is_left_out(
    small_site: SmallSite, admin: Client, before: int, after: int
) -> None:
    authors = AuthorFactory.create_batch(2)
    chosen = [*authors[:before], None, *authors[2 - after :]]
    answer = autosave(admin, small_site.post, title="Goes on", **author_rows(*chosen))
    assert answer["success"], answer
    draft = saved_draft(small_site.post)
    assert draft.title == "Goes on"
    assert draft.authors == [author for author in chosen if author]


def test_it_is_saved_once_somebody_is_chosen(small_site: SmallSite, admin: Client) -> None:
    first, second = AuthorFactory.create_batch(2)
    updates = autosave(admin, small_site.post, **author_rows(first, None))["field_updates"]
    # As the form is from then on.
    rows = author_rows(first, None)
    rows["post_authors"]["INITIAL_FORMS"] = updates["post_authors-INITIAL_FORMS"]
    assert autosave(admin, small_site.post, title="Goes on", **rows)["success"]
    assert saved_draft(small_site.post).authors == [first]
    rows["post_authors"]["1"]["author"] = second.pk
    assert autosave(admin, small_site.post, **rows)["success"]
    assert saved_draft(small_site.post).authors == [first, second]


def test_publishing_still_asks_for_what_is_missing_in_a_row(small_site: SmallSite, admin: Client) -> None:
    links = inline_formset([{"label": "Words without an address", "url": "", "id": ""}])
    form = form_of(small_site.project, links=links) | {"action-publish": "1"}
    response = admin.post(f"/admin/pages/{small_site.project.pk}/edit/", form)
    assert "could not be saved due to validation errors" in response.content.decode()


def test_nineteen_hundred_blocks_of_code_fit_into_a_form(rf: RequestFactory) -> None:
    """Each has seven fields. A form that is larger still is refused with a sentence."""
    fields = {f"body-{number}-{name}": "a" for number in range(1900) for name in range(7)}
    assert len(rf.post("/", urlencode(fields), FORM).POST) == len(fields)


def test_a_form_that_is_too_large_is_refused_with_a_sentence(admin: Client, small_site: SmallSite) -> None:
    fields = urlencode({str(number): "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)})
    response = admin.post(f"/admin/pages/{small_site.post.pk}/edit/", fields, FORM)
    assert response.status_code == 400
    assert "Back button brings back what you wrote" in response.content.decode()

"""Not one byte of what is somebody's own reaches anybody else: tried against a cache that is warm."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction, get_page_models

from galley.preview.sharing import make_link
from tests.conftest import SmallSite
from tests.factories import EditorFactory, StandardPageFactory
from tests.galley.page_cache.visitors import Answer, Visitor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SECRET = "xyzzy-secret"


def log_in(user: AbstractUser) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


def assert_nothing_is_kept_of(visitor: Visitor, *words: str) -> None:
    for entry in visitor.app.store.entries.values():
        kept = repr([entry._headers, entry._bodies["identity"]])
        assert not [word for word in words if word in kept]


@pytest.fixture
def warm(visitor: Visitor, small_site: SmallSite) -> Visitor:
    """Somebody who has been everywhere."""
    for _ in range(3):
        for page in small_site.pages():
            visitor.get(page.url)
    assert visitor.get("/").is_hit
    return visitor


def test_each_type_of_page_is_kept(warm: Visitor, small_site: SmallSite) -> None:
    kept = {type(page) for page in small_site.pages() if warm.get(page.url).is_hit}
    assert kept == {type(page) for page in small_site.pages()}
    assert len(kept) == len([model for model in get_page_models() if not model.__module__.startswith("wagtail")])


def test_whoever_writes_gets_a_token_that_nobody_else_gets(warm: Visitor) -> None:
    answers = [warm.get("/forms/token/") for _ in range(3)]
    assert len({answer.body for answer in answers}) == 3
    assert all("no-store" in answer.headers["cache-control"] for answer in answers)
    tokens = [answer.body.decode().partition('value="')[2].partition('"')[0] for answer in answers]
    assert all(tokens)
    assert_nothing_is_kept_of(warm, *tokens)


def test_what_somebody_writes_is_kept_for_nobody(warm: Visitor, small_site: SmallSite) -> None:
    body = b"name=Secretive+Ada&email=wrong"
    form = {"content_type": "application/x-www-form-urlencoded"}
    answer = warm.ask(small_site.contact.url, "POST", body, **form)
    assert answer.status == 422
    assert b"Secretive Ada" in answer.body
    assert warm.get(small_site.contact.url).is_hit
    assert_nothing_is_kept_of(warm, "Secretive")


def test_what_an_editor_sees_stays_with_them(warm: Visitor, small_site: SmallSite) -> None:
    ada, grace = EditorFactory(first_name="Ada-of-the-desk"), EditorFactory(first_name="Grace-of-the-desk")
    for user in (ada, grace):
        answer = warm.get("/", cookie=log_in(user))
        assert b"wagtail-userbar" in answer.body
        assert answer.cache_status == "galley; fwd=bypass"
        assert answer.headers["cache-control"] == "private"
    answer = warm.get("/")
    assert answer.is_hit
    assert b"wagtail-userbar" not in answer.body
    assert_nothing_is_kept_of(warm, "userbar", "of-the-desk", ada.username, grace.username)


def test_an_editor_who_comes_first_leaves_nothing_behind(visitor: Visitor, small_site: SmallSite) -> None:
    cookie = log_in(EditorFactory())
    for page in small_site.pages():
        visitor.get(page.url, cookie=cookie)
    assert not visitor.app.store.entries
    assert b"wagtail-userbar" not in visitor.get("/").body


@pytest.mark.parametrize("kind", ["login", "password"])
def test_a_restricted_page_is_never_kept(warm: Visitor, small_site: SmallSite, kind: str) -> None:
    page = StandardPageFactory(parent=small_site.home, title=SECRET, slug="closed")
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="lead")
    cookie = log_in(EditorFactory())
    if kind == "password":
        client = Client()
        form_url = reverse(
            "wagtailcore_authenticate_with_password", args=[PageViewRestriction.objects.get().pk, page.pk]
        )
        client.post(form_url, {"password": "lead", "return_url": "/closed/"}, headers={"host": "testserver"})
        cookie = f"sessionid={client.cookies['sessionid'].value}"
    for _ in range(2):
        mine = warm.get("/closed/", cookie=cookie)
        assert mine.status == 200
        assert SECRET in mine.body.decode()
        strangers = warm.get("/closed/")
        assert SECRET not in strangers.body.decode()
        assert not strangers.is_stored
        assert "private" in strangers.headers["cache-control"]
    assert_nothing_is_kept_of(warm, SECRET)


def test_a_draft_stays_a_draft(warm: Visitor, small_site: SmallSite) -> None:
    about = small_site.about
    about.title = SECRET
    about.save_revision()
    unpublished = StandardPageFactory.build(title=SECRET, slug="draft", live=False)
    small_site.home.add_child(instance=unpublished)
    cookie = log_in(EditorFactory())
    view_draft = f"/admin/pages/{about.pk}/view_draft/"
    for url in (f"/admin/pages/{about.pk}/edit/", view_draft, f"/preview/pages/{about.pk}/"):
        assert SECRET in warm.get(url, cookie=cookie).body.decode()
        assert SECRET not in warm.get(url).body.decode()
    assert [warm.get(url).status for url in ("/draft/", "/draft/")] == [404, 404]
    for page in small_site.pages():
        assert SECRET not in warm.get(page.url).body.decode()
    assert_nothing_is_kept_of(warm, SECRET)


def test_a_shared_draft_is_for_those_who_have_its_link(warm: Visitor, small_site: SmallSite, editor) -> None:
    about = small_site.about
    about.title = SECRET
    about.save_revision()
    url = share(about, editor)
    for _ in range(2):
        guest = warm.get(url)
        assert (guest.status, SECRET in guest.body.decode()) == (200, True)
        assert "no-store" in guest.headers["cache-control"]
        assert not guest.is_hit
    assert SECRET not in warm.get(about.url).body.decode()
    assert warm.get("/preview/shared/another-token/").status in {404, 410}
    assert_nothing_is_kept_of(warm, SECRET, url.split("/")[-2])


def share(page: Page, editor: AbstractUser) -> str:
    """Return the address of a link to the draft of `page`."""
    _link, token = make_link(page, editor, timedelta(days=1))
    return reverse("preview:shared", args=[token])


@pytest.mark.parametrize("path", ["/admin/login/", "/documents/1/x/", "/health/ready", "/nowhere/"])
@pytest.mark.by_day(0, 2)
def test_what_is_no_page_is_never_kept(warm: Visitor, path: str) -> None:
    answers: list[Answer] = [warm.get(path) for _ in range(2)]
    assert not any(answer.is_hit or answer.is_stored for answer in answers)
    assert not any(path in key for key in warm.app.store.entries)


def test_an_error_is_never_kept(warm: Visitor, register_hook: Callable, small_site: SmallSite) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("out of ink")

    register_hook("home_sections", fail)
    Page.objects.filter(pk=small_site.home.pk).update(search_description="x")
    answer = warm.get("/")
    assert (answer.status, answer.is_hit, answer.is_stored) == (500, False, False)
    assert not any(key[1] == "/" for key in warm.app.store.entries)


def test_an_address_with_another_host_gets_no_page(warm: Visitor) -> None:
    answer = warm.get("/", host="evil.example")
    assert (answer.status, answer.is_stored) == (400, False)
    assert not any(b"evil.example" in key for key in warm.app.store.entries)


def test_a_list_for_htmx_is_kept_beside_the_whole_one(warm: Visitor) -> None:
    parts = [warm.get("/blog/", hx_request="true") for _ in range(2)]
    wholes = [warm.get("/blog/"), warm.get("/blog/", hx_request="true", hx_history_restore_request="true")]
    assert parts[1].is_hit
    assert wholes[0].is_hit
    assert not any(b"<html" in part.body for part in parts)
    assert all(b"<html" in whole.body for whole in wholes)

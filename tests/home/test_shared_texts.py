"""Texts that several pages show: written once, public at once, found by the search."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import streamfield

from galley.preview.drafts.binding import Memory, bind_draft
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.rendering import render_page
from galley.preview.drafts.sources import SavedPage
from home.models import SharedText
from tests.factories import EditorFactory, SmallSite
from tests.galley.preview.conftest import form_of

pytestmark = pytest.mark.django_db


def member(client: Client, group: str) -> Client:
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


def write_text(words: str) -> SharedText:
    return SharedText.objects.create(name="Note", body=[("paragraph", f"<p>{words}</p>"), ("markdown", "*Thank you.*")])


def show(page, text: SharedText) -> None:
    page.body = [("markdown", "Before."), ("shared_text", text)]
    page.save_revision().publish()


def test_pages_show_the_text_as_it_is_now(small_site: SmallSite, asgi_get) -> None:
    text = write_text("Support us.")
    pages = (small_site.about, small_site.post)
    for page in pages:
        show(page, text)
    text.body = [("callout", {"kind": "tip", "text": "<p>Write to us.</p>"})]
    text.save()
    for page in pages:
        html = asgi_get(page.url).content.decode()
        assert "Write to us." in html
        assert "Support us." not in html
    feed = asgi_get("/blog/feed.json").json()
    assert "Write to us." in feed["items"][0]["content_html"]


def test_the_preview_of_a_draft_shows_it(small_site: SmallSite) -> None:
    page = small_site.about
    page.body = [("shared_text", write_text("Support us."))]
    html = page.make_preview_request().content.decode()
    assert "Support us." in html
    assert "<em>Thank you.</em>" in html


def test_the_live_preview_shows_what_is_chosen(small_site: SmallSite, editor) -> None:
    chosen = form_of(small_site.about, body=streamfield([("shared_text", write_text("Support us.").pk)]))
    draft = bind_draft(SavedPage(small_site.about.pk), FormData(chosen), editor, Memory())
    assert draft.unusable == {}
    assert "Support us." in render_page(draft.page)


def test_a_text_that_is_deleted_leaves_the_rest_of_the_page(small_site: SmallSite, asgi_get) -> None:
    text = write_text("Support us.")
    show(small_site.about, text)
    text.delete()
    html = asgi_get(small_site.about.url).content.decode()
    assert "Before." in html
    assert "Support us." not in html


def test_the_search_finds_pages_by_its_present_words(
    small_site: SmallSite, asgi_get, django_capture_on_commit_callbacks
) -> None:
    text = write_text("Xylography.")
    with django_capture_on_commit_callbacks(execute=True):
        show(small_site.about, text)
    assert small_site.about.url in asgi_get("/search/?q=xylography").content.decode()
    text.body = [("paragraph", "<p>Zincography.</p>")]
    with django_capture_on_commit_callbacks(execute=True):
        text.save()
    assert small_site.about.url in asgi_get("/search/?q=zincography").content.decode()


def test_editors_write_it_and_are_asked_before_it_is_deleted(
    small_site: SmallSite, client: Client, django_capture_on_commit_callbacks
) -> None:
    text = write_text("Support us.")
    with django_capture_on_commit_callbacks(execute=True):
        show(small_site.about, text)
    member(client, "Editors")
    for view, arguments in (("list", []), ("add", []), ("edit", [text.pk]), ("delete", [text.pk])):
        assert client.get(reverse(f"wagtailsnippets_home_sharedtext:{view}", args=arguments)).status_code == 200
    page = client.get(reverse("wagtailsnippets_home_sharedtext:delete", args=[text.pk])).content.decode()
    assert reverse("wagtailsnippets_home_sharedtext:usage", args=[text.pk]) in page
    usage = client.get(reverse("wagtailsnippets_home_sharedtext:usage", args=[text.pk])).content.decode()
    assert "About us" in usage


def test_authors_choose_it_and_do_not_change_it(small_site: SmallSite, client: Client) -> None:
    text = write_text("Support us.")
    member(client, "Authors")
    chooser = client.get(reverse("wagtailsnippetchoosers_home_sharedtext:choose"))
    assert "Note" in chooser.json()["html"]
    assert client.get(reverse("wagtailsnippets_home_sharedtext:edit", args=[text.pk])).status_code == 302
    assert "Shared texts" not in client.get("/admin/").content.decode()


def test_a_text_without_words_is_refused(small_site: SmallSite, client: Client) -> None:
    member(client, "Editors")
    empty = {"name": "Note", "body-count": "0"}
    response = client.post(reverse("wagtailsnippets_home_sharedtext:add"), empty)
    assert "This field is required." in response.content.decode()
    assert not SharedText.objects.exists()

"""Two people in the same form of a setting, a snippet, an image: none replaces the other's words unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.http import HttpRequest
from django.test import Client
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, querydict_from_html, streamfield

from blog.models import Author, AuthorLink, Category, Tag
from home.models import SharedText, SiteSettings
from tests.factories import EditorFactory, SiteImageFactory, SmallSite

pytestmark = pytest.mark.django_db
NOT_SAVED = "Yours is not saved yet, so that nothing is replaced unseen."
# The browser writes them.
EMPTY_STREAMS = {"header_menu": streamfield([]), "footer_menu": streamfield([]), "announcement_link": streamfield([])}


class Window:
    """A window with the form of an object, which sends it as the browser does."""

    def __init__(self, user: Any, address: str, **streams: Any) -> None:
        self.client, self.address, self.streams = Client(), address, streams
        self.client.force_login(user)
        self.read(self.client.get(address).content.decode())

    def read(self, html: str) -> None:
        self.form = querydict_from_html(html, form_id="w-editor-form").dict()

    def save(self, **typed: Any) -> str:
        """Type, and press Save. Return the page that follows."""
        self.form |= nested_form_data(self.streams) | nested_form_data(typed)
        response = self.client.post(self.address, self.form, follow=True)
        assert response.status_code == 200
        html = response.content.decode()
        if not response.redirect_chain:
            self.read(html)
        return html


Open = Callable[..., tuple[Window, Window]]


@pytest.fixture
def both_open(small_site: SmallSite) -> Open:
    """Open the form of an object in two windows: Anna's and Ben's."""

    def open_twice(found: models.Model, **streams: Any) -> tuple[Window, Window]:
        anna, ben = (
            EditorFactory(username=name.lower(), first_name=name, last_name="Berg") for name in ("Anna", "Ben")
        )
        address = AdminURLFinder(anna).get_edit_url(found)
        assert address
        return Window(anna, address, **streams), Window(ben, address, **streams)

    return open_twice


def your_site(small_site: SmallSite, **values: Any) -> SiteSettings:
    found = SiteSettings.for_site(small_site.home.get_site())
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    return found


def test_what_both_have_changed_is_shown_and_replaced_at_the_second(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site, tagline="Opened")
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    assert "Your site updated." in anna.save(tagline="Anna's <b>")
    html = ben.save(tagline="Ben's words")
    for text in ("Anna Berg saved this (", NOT_SAVED, "<dt>Tagline</dt>", "&lt;b&gt;"):
        assert text in html
    assert ben.form["tagline"] == "Ben's words"
    settings.refresh_from_db()
    assert settings.tagline == "Anna's <b>"
    assert "Your site updated." in ben.save()
    settings.refresh_from_db()
    assert settings.tagline == "Ben's words"


def test_nothing_is_stored_if_a_third_saves_before_the_second_press(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site, tagline="Opened")
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    anna.save(tagline="Anna's")
    ben.save(tagline="Ben's")
    Window(EditorFactory(username="carl", first_name="Carl"), anna.address, **EMPTY_STREAMS).save(tagline="Carl's")
    html = ben.save()
    assert "Anna Berg and Carl saved this" in html
    settings.refresh_from_db()
    assert settings.tagline == "Carl's"


def test_fields_that_only_the_other_has_changed_stay(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site, tagline="Opened", footer_text="Opened")
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    menu = streamfield([("address", {"label": "Shop", "address": "/shop/"})])
    anna.save(tagline="Anna's", site_name="Anna's name", header_menu=menu)
    html = ben.save(footer_text="Ben's")
    assert "Anna Berg saved this" in html
    assert "These changes stay: Name, Tagline, Header menu." in html
    assert NOT_SAVED not in html
    settings = SiteSettings.objects.select_related("site").get()
    assert (settings.tagline, settings.footer_text, settings.site.site_name) == ("Anna's", "Ben's", "Anna's name")
    assert settings.header_menu[0].value["label"] == "Shop"


def test_the_second_press_replaces_nothing_that_was_not_shown(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site, tagline="Opened", footer_text="Opened")
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    anna.save(tagline="Anna's", footer_text="Anna's")
    html = ben.save(tagline="Ben's")
    assert "<dt>Tagline</dt>" in html
    assert "<dt>Footer text</dt>" not in html
    assert "These changes stay: Footer text." in ben.save()
    settings.refresh_from_db()
    assert (settings.tagline, settings.footer_text) == ("Ben's", "Anna's")


def test_the_same_words_are_no_conflict(small_site: SmallSite, both_open: Open) -> None:
    anna, ben = both_open(your_site(small_site), **EMPTY_STREAMS)
    anna.save(tagline="Same")
    assert NOT_SAVED not in ben.save(tagline="Same")


def test_an_error_in_a_field_hides_no_conflict(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site, tagline="Opened")
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    anna.save(tagline="Anna's")
    assert "isn’t an e-mail address" in ben.save(tagline="Ben's", contact_recipients="nobody")
    assert NOT_SAVED in ben.save(contact_recipients="")
    settings.refresh_from_db()
    assert settings.tagline == "Anna's"


def test_what_is_stored_but_does_not_go_with_what_was_typed_is_shown(small_site: SmallSite, both_open: Open) -> None:
    settings = your_site(small_site)
    anna, ben = both_open(settings, **EMPTY_STREAMS)
    anna.save(announcement_until="2030-05-02 10:00")
    html = ben.save(announcement_from="2031-05-02 10:00")
    assert NOT_SAVED in html
    assert "2 May 2030" in html
    assert "Your site updated." in ben.save()


def test_another_window_of_ones_own_is_named(small_site: SmallSite, both_open: Open) -> None:
    _anna, ben = both_open(your_site(small_site), **EMPTY_STREAMS)
    first = dict(ben.form)
    ben.save(tagline="First window")
    ben.form = first
    assert "You saved this in another window (" in ben.save(tagline="Second window")


def test_what_a_program_has_changed_is_not_replaced_either(small_site: SmallSite, both_open: Open) -> None:
    _anna, ben = both_open(your_site(small_site), **EMPTY_STREAMS)
    SiteSettings.objects.update(tagline="Program's")
    assert "While you were writing, somebody saved this." in ben.save(tagline="Ben's")
    assert SiteSettings.objects.get().tagline == "Program's"


def test_what_is_saved_while_the_request_is_under_way_is_seen(small_site: SmallSite, both_open: Open) -> None:
    _anna, ben = both_open(your_site(small_site), **EMPTY_STREAMS)

    def save_meanwhile(request: HttpRequest, instance: Any) -> None:
        """Wagtail calls this when it has read the object."""
        SiteSettings.objects.update(tagline="Meanwhile", footer_text="Meanwhile")

    with hooks.register_temporarily("before_edit_setting", save_meanwhile):
        assert NOT_SAVED in ben.save(tagline="Ben's")
    assert SiteSettings.objects.get().footer_text == "Meanwhile"


@pytest.mark.parametrize("sent", ["[]", "{", '{"values": 3, "log": "x"}', '{"values": {"tagline": 1}, "log": 0}'])
@pytest.mark.by_day(3)
def test_nonsense_about_the_values_breaks_nothing(small_site: SmallSite, both_open: Open, sent: str) -> None:
    anna, ben = both_open(your_site(small_site), **EMPTY_STREAMS)
    anna.save(tagline="Anna's")
    ben.save(tagline="Ben's", loaded_values=sent)


def test_rows_that_only_the_other_has_added_stay(both_open: Open) -> None:
    author = Author.objects.create(name="Cara", slug="cara")
    anna, ben = both_open(author)
    anna.save(links=inline_formset([{"label": "Anna's", "url": "https://example.org/"}]))
    assert "These changes stay: Author links." in ben.save(biography="Ben's", links=inline_formset([]))
    author = Author.objects.get(pk=author.pk)
    assert (author.biography, [link.label for link in author.links.all()]) == ("Ben's", ["Anna's"])


@pytest.mark.parametrize("typed", ["Opened", "Ben's"])
def test_rows_that_the_other_has_deleted(both_open: Open, typed: str) -> None:
    author = Author.objects.create(name="Cara", slug="cara")
    link = AuthorLink.objects.create(author=author, label="Opened", url="https://example.org/")
    anna, ben = both_open(author)
    row = {"id": link.pk, "label": "Opened", "url": "https://example.org/"}
    anna.save(links=inline_formset([row | {"DELETE": "on"}], initial=1))
    html = ben.save(biography="Ben's", links=inline_formset([row | {"label": typed}], initial=1))
    if typed == "Opened":
        assert "These changes stay: Author links." in html
        assert not author.links.exists()
    else:
        assert "<dt>Author links</dt>" in html
        ben.save()
        assert [link.label for link in AuthorLink.objects.all()] == ["Ben's"]


def make_image() -> Any:
    image = SiteImageFactory(title="Opened")
    image.tags.add("boats", "anchors")
    return image


OBJECTS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "author": (lambda: Author.objects.create(name="Opened", slug="opened"), "name", "biography"),
    "tag": (lambda: Tag.objects.create(name="Opened", slug="opened"), "name", "slug"),
    "category": (lambda: Category.objects.create(name="Opened", slug="opened"), "name", "description"),
    "image": (make_image, "title", "description"),
    "document": (lambda: get_document_model().objects.create(title="Opened", file="a.txt"), "title", "tags"),
    "redirect": (
        lambda: Redirect.objects.create(old_path="/opened", redirect_link="https://a.example/"),
        "redirect_link",
        "old_path",
    ),
}


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.by_day(0, 3)
def test_forms_of_all_kinds_are_guarded(both_open: Open, kind: str) -> None:
    make, field, _other = OBJECTS[kind]
    found = make()
    anna, ben = both_open(found)
    anna.save(**{field: "https://annas.example/"})
    html = ben.save(**{field: "https://bens.example/"})
    assert NOT_SAVED in html
    assert html.split("newer-values")[1].split("</dl>")[0].count("<dt>") == 1
    found.refresh_from_db()
    assert getattr(found, field) == "https://annas.example/"
    assert NOT_SAVED not in ben.save()
    found.refresh_from_db()
    assert getattr(found, field) == "https://bens.example/"


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.by_day(1, 3)
def test_in_forms_of_all_kinds_what_only_one_has_changed_stays(both_open: Open, kind: str) -> None:
    make, field, other = OBJECTS[kind]
    found = make()
    anna, ben = both_open(found)
    anna.save(**{field: "https://annas.example/"})
    assert "These changes stay: " in ben.save(**{other: "bens"})
    found = type(found).objects.get(pk=found.pk)
    value = getattr(found, other)
    assert (getattr(found, field), str(value.get() if other == "tags" else value).strip("/")) == (
        "https://annas.example/",
        "bens",
    )


def test_the_blocks_of_a_shared_text_are_compared_without_their_ids(both_open: Open) -> None:
    text = SharedText.objects.create(name="Opened", body=[("paragraph", "<p>Opened</p>"), ("markdown", "Two")])
    SharedText.objects.update(body=[{"type": "markdown", "value": "Opened"}])
    stream = streamfield([("markdown", "Opened")])
    anna, ben = both_open(text, body=stream)
    anna.save(name="Anna's")
    assert "These changes stay: Name." in ben.save(body=streamfield([("markdown", "Ben's")]))
    text.refresh_from_db()
    assert (text.name, text.body[0].value) == ("Anna's", "Ben's")


def test_the_log_says_of_a_form_without_changes_that_it_has_none(both_open: Open) -> None:
    anna, _ben = both_open(Tag.objects.create(name="Opened", slug="opened"))
    anna.save()
    assert not ModelLogEntry.objects.latest("pk").content_changed

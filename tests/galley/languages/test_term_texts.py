"""Categories, series, tags and authors have texts in each language."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, TestCase
from django.urls import reverse
from wagtail.models import ReferenceIndex
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from blog.models import Author, AuthorLink, Category, PostAuthor, Series, Tag
from galley.page_lists.newest import read_newest
from home.models import SharedText
from tests.factories import EditorFactory, SmallSite
from tests.galley.desk.test_term_views import chooser_url
from tests.galley.languages.conftest import German, publish


@pytest.fixture
def terms(german: German) -> German:
    """Give the German post a term of each taxonomy."""
    post = german.post
    post.categories.add(Category.objects.create(name="News", translations={"de": {"name": "Neuigkeiten"}}))
    post.series = Series.objects.create(name="Letters", translations={"de": {"name": "Briefe"}})
    post.tags.add("ink")
    Tag.objects.filter(name="ink").update(translations={"de": {"name": "Tinte", "description": "Alles Schwarze."}})
    author = Author.objects.create(
        name="Ada", biography="She prints.", translations={"de": {"biography": "Sie druckt."}}
    )
    AuthorLink.objects.create(
        author=author, label="Photos", url="https://a.example/", translations={"de": {"label": "Fotos"}}
    )
    post.post_authors.add(PostAuthor(author=author))
    publish(post)
    return german


def test_visitors_read_them_in_the_language_of_the_page(terms: German, client: Client) -> None:
    html = client.get(terms.post.url).text
    for text in ("Neuigkeiten", "Briefe", "Tinte", "Sie druckt."):
        assert text in html
    for text in ("News", "Letters", "She prints."):
        assert text not in html
    listed = client.get(terms.blog.url).text
    assert "Tinte" in listed
    assert "Neuigkeiten" in listed
    assert "News<" not in listed
    tagged = client.get(f"{terms.blog.url}tags/ink/").text
    assert "Alles Schwarze." in tagged
    assert "Tinte</h1>" in tagged
    assert "Fotos" in client.get(f"{terms.blog.url}authors/ada/").text
    feed = client.get(f"{terms.blog.url}feed.json").json()
    assert feed["items"][0]["tags"] == ["Neuigkeiten", "Tinte"]
    assert "Tinte" in client.get(f"{terms.blog.url}tags/ink/feed.json").json()["title"]


def test_editors_write_them_beside_the_first(terms: German, client: Client) -> None:
    client.force_login(EditorFactory())
    author = Author.objects.get()
    address = reverse("wagtailsnippets_blog_author:edit", args=[author.pk])
    html = client.get(address).text
    assert "Sie druckt." in html
    assert 'value="Fotos"' in html
    assert html.count('name="biography_de"') == 1
    link = author.links.get()
    row = {"id": link.pk, "label": "Photos", "label_de": "Bilder", "url": link.url}
    data = {"name": "Ada", "slug": "ada", "biography": "She prints.", "biography_de": "", "portrait": ""}
    client.post(address, nested_form_data(data | {"links": inline_formset([row], initial=1)}))
    author.refresh_from_db()
    link.refresh_from_db()
    assert author.translations is None
    assert link.translations == {"de": {"label": "Bilder"}}


def test_a_shared_text_has_a_body_in_each_language(german: German, small_site: SmallSite, client: Client) -> None:
    client.force_login(EditorFactory())
    target = ReferenceIndex.get_references_to
    words = {"body": [("markdown", "Write to us.")], "body_de": [("markdown", f"[Wir](page:{german.about.pk})")]}
    data = nested_form_data({"name": "Note", **{name: streamfield(value) for name, value in words.items()}})
    assert client.post(reverse("wagtailsnippets_home_sharedtext:add"), data).status_code == 302
    text = SharedText.objects.get()
    ReferenceIndex.create_or_update_for_object(text)
    assert target(german.about).filter(model_path__startswith="translations.de.body").exists()
    for page in (small_site.post, german.post):
        publish(page, body=[("shared_text", text)])
    assert "Write to us." in client.get(small_site.post.url).text
    html = client.get(german.post.url).text
    assert "Write to us." not in html
    assert f'<a href="{german.about.url}">Wir</a>' in html
    address = reverse("wagtailsnippets_home_sharedtext:edit", args=[text.pk])
    html = client.get(address).text
    assert html.count('id="body_de"') == html.count('id="body"') == 1
    data = nested_form_data({"name": "Note", "body": streamfield(words["body"]), "body_de": streamfield([])})
    assert client.post(address, data).status_code == 302
    assert "Write to us." in client.get(german.post.url).text


def test_the_short_form_says_where_the_other_languages_are_written(
    german: German, client: Client, editor: User, settings: Any
) -> None:
    client.force_login(editor)
    address, hint = chooser_url("author", "choose"), "In the other languages, you write it under"
    html = client.get(address).json()["html"]
    assert html.count(hint) == 1
    assert "biography_de" not in html
    settings.WAGTAIL_I18N_ENABLED = False
    assert hint not in client.get(address).json()["html"]


def test_a_search_finds_a_page_by_what_it_shows_in_its_language(
    terms: German, small_site: SmallSite, client: Client, editor: User
) -> None:
    note = SharedText.objects.create(name="Note", body=[("paragraph", "<p>Write to us.</p>")])
    german, english = terms.post, publish(small_site.post, body=[("shared_text", note)])
    publish(german, body=[("shared_text", note)])
    english.tags.add("ink")
    publish(english)
    body = note._meta.get_field("body").get_prep_value([("paragraph", "<p>Schreibt uns.</p>")])
    with TestCase.captureOnCommitCallbacks(execute=True):
        note.translations = {"de": {"body": body}}
        note.save()
        ink = Tag.objects.get(name="ink")
        ink.translations = {"de": {"name": "Druckfarbe"}}
        ink.save()

    def are_found(text: str) -> tuple[bool, bool]:
        """Return whether visitors find the German post, and the English one, each in its language."""
        pages = [("/de/search/", german), ("/search/", english)]
        return tuple(f'<a href="{page.url}"' in client.get(path, {"q": text}).text for path, page in pages)

    for text in ("Druckfarbe", "Neuigkeiten", "Schreibt"):
        assert are_found(text) == (True, False), text
    for text in ("ink", "Write"):
        assert are_found(text) == (False, True), text
    client.force_login(editor)
    for page in (german, english):
        read_newest.call(page.pk)

    def are_listed(text: str) -> tuple[bool, bool]:
        """Return the same for the list of an editor, who reads in forms the name in the first language."""
        listed = {page.pk for page in client.get("/admin/pages/search/", {"q": text}).context["object_list"]}
        return german.pk in listed, english.pk in listed

    for text in ("Druckfarbe", "Neuigkeiten", "Schreibt"):
        assert are_listed(text) == (True, False), text
    assert are_listed("ink") == (True, True)

"""Authors, tags, categories and series in the admin: who may change them, and how."""

import re
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file

from blog.models import Author, BlogPostPage, Category, Series, Tag
from home.models import SiteImage
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, EditorFactory

pytestmark = pytest.mark.django_db

MODELS = ["author", "tag", "category", "series"]


def url(model: str, view: str, *args: int) -> str:
    return reverse(f"wagtailsnippets_blog_{model}:{view}", args=args)


def chooser_url(model: str, view: str) -> str:
    return reverse(f"wagtailsnippetchoosers_blog_{model}:{view}")


def member(client: Client, group: str) -> Client:
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


@pytest.fixture
def desk(client: Client, small_site: SmallSite) -> Client:
    """The client of an editor."""
    return member(client, "Editors")


def categories(*names: str) -> list[Category]:
    return [Category.objects.create(name=name) for name in names]


def names_in_order() -> list[str]:
    return [category.name for category in Category.objects.all()]


def errors(response) -> str:
    return " ".join(re.findall(r'<div class="w-field__errors".*?</div>', response.content.decode(), re.DOTALL))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.by_day(1)
def test_editors_see_the_lists_and_authors_do_not(small_site: SmallSite, client: Client, model: str) -> None:
    member(client, "Editors")
    assert client.get(url(model, "list")).status_code == 200
    assert url(model, "list") in client.get("/admin/").content.decode()
    member(client, "Authors")
    page = client.get("/admin/").content.decode()
    assert "People and subjects" not in page
    term = {"author": Author, "tag": Tag, "category": Category, "series": Series}[model].objects.create(name="One")
    for path in (url(model, "list"), url(model, "add"), url(model, "edit", term.pk), url(model, "merge", term.pk)):
        assert client.get(path).status_code == 302
    assert client.post(chooser_url(model, "create"), {"name": "Two"}).status_code == 302
    assert 'name="name"' not in client.get(chooser_url(model, "choose")).json()["html"]


def test_the_list_is_in_the_order_of_names(desk: Client) -> None:
    for name in ("ink", "Zinc", "ash"):
        Tag.objects.create(name=name)
    listed = desk.get(url("tag", "list")).context["object_list"]
    assert [tag.name for tag in listed] == ["ash", "ink", "Zinc"]
    assert desk.get(f"{url('tag', 'list')}?ordering=-slug").context["object_list"][0].name == "Zinc"


@pytest.mark.parametrize("search", ["", "?q=in"])
def test_the_list_counts_pages(desk: Client, small_site: SmallSite, search: str) -> None:
    small_site.post.tags.add("ink")
    small_site.post.save()
    unused = Tag.objects.create(name="In vain")
    html = desk.get(url("tag", "list") + search).content.decode()
    assert re.search(rf'{url("tag", "usage", Tag.objects.get(name="ink").pk)}">\s*1 page', html)
    assert f'{url("tag", "usage", unused.pk)}">0' not in html
    assert "none" in html


def test_a_new_category_comes_last_and_moves_by_position(desk: Client) -> None:
    categories("Proofs", "Type", "Ink")
    assert names_in_order() == ["Proofs", "Type", "Ink"]
    assert "data-w-orderable-url-value" in desk.get(url("category", "list")).content.decode()
    assert "data-w-orderable-url-value" not in desk.get(url("category", "list") + "?q=i").content.decode()
    ink = Category.objects.get(name="Ink")
    assert desk.post(url("category", "reorder", ink.pk) + "?position=0").status_code == 200
    assert names_in_order() == ["Ink", "Proofs", "Type"]
    assert desk.post(url("category", "reorder", ink.pk) + "?position=1").status_code == 200
    assert names_in_order() == ["Proofs", "Ink", "Type"]


def test_terms_without_a_number_can_be_moved(desk: Client) -> None:
    numbers = {"c": None, "a": 3, "b": 3}
    Category.objects.bulk_create(Category(name=name, slug=name, sort_order=order) for name, order in numbers.items())
    desk.post(url("category", "reorder", Category.objects.get(name="b").pk) + "?position=0")
    assert names_in_order()[0] == "b"
    assert sorted(Category.objects.values_list("sort_order", flat=True)) == [0, 1, 2]


def test_authors_cannot_move_anything(small_site: SmallSite, client: Client) -> None:
    _first, last = categories("Proofs", "Type")
    member(client, "Authors").post(url("category", "reorder", last.pk) + "?position=0")
    assert names_in_order() == ["Proofs", "Type"]


def test_a_tag_is_described_and_renamed(desk: Client, small_site: SmallSite, asgi_get) -> None:
    small_site.post.tags.add("ink")
    small_site.post.save()
    tag = Tag.objects.get()
    data = {"name": "Inks", "slug": "inks", "description": "What makes it black."}
    assert desk.post(url("tag", "edit", tag.pk), data).status_code == 302
    assert asgi_get("/blog/tags/ink/")["Location"] == "/blog/tags/inks/"
    html = asgi_get("/blog/tags/inks/").content.decode()
    assert "What makes it black." in html
    assert ">Inks<" in html


def test_tags_are_merged_in_a_form(desk: Client, small_site: SmallSite) -> None:
    small_site.post.tags.add("ink", "inks")
    small_site.post.save()
    ink, inks = Tag.objects.get(name="ink"), Tag.objects.get(name="inks")
    assert url("tag", "merge", ink.pk) in desk.get(url("tag", "list")).content.decode()
    assert "/blog/tags/ink/" in desk.get(url("tag", "merge", ink.pk)).content.decode()
    same = desk.post(url("tag", "merge", ink.pk), {"target": ink.pk})
    assert "can’t be merged into itself" in errors(same)
    assert "required" in errors(desk.post(url("tag", "merge", ink.pk), {"target": ""}))
    assert errors(desk.post(url("tag", "merge", ink.pk), {"target": "999"}))
    done = desk.post(url("tag", "merge", ink.pk), {"target": inks.pk}, follow=True)
    assert "“ink” was merged into “inks”. 1 page has changed." in done.content.decode()
    assert list(BlogPostPage.objects.get().tags.names()) == ["inks"]
    assert desk.get(url("tag", "merge", ink.pk)).status_code == 404


def test_who_may_not_delete_may_not_merge(small_site: SmallSite, client: Client) -> None:
    Group.objects.get(name="Editors").permissions.filter(codename="delete_tag").delete()
    tag = Tag.objects.create(name="ink")
    member(client, "Editors")
    assert url("tag", "merge", tag.pk) not in client.get(url("tag", "list")).content.decode()
    assert client.get(url("tag", "merge", tag.pk)).status_code == 302


@pytest.mark.parametrize(
    ("name", "slug", "made"),
    [("Ada Lovelace", "", "ada-lovelace"), ("Łódź", "", "lodz"), ("🎈", "", "balloon"), ("…", "dots", "dots")],
)
def test_an_author_is_added_within_the_chooser(desk: Client, name: str, slug: str, made: str) -> None:
    form = desk.get(chooser_url("author", "choose") + "?multiple=1").json()["html"]
    assert 'name="biography"' in form
    assert 'id="id_slug"' not in form  # the page around it has such a field
    data = {"name": name, "slug": slug, "biography": "Wrote the first program."}
    answer = desk.post(chooser_url("author", "create") + "?multiple=1", data).json()
    author = Author.objects.get()
    assert (author.name, author.slug, author.biography) == (name, made, "Wrote the first program.")
    (chosen,) = answer["result"]
    assert (answer["step"], chosen["id"], chosen["string"]) == ("chosen", str(author.pk), name)
    assert chosen["edit_url"] == url("author", "edit", author.pk)


def test_a_new_author_comes_with_portrait_and_link(desk: Client) -> None:
    file = ContentFile(get_test_image_file().file.getvalue(), "ada.png")
    link = {"links_label": "Her notes", "links_url": "https://ada.example/"}
    desk.post(chooser_url("author", "create"), {"name": "Ada", "slug": "", "biography": "", "portrait": file} | link)
    author = Author.objects.get()
    assert author.portrait.title == "Ada"
    assert author.portrait.uploaded_by_user is not None
    assert [(one.label, one.url) for one in author.links.all()] == [("Her notes", "https://ada.example/")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"portrait": ContentFile(b"no picture", "ada.png")}, "Upload a valid image."),
        ({"portrait": ContentFile(get_test_image_file().file.getvalue()[:200], "ada.png")}, "t be shown on pages"),
        ({"portrait": ContentFile(b"<svg><script>1</script>", "ada.svg")}, "image"),
        ({"links_label": "Her notes"}, "This field cannot be blank."),
        ({"links_url": "https://ada.example/"}, "This field cannot be blank."),
        ({"links_label": "Her notes", "links_url": "ada"}, "Enter a valid URL."),
    ],
)
def test_a_wrong_portrait_or_link_is_said(desk: Client, fields: dict, sentence: str) -> None:
    answer = desk.post(chooser_url("author", "create"), {"name": "Ada", "slug": "", "biography": "Hers.", **fields})
    html = answer.json()["htmlFragment"]
    assert re.search(rf'error-message">\s*[^<]*{sentence}', html)
    assert "Hers." in html
    assert not Author.objects.exists()
    assert not SiteImage.objects.exists()


@pytest.mark.parametrize(
    ("name", "slug", "sentence"),
    [
        ("", "", "This field is required."),
        ("…", "", "The name has no letters that an address could be made of."),
        ("Ada", "", "This slug is in use already"),
        ("Another", "ada", "This slug is in use already"),
        ("Another", "a b", "Enter a valid “slug”"),
    ],
)
@pytest.mark.by_day(0, 2)
def test_what_cannot_be_added_is_said_and_stays_in_the_form(desk: Client, name: str, slug: str, sentence: str) -> None:
    AuthorFactory(name="Ada", slug="ada")
    for path in (chooser_url("author", "create"), url("author", "add")):
        formset = {f"links-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
        response = desk.post(path, {"name": name, "slug": slug, "biography": "Her words.", **formset})
        html = response.json()["htmlFragment"] if "choose" in path else response.content.decode()
        assert sentence in html
        assert "Her words." in html
    assert Author.objects.count() == 1


def test_a_tag_whose_name_is_in_use_is_refused(desk: Client) -> None:
    Tag.objects.create(name="ink")
    response = desk.post(url("tag", "add"), {"name": "ink", "slug": "other"})
    assert "There is a tag with this name already." in errors(response)


@pytest.mark.parametrize(("name", "slug"), [("🎈", "balloon"), ("…", "tag"), ("größe", "größe"), ("C++", "c")])
def test_a_tag_that_is_typed_has_an_address(small_site: SmallSite, client: Client, name: str, slug: str) -> None:
    small_site.post.tags.add(name)
    small_site.post.save()
    assert Tag.objects.get().slug == slug
    assert client.get(f"/blog/tags/{quote(slug)}/").status_code == 200


def test_two_tags_of_signs_have_two_addresses(small_site: SmallSite) -> None:
    small_site.post.tags.add("…", "!", "C", "C++")
    assert sorted(Tag.objects.values_list("slug", flat=True)) == ["c", "c_1", "tag", "tag_1"]

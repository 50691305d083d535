"""Autosave saves what is valid, and names what isn't."""

from typing import Any

import pytest
from django.test import Client
from wagtail.test.utils.form_data import streamfield

from blog.models import BlogPostPage
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory
from tests.galley.preview.conftest import form_of
from tests.home.test_drafts import admin, author_rows, autosave, autosave_new, saved_draft

__all__ = ["admin"]
pytestmark = pytest.mark.django_db

TOO_LONG = "x" * 256


def parts_of(answer: dict[str, Any]) -> list[tuple[str, str]]:
    assert answer["success"], answer
    return [(part["selector"], part["text"]) for part in answer.get("invalid_parts", [])]


@pytest.mark.parametrize(
    ("changed", "selector", "text"),
    [
        (
            {"expire_at": "2020-01-01 00:00"},
            "#id_expire_at",
            "Expiry date/time: Expiry date/time must be in the future.",
        ),
        ({"date": "yesterday"}, "#id_date", "Date: Enter a valid date."),
        (
            {"slug": "taken"},
            "#id_slug",
            "Slug: The slug 'taken' is already in use within the parent page.",
        ),
        ({"series_position": "first"}, "#id_series_position", "Number in the series: Enter a whole number."),
        (
            {"series": "99"},
            "#id_series",
            "Series: Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
@pytest.mark.by_day(0, 2)
def test_a_field_that_isnt_valid_stays_as_it_was(
    small_site: SmallSite, admin: Client, changed: dict[str, str], selector: str, text: str
) -> None:
    BlogPostPageFactory(parent=small_site.blog, title="Taken", slug="taken")
    small_site.post.save_revision().publish()
    [name] = changed
    before = getattr(saved_draft(small_site.post), name)
    form = {"title": "Goes on", "date": small_site.post.date} | changed
    assert parts_of(autosave(admin, small_site.post, **form)) == [(selector, text)]
    draft = saved_draft(small_site.post)
    assert (draft.title, getattr(draft, name)) == ("Goes on", before)


def test_nothing_is_named_while_everything_is_valid(small_site: SmallSite, admin: Client) -> None:
    assert "invalid_parts" not in autosave(admin, small_site.post, title="Goes on")


def test_a_row_that_isnt_valid_stays_as_it_was(small_site: SmallSite, admin: Client) -> None:
    first, second = AuthorFactory.create_batch(2)
    rows = author_rows(first, second)
    rows["post_authors"]["1"]["author"] = "nobody"
    [(selector, text)] = parts_of(autosave(admin, small_site.post, title="Goes on", **rows))
    assert selector == "#id_post_authors-1-author"
    assert text.startswith("Post author 2, Author: Select a valid choice.")
    draft = saved_draft(small_site.post)
    assert (draft.title, draft.authors) == ("Goes on", [first])

    rows["post_authors"]["1"]["author"] = second.pk
    assert parts_of(autosave(admin, small_site.post, **rows)) == []
    assert saved_draft(small_site.post).authors == [first, second]


def test_a_new_post_is_created_without_it(small_site: SmallSite, admin: Client) -> None:
    answer, page = autosave_new(admin, small_site.blog, title="New", slug="", date="someday")
    assert parts_of(answer) == [("#id_date", "Date: Enter a valid date.")]
    assert page is not None
    assert (page.title, page.date) == ("New", None)


def test_a_new_post_without_a_valid_title_is_untitled(small_site: SmallSite, admin: Client) -> None:
    answer, page = autosave_new(admin, small_site.blog, title=TOO_LONG, slug="", excerpt="Words.")
    [(selector, text)] = parts_of(answer)
    assert selector == "#id_title"
    assert text.startswith("Title: Ensure this value has at most 255 characters")
    assert page is not None
    assert (page.title, page.slug, page.excerpt) == ("Untitled", "blog-post", "Words.")


def test_a_draft_that_is_saved_by_hand_is_refused_as_a_whole(small_site: SmallSite, admin: Client) -> None:
    response = admin.post(f"/admin/pages/{small_site.post.pk}/edit/", form_of(small_site.post, date="yesterday"))
    assert "could not be saved due to validation errors" in response.content.decode()


def test_a_locked_page_stays_as_it_is(small_site: SmallSite, admin: Client) -> None:
    small_site.post.locked = True
    small_site.post.save()
    answer = autosave(admin, small_site.post, title="Goes on", date="yesterday")
    assert answer["error_code"] == "locked"


# Blocks


def body_of(*children: tuple[str, str, Any]) -> dict[str, Any]:
    body = streamfield([(kind, value) for kind, _, value in children])
    return body | {str(number): body[str(number)] | {"id": child[1]} for number, child in enumerate(children)}


def saved_body(page: BlogPostPage) -> list[tuple[str, Any]]:
    return [(child.id, child.block.get_prep_value(child.value)) for child in saved_draft(page).body]


def heading(text: str) -> dict[str, str]:
    return {"text": text, "level": "2"}


def place(*names: str) -> str:
    return " ".join(f'[data-contentpath="{name}"]' for name in ("body", *names))


def test_a_field_of_a_block_stays_as_it_was_and_all_else_is_saved(small_site: SmallSite, admin: Client) -> None:
    post = small_site.post
    autosave(admin, post, body=body_of(("heading", "a", heading("First")), ("markdown", "b", "Words.")))
    changed = heading(TOO_LONG) | {"level": "3"}
    answer = autosave(admin, post, body=body_of(("markdown", "b", "More words."), ("heading", "a", changed)))
    [(selector, text)] = parts_of(answer)
    assert selector == place("a", "text")
    assert text.startswith("Body, Heading, Text: Ensure this value has at most 255 characters")
    assert saved_body(post) == [("b", "More words."), ("a", {"text": "First", "level": "3"})]


def test_a_new_block_is_saved_without_its_invalid_field(small_site: SmallSite, admin: Client) -> None:
    body = body_of(("heading", "a", heading(TOO_LONG)), ("markdown", "b", "Words."))
    assert len(parts_of(autosave(admin, small_site.post, body=body))) == 1
    assert saved_body(small_site.post) == [("a", {"text": "", "level": "2"}), ("b", "Words.")]


@pytest.mark.nightly
def test_a_picture_of_a_gallery_stays_as_it_was(small_site: SmallSite, admin: Client) -> None:
    def pictures(*captions: str) -> dict[str, Any]:
        picture = {"image": {"image": small_site.project.lead_image_id or 1, "alt_text": "A sheet", "decorative": ""}}
        items = [picture | {"caption": caption} for caption in captions]
        rows = {
            str(n): {"value": v, "id": f"p{n}", "order": n, "deleted": "", "type": "item"} for n, v in enumerate(items)
        }
        return {"pictures": rows | {"count": len(items)}, "caption": ""}

    autosave(admin, small_site.post, body=body_of(("gallery", "g", pictures("One", "Two"))))
    answer = autosave(admin, small_site.post, body=body_of(("gallery", "g", pictures("Uno", TOO_LONG, "Tres"))))
    [(selector, _text)] = parts_of(answer)
    assert selector == place("g", "pictures", "p1", "caption")
    [(_, gallery)] = saved_body(small_site.post)
    assert [item["value"]["caption"] for item in gallery["pictures"]] == ["Uno", "Two", "Tres"]


def test_several_invalid_parts_are_all_named(small_site: SmallSite, admin: Client) -> None:
    body = body_of(*(("heading", name, heading(TOO_LONG)) for name in "ab"))
    answer = autosave(admin, small_site.post, title="Goes on", date="x", body=body)
    assert {selector for selector, _ in parts_of(answer)} == {"#id_date", place("a", "text"), place("b", "text")}
    assert saved_draft(small_site.post).title == "Goes on"

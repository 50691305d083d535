"""Two versions of a page become one: what only one of them has changed is taken, and what both have is asked about."""

import json
from typing import Any

import pytest

from blog.models import BlogPostPage, PostAuthor, Tag
from galley.history.merging import Merge
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, SiteImageFactory
from tests.growth import count_lines

pytestmark = pytest.mark.django_db


def block(value: Any, name: str = "1", kind: str = "markdown") -> dict[str, Any]:
    return {"type": kind, "value": value, "id": name}


class Contents:
    """The serialised contents of a post, with changes."""

    def __init__(self, post: BlogPostPage) -> None:
        self.content = post.serializable_data()

    def __call__(self, *blocks: dict[str, Any], **changed: Any) -> dict[str, Any]:
        return self.content | {"body": json.dumps(blocks)} | changed


@pytest.fixture
def page(small_site: SmallSite) -> Contents:
    return Contents(small_site.post)


def merge(base: Any, theirs: Any, mine: Any, *choices: str) -> Merge:
    """Return the merge, with `choices` for its conflicts in their order."""
    conflicts = [each.name for each in Merge(BlogPostPage, base, theirs, mine).differences if each.is_conflict]
    return Merge(BlogPostPage, base, theirs, mine, dict(zip(conflicts, choices, strict=False)))


def body(merged: Merge) -> list[Any]:
    return [each["value"] for each in json.loads(merged.content["body"])]


def asked(merged: Merge) -> list[tuple[str, str, str]]:
    return [(each.place, each.theirs, each.mine) for each in merged.differences if each.is_conflict]


def taken(merged: Merge) -> list[tuple[str, str]]:
    return [(each.place, each.default) for each in merged.differences if not each.is_conflict]


A, B, C = block("a", "1"), block("b", "2"), block("c", "3")


def test_equal_versions_have_no_difference(page: Contents) -> None:
    assert not merge(page(A), page(B), page(B)).differences


def test_different_fields_and_blocks_are_taken_from_both(page: Contents) -> None:
    merged = merge(page(A, B), page(block("theirs"), B, title="Theirs"), page(A, block("mine", "2"), excerpt="Mine"))
    assert (merged.content["title"], merged.content["excerpt"]) == ("Theirs", "Mine")
    assert body(merged) == ["theirs", "mine"]
    places = ["Title", "Excerpt", "Body, Markdown", "Body, Markdown"]
    assert taken(merged) == list(zip(places, ["theirs", "mine"] * 2, strict=True))
    assert not asked(merged)


@pytest.mark.parametrize(("choice", "title"), [("theirs", "Theirs"), ("mine", "Mine")])
def test_a_field_that_both_have_changed_is_asked_about(page: Contents, choice: str, title: str) -> None:
    merged = merge(page(title="Old"), page(title="Theirs"), page(title="Mine"), choice)
    assert asked(merged) == [("Title", "Theirs", "Mine")]
    assert merged.content["title"] == title
    assert (merged.differences[0].default, merged.differences[0].options) == ("", ("theirs", "mine"))


@pytest.mark.parametrize(
    ("choice", "text"), [("theirs", "theirs"), ("mine", "mine"), ("both", "theirs\n\nmine"), ("", "theirs\n\nmine")]
)
def test_a_text_that_both_have_changed_is_asked_about(page: Contents, choice: str, text: str) -> None:
    merged = merge(page(A), page(block("theirs")), page(block("mine")), *[choice] * bool(choice))
    assert asked(merged) == [("Body, Markdown", "theirs", "mine")]
    assert body(merged) == [text]


def heading(text: str, level: str = "2") -> dict[str, Any]:
    return block({"text": text, "level": level}, "h", "heading")


def test_a_block_that_both_have_changed_can_stand_twice(page: Contents) -> None:
    merged = merge(page(heading("Old")), page(heading("Theirs")), page(heading("Mine")), "both")
    assert asked(merged)[0][0] == "Body, Heading"
    assert [each["text"] for each in body(merged)] == ["Theirs", "Mine"]
    ids = [each["id"] for each in json.loads(merged.content["body"])]
    assert ids[0] == "h" != ids[1]


def test_different_parts_of_one_block_are_taken_from_both(page: Contents) -> None:
    merged = merge(page(heading("Old")), page(heading("Theirs")), page(heading("Old", "3")))
    assert body(merged) == [{"text": "Theirs", "level": "3"}]
    assert not asked(merged)


def test_different_lines_of_one_markdown_block_are_taken_from_both(page: Contents) -> None:
    old = "# Title\n\nOne\n\nTwo\n\nThree"
    theirs, mine = old.replace("One", "One of theirs"), old.replace("Three", "Three of mine\n\nFour")
    merged = merge(page(block(old)), page(block(theirs)), page(block(mine.replace("\n", "\r\n"))))
    assert body(merged) == ["# Title\n\nOne of theirs\n\nTwo\n\nThree of mine\n\nFour"]
    assert not asked(merged)


def test_one_line_of_a_markdown_block_is_asked_about(page: Contents) -> None:
    old = "One\n\nTwo\n\nThree"
    merged = merge(
        page(block(old)), page(block(old.replace("Two", "Deux"))), page(block(old.replace("Two", "Zwei"))), "mine"
    )
    assert [(theirs.strip(), mine.strip()) for _, theirs, mine in asked(merged)] == [("Deux", "Zwei")]
    assert body(merged) == ["One\n\nZwei\n\nThree"]


def paragraph(*texts: str, key: str = "k") -> dict[str, Any]:
    html = "".join(f'<p data-block-key="{key}{number}">{text}</p>' for number, text in enumerate(texts))
    return block(html, kind="paragraph")


def test_paragraphs_of_rich_text_are_taken_from_both(page: Contents) -> None:
    theirs, mine = paragraph("1", "<b>theirs</b>", "3", key="t"), paragraph("1", "2", "mine", "4", key="m")
    merged = merge(page(paragraph("1", "2", "3")), page(theirs), page(mine))
    assert body(merged)[0].count("<p ") == 4
    assert [each in body(merged)[0] for each in ("<b>theirs</b>", "mine", "4")] == [True] * 3
    assert not asked(merged)


def test_paragraphs_that_follow_each_other_are_compared_one_by_one(page: Contents) -> None:
    merged = merge(
        page(paragraph("1", "2")), page(paragraph("theirs", "2")), page(paragraph("mine", "mine too")), "theirs"
    )
    assert asked(merged) == [("Body, Paragraph", "theirs", "mine")]
    assert body(merged)[0].count("<p ") == 2
    assert "mine too" in body(merged)[0]


def test_keys_of_paragraphs_are_no_difference(page: Contents) -> None:
    assert not merge(None, page(paragraph("1", key="a")), page(paragraph("1", key="b"))).differences


def test_lists_in_rich_text_are_not_taken_apart(page: Contents) -> None:
    old, theirs, mine = (block(f"<ul><li>1<ul><li>{text}</li></ul></li></ul>", kind="paragraph") for text in "otm")
    merged = merge(page(old), page(theirs), page(mine), "both")
    assert body(merged) == [theirs["value"] + mine["value"]]


def test_new_blocks_of_both_stay_in_their_places(page: Contents) -> None:
    theirs, mine = block("theirs", "t"), block("mine", "m")
    merged = merge(page(A, B), page(A, theirs, B), page(A, mine, B, block("end", "e")))
    assert body(merged) == ["a", "theirs", "mine", "b", "end"]
    assert not asked(merged)


def test_a_block_that_one_deletes_is_deleted(page: Contents) -> None:
    assert body(merge(page(A, B, C), page(A, C), page(A, B, block("mine", "3")))) == ["a", "mine"]


@pytest.mark.parametrize(("choice", "texts"), [("", ["mine"]), ("mine", ["mine"]), ("theirs", [])])
def test_a_block_that_one_deletes_and_the_other_changes_stays_unless_somebody_says_so(
    page: Contents, choice: str, texts: list[str]
) -> None:
    merged = merge(page(A), page(), page(block("mine")), *[choice] * bool(choice))
    assert asked(merged) == [("Body, Markdown", "", "mine")]
    assert body(merged) == texts


def test_a_block_that_moves_is_changed_by_the_other(page: Contents) -> None:
    merged = merge(page(A, B, C), page(C, A, B), page(A, block("mine", "2"), C))
    assert body(merged) == ["c", "a", "mine"]
    assert ("Body: order", "theirs") in taken(merged)


def test_blocks_that_both_move_are_asked_about(page: Contents) -> None:
    merged = merge(page(A, B, C), page(C, A, B), page(B, A, C), "mine")
    assert asked(merged) == [("Body: order", "1. c\n2. a\n3. b", "1. b\n2. a\n3. c")]
    assert body(merged) == ["b", "a", "c"]


def test_blocks_without_ids_are_paired_by_their_content(page: Contents) -> None:
    """A form gives ids to blocks that have none: each window its own."""
    old = [{"type": "markdown", "value": text} for text in "ab"]
    theirs, mine = [block("a", "t1"), block("theirs", "t2")], [block("a", "m1"), block("b", "m2"), block("mine", "m3")]
    assert body(merge(page(*old), page(*theirs), page(*mine))) == ["a", "theirs", "mine"]


def test_the_same_new_block_in_both_is_taken_once(page: Contents) -> None:
    assert body(merge(page(A), page(A, block("new", "t")), page(A, block("new", "m")))) == ["a", "new"]


def test_equal_blocks_are_not_taken_for_one(page: Contents) -> None:
    twice = [block("x", "1"), block("x", "2")]
    assert body(merge(page(*twice), page(*twice, C), page(*twice))) == ["x", "x", "c"]
    assert body(merge(page(), page(A, A), page())) == ["a", "a"]


def gallery(*captions: str) -> dict[str, Any]:
    picture = {"image": {"image": None, "decorative": False, "alt_text": ""}}
    items = [{"type": "item", "value": picture | {"caption": text}, "id": f"item-{text}"} for text in captions]
    return block({"pictures": items, "caption": ""}, "g", "gallery")


def test_pictures_that_both_add_to_a_gallery_are_taken(page: Contents) -> None:
    merged = merge(page(gallery("1")), page(gallery("1", "theirs")), page(gallery("mine", "1")))
    assert [item["value"]["caption"] for item in body(merged)[0]["pictures"]] == ["mine", "1", "theirs"]
    assert not asked(merged)


def test_without_a_common_version_every_difference_is_asked_about(page: Contents) -> None:
    merged = merge(None, page(A, B, title="Theirs"), page(A, block("mine", "2"), C, title="Mine"))
    assert [place for place, *_ in asked(merged)] == ["Title", "Body, Markdown", "Body, Markdown"]
    assert not taken(merged)
    assert body(merged) == ["a", "b\n\nmine", "c"]


def test_rows_are_taken_from_both(page: Contents) -> None:
    ann, bob, eve = (AuthorFactory(name=name).pk for name in ("Ann", "Bob", "Eve"))

    def rows(*authors: int, first: int | None = 7) -> dict[str, Any]:
        keys = [first, *[None] * len(authors)]
        found = [PostAuthor(author_id=author, sort_order=number) for number, author in enumerate(authors)]
        return {
            "post_authors": [
                {"pk": key, "sort_order": row.sort_order, "page": 1, "author": row.author_id}
                for key, row in zip(keys, found, strict=False)
            ]
        }

    merged = merge(page(**rows(ann)), page(**rows(ann, bob)), page(**rows(eve, ann, first=None)))
    assert [row["author"] for row in merged.content["post_authors"]] == [eve, ann, bob]
    assert [row["sort_order"] for row in merged.content["post_authors"]] == [0, 1, 2]
    assert not asked(merged)
    merged = merge(page(**rows(ann)), page(**rows(bob)), page(**rows(eve)), "both")
    assert asked(merged) == [("Post author", "Bob", "Eve")] or asked(merged)[0][1:] == ("Bob", "Eve")
    assert [(row["pk"], row["author"]) for row in merged.content["post_authors"]] == [(7, bob), (None, eve)]


def test_tags_are_taken_from_both(page: Contents) -> None:
    ids = [Tag.objects.create(name=name, slug=name).pk for name in ("ink", "lead", "wood")]

    def tags(*tagged: int) -> dict[str, Any]:
        return {"tagged_items": [{"pk": None, "content_object": 1, "tag": ids[number]} for number in tagged]}

    merged = merge(page(**tags(0)), page(**tags(0, 1)), page(**tags(2)))
    assert {row["tag"] for row in merged.content["tagged_items"]} == {ids[1], ids[2]}
    assert {each.place for each in merged.differences} == {"Tags"}
    assert not asked(merged)


def test_categories_are_taken_from_both(page: Contents) -> None:
    merged = merge(page(categories=[1]), page(categories=[1, 2]), page(categories=[3]))
    assert sorted(merged.content["categories"]) == [2, 3]


def test_pictures_and_dates_are_asked_about_by_name(page: Contents) -> None:
    one, other = SiteImageFactory(title="One"), SiteImageFactory(title="Other")
    theirs, mine = {"lead_image": one.pk, "date": "2026-05-01"}, {"lead_image": other.pk, "date": "2026-05-02"}
    merged = merge(page(), page(**theirs), page(**mine), "mine", "theirs")
    assert asked(merged)[0] == ("Lead image", "One", "Other")
    assert (merged.content["lead_image"], merged.content["date"]) == (other.pk, "2026-05-01")


def choose_image(place: str, image: int | None) -> dict[str, Any]:
    """Return what a post's form changes where the image is chosen at the place."""
    picture = {"image": {"image": image, "decorative": False, "alt_text": ""}, "caption": ""}
    items = [{"type": "item", "value": picture, "id": "item"}]
    blocks = {
        "figure": block(picture | {"placement": "column"}, "f", "figure"),
        "gallery": block({"pictures": items, "caption": ""}, "g", "gallery"),
    }
    return {"body": json.dumps([blocks[place]])} if place in blocks else {place: image}


@pytest.mark.parametrize("place", ["lead_image", "share_image", "figure", "gallery"])
def test_the_pictures_of_both_are_found(page: Contents, place: str) -> None:
    one, other = SiteImageFactory(), SiteImageFactory()
    versions = (page() | choose_image(place, image and image.pk) for image in (None, one, other))
    (difference,) = merge(*versions).differences
    assert difference.images == [[one], [other]]


def test_a_picture_that_only_one_has_is_found(page: Contents) -> None:
    image = SiteImageFactory()
    added = page() | choose_image("figure", image.pk)
    (difference,) = merge(page(), page(), added).differences
    assert difference.images == [[], [image]]
    (difference,) = merge(page(), page(lead_image=image.pk), page(lead_image=10_000)).differences
    assert difference.images == [[image], []]


def test_a_field_that_the_user_may_not_edit_stays_as_it_is(page: Contents) -> None:
    merged = Merge(BlogPostPage, page(title="Old"), page(title="Theirs"), page(title="Mine"), fixed={"title"})
    assert merged.content["title"] == "Theirs"
    assert not merged.differences


def test_what_no_form_has_stays_as_it_is(page: Contents) -> None:
    merged = merge(page(), page(latest_revision=2, opening="theirs"), page(latest_revision=1, opening="mine"))
    assert (merged.content["latest_revision"], merged.content["opening"]) == (2, "theirs")
    assert not merged.differences


@pytest.mark.parametrize("line", ["A line of text, number {}.\n", "x{}\n\n", "\n", "same\n"])
def test_a_markdown_block_of_200_kilobytes(page: Contents, line: str) -> None:
    old = "".join(line.format(number) for number in range(200_000 // len(line)))
    half = len(old) // 2
    merged = merge(page(block(old)), page(block("Theirs\n\n" + old)), page(block(old[:half] + "Mine" + old[half:])))
    assert "Mine" in body(merged)[0]
    assert "Theirs" in body(merged)[0]


def _swap_pairs(texts: list[str]) -> list[str]:
    return [texts[number ^ 1] for number in range(len(texts))]


def _numbers(count: int) -> list[str]:
    return [f"line {number}" for number in range(count)]


@pytest.mark.parametrize(
    ("make", "few"),
    [
        (lambda count: ([A] * count, [A] * (count + 1)), 100),
        (lambda count: ([{"type": "markdown", "value": "a"}] * count, [{"type": "markdown", "value": "a"}] * 2), 100),
        (
            lambda count: ([block("a", f"{n}") for n in range(count)], [block("a", f"{n}") for n in range(2 * count)]),
            100,
        ),
        (lambda count: ([block("\n".join(_numbers(count)))], [block("\n".join(_swap_pairs(_numbers(count))))]), 1_100),
        (
            lambda count: [
                [block("".join(f"<p>{line}</p>" for line in lines), kind="paragraph")]
                for lines in (_numbers(count), _swap_pairs(_numbers(count)))
            ],
            1_100,
        ),
    ],
    ids=["one id", "no ids", "copies", "lines", "paragraphs"],
)
@pytest.mark.by_day(0, 1, 2)
def test_the_cost_grows_with_the_length_and_no_faster(page: Contents, make: Any, few: int) -> None:
    def count(length: int) -> int:
        base, theirs = make(length)
        return count_lines(lambda: Merge(BlogPostPage, page(*base), page(*theirs), page(*base, B)))

    assert count(4 * few) < 7 * count(few)  # a square would be sixteen times the lines


def test_long_texts_are_still_compared_line_by_line(page: Contents) -> None:
    lines = [f"{number % 7} {number}" for number in range(1_500)]
    theirs, mine = [*lines], [*lines]
    theirs[3] = "changed by them"
    mine[1_400:1_402] = ["changed by me"]
    merged = merge(*(page(block("\n".join(each))) for each in (lines, theirs, mine)))
    assert not asked(merged)
    theirs[1_400:1_402] = ["changed by me"]
    assert body(merged) == ["\n".join(theirs)]

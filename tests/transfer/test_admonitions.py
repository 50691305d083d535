"""Admonitions of generators and note apps become callouts."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from tests.transfer.conftest import BlogFolder, picture
from transfer.report import PostReport


@pytest.mark.parametrize(
    ("source", "kind", "html"),
    [
        ("> [!NOTE]\n> Some *text*.", "note", "<p>Some <em>text</em>.</p>"),
        ("> [!warning]- Mind this\n> Text.", "warning", "<p><strong>Mind this</strong></p>\n<p>Text.</p>"),
        ("> [!IMPORTANT]\n> Text.", "warning", "<p><strong>Important</strong></p>\n<p>Text.</p>"),
        (":::tip\nText.\n:::", "tip", "<p>Text.</p>"),
        ("::: warning Mind this\n\nText.\n\n:::", "warning", "<p><strong>Mind this</strong></p>\n<p>Text.</p>"),
        (":::note[A title]\n- one\n- two\n:::", "note", "<li>two</li>"),
        (":::{hint}\nText.\n:::", "tip", "<p><strong>Hint</strong></p>\n<p>Text.</p>"),
        ("::: {.warning}\nText.\n:::", "warning", "<p>Text.</p>"),
        (
            '::: {.callout-tip #id title="Mind this"}\nText.\n:::',
            "tip",
            "<p><strong>Mind this</strong></p>\n<p>Text.</p>",
        ),
        ("!!! note\n    Text.\n\n    More.", "note", "<p>Text.</p>\n<p>More.</p>"),
        ('!!! danger "Mind this"\n    Text.', "warning", "<p><strong>Mind this</strong></p>\n<p>Text.</p>"),
        ("??? tip\n\tText.", "tip", "<p>Text.</p>"),
        ("{{< notice tip >}}\nText.\n{{< /notice >}}", "tip", "<p>Text.</p>"),
        (
            '{{% admonition type="warning" title="Mind this" %}}\nText.\n{{% /admonition %}}',
            "warning",
            "<p><strong>Mind this</strong></p>\n<p>Text.</p>",
        ),
        ('<Callout type="warning">\nText.\n</Callout>', "warning", "<p>Text.</p>"),
        ('<Aside type="tip" title="Mind this">\n\nText.\n\n</Aside>', "tip", "<strong>Mind this</strong>"),
        ("<Note>\n  Text.\n</Note>", "note", "<p>Text.</p>"),
    ],
)
@pytest.mark.by_day(0, 4, 8, 12)
def test_admonitions_become_callouts(
    blog_folder: BlogFolder, asgi_get: Callable[..., HttpResponse], source: str, kind: str, html: str
) -> None:
    page, _ = blog_folder.import_one(f"---\ntitle: T\n---\nBefore.\n\n{source}\n\nAfter.")
    assert [block.block_type for block in page.body] == ["markdown", "callout", "markdown"]
    callout = page.body[1].value
    assert callout["kind"] == kind
    assert html in callout["text"].source
    assert (page.body[0].value, page.body[2].value) == ("Before.", "After.")
    shown = asgi_get(page.url).content.decode()
    assert f"callout--{kind}" in shown


@pytest.mark.parametrize(
    "content", ["![A cat](a.png)", "    code", "```\ncode\n```", "| a |\n|---|\n| 1 |", "### Part", "$x^2$"]
)
@pytest.mark.by_day(0, 3)
def test_what_no_callout_can_hold_is_a_quotation(blog_folder: BlogFolder, content: str) -> None:
    blog_folder.write("a.png", picture())
    body = blog_folder.body(f"Before.\n\n:::tip\n{content}\n:::\n\nAfter.")
    assert body.startswith("Before.\n\n> **Tip**\n> \n> ")
    assert body.endswith("\n\nAfter.")


def test_a_text_with_footnotes_stays_one_block(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("One[^1].\n\n> [!NOTE]\n> Two.\n\n[^1]: A footnote.")
    (block,) = page.body
    assert "> **Note**\n> \n> Two." in block.value


def test_links_in_and_around_callouts_work(blog_folder: BlogFolder) -> None:
    blog_folder.write("other.md", "Other")
    page, _ = blog_folder.import_one("[a][x]\n\n:::note\n[b](other.md)\n:::\n\n[c][x]\n\n[x]: other.md")
    assert [block.block_type for block in page.body] == ["markdown", "callout", "markdown"]
    assert 'linktype="page"' in page.body[1].value["text"].source
    assert all("]: page:" in page.body[position].value for position in (0, 2))


def test_admonitions_in_code_stay_and_others_are_named_with_their_lines(
    blog_folder: BlogFolder, texts: Callable[[PostReport], list[str]]
) -> None:
    code = "```\n:::tip\nx\n:::\n```"
    page, report = blog_folder.import_one(f"{code}\n\n- a\n\n  !!! note\n      b\n\n:::tip\nopen")
    assert [block.block_type for block in page.body] == ["markdown"]
    assert code in page.body[0].value
    assert [note for note in texts(report) if "admonition" in note] == [
        "9 The admonition `!!! note` stays as text.",
        "12 The admonition `:::tip` stays as text.",
    ]


def test_lines_inside_of_and_below_admonitions_are_those_of_the_file(
    blog_folder: BlogFolder, texts: Callable[[PostReport], list[str]]
) -> None:
    _, report = blog_folder.import_one("> [!NOTE]\n> a\n> [x](/gone1/)\n\n:::tip\n\n[x](/gone2/)\n:::\n\n[x](/gone3/)")
    assert [note.split(" ")[0] for note in texts(report) if "gone" in note] == ["3", "7", "10"]


@pytest.mark.parametrize(
    "text", [":::tip\n" * 5000, "> [!NOTE]\n" * 5000, "!!! a\n" * 5000, "{{< note >}}" * 5000, "[[" * 9000]
)
@pytest.mark.by_day(0)
def test_text_made_to_take_long_does_not(blog_folder: BlogFolder, text: str) -> None:
    blog_folder.write("a.md", text)
    assert blog_folder.run(dry_run=True).failed == []


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("a ==b c== d", "a <mark>b c</mark> d"),
        ("我==重点==了", "我<mark>重点</mark>了"),
        ("a == b == c", "a == b == c"),
        ("a==b==c", "a==b==c"),
        ("`==b==`", "`==b==`"),
        ("Title\n=====", "Title\n====="),
    ],
)
@pytest.mark.by_day(0, 3)
def test_highlighted_words_stay_highlighted(blog_folder: BlogFolder, source: str, written: str) -> None:
    assert blog_folder.body(f"---\ntitle: T\n---\n{source}") == written


@pytest.mark.parametrize(
    "mark",
    [
        "H~2~O",
        "x^2^ and",
        "{++new++}",
        "{--old--}",
        "{~~a~>b~~}",
        "{>>note<<}",
        "a^[A note]",
        "*[HTML]: Hyper Text",
        "<<<<<<< HEAD",
    ],
)
@pytest.mark.by_day(0, 4)
def test_marks_that_the_site_does_not_read_are_named_with_their_line(
    blog_folder: BlogFolder, texts: Callable[[PostReport], list[str]], mark: str
) -> None:
    page, report = blog_folder.import_one(f"---\ntitle: T\n---\nText\n\n{mark}\n")
    assert page.body[0].value == f"Text\n\n{mark}"
    assert [note for note in texts(report) if note.startswith("6 The mark `") and note.endswith("stays as text.")]
    _, report = blog_folder.import_one(f"---\ntitle: T\n---\nText[^1] ~~old~~ $x^2$ C++\n\n`{mark}`\n\n[^1]: A")
    assert not [note for note in texts(report) if "The mark" in note]

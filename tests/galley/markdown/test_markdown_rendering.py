"""What Markdown becomes."""

import re
from unittest.mock import patch

import pytest
from django.utils import translation

from galley.markdown import render_markdown, sanitising, summarise_markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A *galley* **proof**", "<p>A <em>galley</em> <strong>proof</strong></p>"),
        ("~~struck~~", "<s>struck</s>"),
        ("[words](javascript:x)", "<p><a>words</a></p>"),
        ("Term\n: Its meaning", "<dt>Term</dt>\n<dd>Its meaning</dd>"),
        ("## Über & alles", '<h2 id="über-alles">'),
        ("## Own anchor {#mine}", '<h2 id="mine"><a href="#mine" class="anchor">Own anchor</a></h2>'),
        ("## A [link](/a)", '<h2 id="a-link">A <a href="/a">link</a></h2>'),
        ("- outer\n  - inner", "<ul>\n<li>outer\n<ul>\n<li>inner</li>"),
        ("words before\n- a list", "<p>words before</p>\n<ul>"),
        ("    indented", '<pre tabindex="0"><code>indented\n</code></pre>'),
        ("<details>a</details>", "<details><summary>More</summary>a</details>"),
        ("<details open>a</details>b", "<summary>More</summary>a</details>b"),
        (
            "<details><blockquote>a<summary>S</summary>b</blockquote></details>",
            "<details><summary>S</summary><blockquote>ab</blockquote></details>",
        ),
        ("<details><details><summary>S</summary>a</details></details>", "<details><summary>More</summary><details><su"),
        ("| A |\n|-|\n| b |", '<th scope="col">A</th>'),
        ("| |B|\n|-|-|\n|a|b|", "<td></td>"),
        ("<details><summary>More</summary>\n\n**inside**\n\n</details>", "<p><strong>inside</strong></p>\n</details>"),
        (
            "![A proof](/a.png)",
            '<img loading="lazy" decoding="async" src="/a.png" alt="A proof">',
        ),
    ],
)
def test_it_renders(text: str, html: str) -> None:
    assert html in render_markdown(text)


def test_headings_leave_the_first_level_to_the_page() -> None:
    html = render_markdown("# Top\n\n## Below\n\n###### Deepest")
    assert '<h2 id="top">' in html
    assert '<h3 id="below">' in html
    assert '<h6 id="deepest">' in html
    assert "<h1" not in html


def test_headings_keep_their_level_where_none_is_the_first() -> None:
    assert '<h2 id="below">' in render_markdown("## Below")


def test_heading_ids_are_unique() -> None:
    html = render_markdown("## Same\n\n## Same\n\n## Same 2\n\n## Same")
    ids = [piece.split('"')[0] for piece in html.split('id="')[1:]]
    assert len(ids) == len(set(ids)) == 4


def test_a_task_list_shows_signs_with_a_name_and_nothing_to_click() -> None:
    html = render_markdown("- [x] set\n- [ ] proved")
    assert '<span class="task task--done" role="img" aria-label="Done">☑</span> set' in html
    assert '<span class="task" role="img" aria-label="To do">☐</span> proved' in html
    assert "<input" not in html
    assert "<input" not in render_markdown("<input type=text title='>' autofocus> x")


def test_table_alignment_is_a_class() -> None:
    html = render_markdown("| a | b |\n|--:|:-:|\n| 1 | 2 |")
    assert '<td class="align-right">1</td>' in html
    assert '<th class="align-center" scope="col">b</th>' in html
    assert "style" not in html


def test_footnotes_of_two_texts_on_a_page_are_told_apart() -> None:
    text = "A word.[^1]\n\n[^1]: The note."
    first, second = (render_markdown(text, name) for name in ("one", "two"))
    ids = re.findall(r'id="([^"]+)"', first + second)
    assert len(ids) == len(set(ids)) == 4
    for html in (first, second):
        assert set(re.findall(r'href="#([^"]+)"', html)) == set(re.findall(r'id="([^"]+)"', html))


def test_footnotes_lead_there_and_back() -> None:
    html = render_markdown("Text[^1], again[^1].\n\n[^1]: The note.")
    for wanted in ('href="#fn1"', 'id="fnref1"', 'href="#fnref1"', 'href="#fnref1:1"', 'id="fnref1:1"', "The note."):
        assert wanted in html


def test_code_is_highlighted_and_names_its_language() -> None:
    html = render_markdown("```rust,ignore\nfn main() {}\n```")
    assert '<pre tabindex="0" class="highlight" data-lang="rust">' in html
    assert '<span class="k">fn</span>' in html


def test_code_in_a_known_language_bears_its_name_and_code_in_another_what_the_author_called_it() -> None:
    assert '<figcaption><span class="label">JavaScript</span></figcaption><pre' in render_markdown("```js\nx\n```")
    assert '<span class="label">nonsense</span>' in render_markdown("```nonsense\nx\n```")
    assert "figcaption" not in render_markdown("```\nx\n```") + render_markdown("```text\nx\n```")


def test_a_table_scrolls_in_a_group_that_is_named_after_its_header() -> None:
    html = render_markdown("| Mark | *What* <b>it</b> means & more |\n|---|---|\n| dele | take it out |")
    name = "Table: Mark, What it means &amp; more"
    assert f'<div class="table-scroll" role="group" tabindex="0" aria-label="{name}"><table>' in html


def test_an_empty_corner_of_a_table_is_no_header() -> None:
    html = render_markdown("| | a |\n|-|-|\n| 1 | 2 |")
    assert '<tr>\n<td></td>\n<th scope="col">a</th>\n</tr>' in html
    assert 'aria-label="Table: a"' in html
    assert 'aria-label="Table"' in render_markdown("| |\n|-|\n|1|")


def test_an_author_cannot_give_a_part_another_role() -> None:
    assert 'role="alert"' not in render_markdown('<div role="alert">x</div>')


def test_labels_speak_the_language_of_the_page() -> None:
    with translation.override("de"), patch.object(sanitising, "_", lambda words: f"de {words}"):
        assert "de Done" in render_markdown("- [x] set in two languages")
    assert "de Done" not in render_markdown("- [x] set in two languages")


def test_code_in_an_unknown_language_is_escaped() -> None:
    assert "<code>&lt;b&gt;\n</code>" in render_markdown("```nonsense\n<b>\n```")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<iframe src=https://example.org></iframe>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,boo)",
        "<a href=' javascript:alert(1)'>x</a>",
        '<p style="position:fixed">x</p>',
        '<a href="https://example.org" target=_blank>x</a>',
        '<div class="site-header">x</div>',
        "<form action=/x><input type=password name=p></form>",
        "<svg><script>alert(1)</script></svg>",
        "<style>*{display:none}</style>",
        '```"><script>\nx\n```',
    ],
)
def test_what_could_harm_is_dropped(text: str) -> None:
    html = render_markdown(text).lower()
    for harmful in (
        "<script", "<iframe", "onerror", "javascript:", "data:text", "style=", "target=", "site-header", "<form",
        "password", "<svg", "<style",
    ):  # fmt: skip
        assert harmful not in html


def test_the_beginning_in_plain_words() -> None:
    text = "# Title\n\nA *first*\nparagraph with [a link](https://example.org).\n\n```\ncode\n```\n\nA second."
    assert summarise_markdown(text) == "A first paragraph with a link. A second."

"""The steps that a text passes, for `benchmarks.growth`: each is a function of a `Source`. Django is set up before."""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.html import escape

Work = Callable[[str], Any]


class Source:
    """A text, the HTML that is published of it, and its lines as rich text: made once for all steps that read them."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def html(self) -> str:
        """The HTML of the text."""
        from galley.markdown.rendering import render_unresolved

        return render_unresolved(self.text, "")

    @cached_property
    def editor_state(self) -> str:
        """What the editor of rich text sends: each line of the text is a paragraph."""
        blocks = [
            {"key": f"{number:05}", "text": line, "type": "unstyled", "depth": 0, "inlineStyleRanges": [],
             "entityRanges": []}
            for number, line in enumerate(self.text.split("\n"))
        ]  # fmt: skip
        return json.dumps({"blocks": blocks, "entityMap": {}})

    @cached_property
    def rich_text(self) -> str:
        """What is stored of `editor_state`."""
        html: str = read_widget().value_from_datadict({"text": self.editor_state}, {}, "text")
        return html


def read_widget() -> Any:
    """Return the widget of a paragraph of rich text."""
    from home.blocks.text import ParagraphBlock

    return ParagraphBlock().field.widget


def make_steps() -> dict[str, tuple[str, Work]]:
    """Return what is done with an author's text, by name: the attribute of `Source` that it reads, and a function."""
    of_text = _make_rendering_steps() | _make_site_steps() | _make_draft_steps() | _make_import_steps()
    read_html, widget = of_text["stored rich text"], read_widget()
    return (
        {name: ("text", work) for name, work in of_text.items()}
        | {name: ("html", work) for name, work in _make_html_steps().items()}
        | {
            "save rich text": ("editor_state", lambda state: widget.value_from_datadict({"text": state}, {}, "text")),
            "show rich text": ("rich_text", read_html),
            "edit rich text": ("rich_text", widget.format_value),
        }
    )


def _make_rendering_steps() -> dict[str, Work]:
    from galley.markdown import (
        extract_text,
        find_broken_links,
        find_formula_errors,
        find_references,
        limit_time,
        render_code,
        render_formula_block,
        summarise_markdown,
    )
    from galley.markdown.rendering import render_unresolved
    from galley.markdown.validation import _read

    def render(text: str) -> str:
        forget_texts()
        return render_unresolved(text, "")

    def check(text: str) -> None:
        _read.cache_clear()
        find_formula_errors(text)
        find_references(text)
        find_broken_links(text)

    def draft_of_ten(work: Work) -> Work:
        """Return a function that renders a draft with the text in ten blocks."""

        def render_draft(text: str) -> None:
            with limit_time():
                for number in range(10):
                    work(f"{number}{text[: len(text) // 10]}")

        return render_draft

    return {
        "render": render,
        "search text": extract_text,
        "summary": summarise_markdown,
        "check": check,
        "code": draft_of_ten(lambda text: render_code(text, "javascript")),
        "formula blocks": draft_of_ten(render_formula_block),
    }


def forget_texts() -> None:
    """Empty the caches of rendered Markdown and formulas."""
    from galley.markdown.formulas import convert_or_explain
    from galley.markdown.incremental import read_chunk, rendered_cache, sanitise_closed
    from galley.markdown.rendering import render_draft, render_published

    read_chunk.cache_clear()
    rendered_cache.clear()
    sanitise_closed.cache_clear()
    render_published.cache_clear()
    render_draft.cache_clear()
    convert_or_explain.cache_clear()


def _make_html_steps() -> dict[str, Work]:
    """Return what happens to the HTML of a text."""
    from wagtail.models import Page

    from galley.markdown import feed_html
    from galley.markdown.body import RenderedBody
    from galley.markdown.headings import normalise_headings
    from galley.preview.drafts.rendering import cut_page
    from galley.preview.outline import read_outline
    from galley.reports.reading import _Content, store_links

    page = Page.objects.get(depth=2)

    def read_for_reports(html: str) -> None:
        content = _Content(page, f'<main><div data-contentpath="title">{html}</div></main>')
        list(content.pictures())
        store_links(page, content.links())

    return {
        "headings": lambda html: RenderedBody(normalise_headings(html)).contents,
        "feed": lambda html: feed_html(html, "https://example.org/"),
        "outline": lambda html: read_outline(f"<main>{html}</main>"),
        "regions": lambda html: cut_page(f"<p data-region=a>{html}</p>"),
        "reports": read_for_reports,
    }


def _make_site_steps() -> dict[str, Work]:
    """Return what happens to rich text, to plain fields, and to the words of a page."""
    from django.utils.datastructures import MultiValueDict

    from blog.models import BlogPostPage
    from forms.plain_text import clean_line, clean_text
    from galley.history.merging import Merge
    from galley.history.texts import mark_differences
    from galley.history.words import read_words, removed_words, sum_words
    from galley.markdown import anchor_headings
    from galley.preview.drafts.binding import set_true_counts
    from galley.preview.messages import apply_splice, find_splice
    from home.blocks import minutes_to_read, opening_words
    from home.blocks.text import ParagraphBlock
    from search.query import Query
    from search.snippets import Marker
    from search.words import find_words

    body = BlogPostPage._meta.get_field("body").stream_block
    paragraph = ParagraphBlock()
    query = Query.from_text("a1 b x")

    def blocks_of(text: str) -> list[dict[str, Any]]:
        return [
            {"type": "markdown", "value": text, "id": "1"},
            {"type": "paragraph", "value": f"<p>{escape(text)}</p>", "id": "2"},
            {"type": "pull_quote", "value": {"quote": text, "attribution": ""}, "id": "3"},
        ]

    def read_html(text: str) -> None:
        value = paragraph.to_python(text)
        str(value)
        paragraph.get_searchable_content(value)
        list(paragraph.extract_references(value))
        anchor_headings(str(value))

    def edit_html(text: str) -> None:
        paragraph.field.widget.format_value(paragraph.value_for_form(paragraph.to_python(text)))

    def write_marked_text(text: str) -> None:
        """Write one line with many links, which are bold."""
        ranges = [{"offset": at, "length": 4} for at in range(0, len(text) - 4, 40)]
        state = {
            "blocks": [
                {"key": "a", "text": text, "type": "unordered-list-item", "depth": len(text),
                 "inlineStyleRanges": [{**each, "style": "BOLD"} for each in ranges],
                 "entityRanges": [{**each, "key": number} for number, each in enumerate(ranges)]}
            ],
            "entityMap": {
                str(number): {"type": "LINK", "mutability": "MUTABLE", "data": {"url": f"/{number}/"}}
                for number in range(len(ranges))
            },
        }  # fmt: skip
        read_html(paragraph.field.widget.value_from_datadict({"text": json.dumps(state)}, {}, "text"))

    def merge(text: str) -> list[tuple[Any, Any]]:
        half = len(text) // 2
        contents: list[dict[str, Any]] = [
            {"title": "a", "body": json.dumps(blocks_of(each)), "excerpt": each, "categories": []}
            for each in (text, text[:half] + "\n1\n\n" + text[half:], "x\n" + text[:half] + "y\n" + text[half:])
        ]
        differences = Merge(BlogPostPage, *contents).differences
        return [mark_differences(each.theirs, each.mine) for each in differences]

    def compare_words(text: str) -> None:
        old, new = (
            sum_words(read_words(BlogPostPage, {"body": json.dumps(blocks_of(each))})) for each in (text, text[1:])
        )
        removed_words(old, new)

    return {
        "words": lambda text: list(find_words(text)),
        "snippet": lambda text: (Marker(query.words).cut_out(text), Marker(query.words).mark(text[:20_000])),
        "query": Query.from_text,
        "opening": lambda text: opening_words(body.to_python(blocks_of(text))),
        "minutes": lambda text: minutes_to_read(body.to_python(blocks_of(text))),
        "rich links": write_marked_text,
        "stored rich text": read_html,
        "editing stored rich text": edit_html,
        "merge": merge,
        "compare words": compare_words,
        "splice": lambda text: apply_splice(text, find_splice(text, text[: len(text) // 2] + "x")),
        "field names": lambda text: set_true_counts(MultiValueDict({text: ["1"], f"{text}-TOTAL_FORMS": ["2"]})),
        "message": lambda text: (clean_line(text), clean_text(text)),
    }


def _make_draft_steps() -> dict[str, Work]:
    """Return what happens to the whole page of a draft, which holds the text in two blocks."""
    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from wagtail.models import Page
    from wagtail.test.utils.form_data import streamfield

    from blog.models import BlogPostPage
    from galley.preview.broken_links import find_failures
    from galley.preview.drafts.form_state import FormData
    from galley.preview.drafts.live_page import LivePage
    from galley.preview.drafts.sources import SavedPage
    from galley.preview.outline_report import describe
    from tests.galley.preview.conftest import form_of

    page = Page.objects.get(depth=2).add_child(instance=BlogPostPage(title="A draft", live=False))
    author = get_user_model().objects.create_superuser("author")
    source = SavedPage(page.pk)

    def show_draft(text: str) -> None:
        quotation = {"quote": text, "attribution": ""}
        forget_texts()
        form = form_of(page, body=streamfield([("markdown", text), ("pull_quote", quotation)]))
        state = LivePage(source).render_whole(FormData(form), author, {})
        describe(state.page, source, author.pk)

    def look_up(text: str) -> None:
        cache.clear()
        find_failures(page, [f"/{number}/{text[number : number + 20]}" for number in range(0, len(text), 20)])

    return {"draft": show_draft, "links of a draft": look_up}


def _make_import_steps() -> dict[str, Work]:
    from transfer.conversion import convert_post
    from transfer.image_files import ImageFinder
    from transfer.readers import UnreadableFileError, make_reader, make_slug, normalise_address
    from transfer.readers.markdown.generator_config import _load_javascript
    from transfer.references import ImportContext, URLIndex
    from transfer.text import parse_blocks
    from transfer.writers.body import split_blocks

    folder = Path(tempfile.mkdtemp())
    reader = make_reader("markdown", folder)
    keys = (
        "title", "slug", "permalink", "aliases", "tags", "author", "description", "image", "caption", "canonical_url",
        "date", "series", "category",
    )  # fmt: skip

    def read(name: str, content: str) -> None:
        parse_blocks.cache_clear()
        path = folder / name
        path.write_text(content, encoding="utf-8", errors="replace")
        with suppress(UnreadableFileError):
            if post := reader.read_post(path):
                context = ImportContext(reader, URLIndex([post]), ImageFinder(folder, []))
                split_blocks(convert_post(post, context).body)

    header = "---\ntitle: a\n---\n"
    return {
        "import Markdown": lambda text: read("a.md", header + text),
        "import MDX": lambda text: read("a.mdx", header + text),
        "import HTML": lambda text: read("a.html", f"<title>a</title><body>{text}</body>"),
        "import a bare text": lambda text: read("b.md", text),
        "import front matter": lambda text: read(
            "c.md", "---\n" + "".join(f"{key}: {json.dumps(text[:4500])}\n" for key in keys) + f"---\n{text[:4500]}"
        ),
        "import a long title": lambda text: read("d.md", f"---\ntitle: {json.dumps(text[:60000])}\n---\n"),
        "import settings": _load_javascript,
        "slug": make_slug,
        "address": normalise_address,
    }

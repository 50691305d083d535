"""Two real blogs: every post of them is read and converted, and a sample of each is written and browsed.

They don't belong to the project. `GALLEY_SHARED_DATA` says where they lie; else they are looked for beside it.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from selectolax.lexbor import LexborHTMLParser

from blog.models import BlogPostPage
from galley.markdown import render_markdown
from tests.conftest import SmallSite
from tests.real_blogs import REAL_BLOGS, needs_real_blogs
from transfer.conversion import convert_post
from transfer.image_files import ImageFinder
from transfer.importer import FolderImport
from transfer.models import ImportState
from transfer.readers import DiagnosticKind
from transfer.readers.markdown import Reader
from transfer.references import ImportContext, URLIndex
from transfer.report import Report
from transfer.writers.body import split_blocks

BLOGS = [
    pytest.param("18f", 509, marks=pytest.mark.nightly),
    pytest.param("18f/content/posts", 509, marks=pytest.mark.nightly),
    pytest.param("rust-blog", 386, marks=pytest.mark.nightly),
]

pytestmark = needs_real_blogs


def run(site: SmallSite, folder: str, **options) -> Report:
    return FolderImport(REAL_BLOGS / folder, site.blog, lambda *progress: None, **options).run()


# By day: the next test, of a sample.
@pytest.mark.parametrize(("folder", "posts"), BLOGS)
def test_no_post_is_lost(small_site: SmallSite, folder: str, posts: int) -> None:
    report = run(small_site, folder, dry_run=True)
    assert [post.state for post in report.posts] == [ImportState.NEW] * posts
    files = {
        path.relative_to(REAL_BLOGS / folder).as_posix() for path in (REAL_BLOGS / folder).rglob("*") if path.is_file()
    }
    assert {post.file for post in report.posts} | {file for file, _ in report.skipped} == files
    assert len(report.skipped) == len(files) - posts
    texts = {post.file: (REAL_BLOGS / folder / post.file).read_text() for post in report.posts}
    lines = {file: text.count("\n") + 1 for file, text in texts.items()}
    assert all(0 <= note.line <= lines[post.file] for post in report.posts for note in post.diagnostics)


@pytest.mark.parametrize("step", [80, pytest.param(5, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("folder", ["18f", "rust-blog"])
def test_a_sample_is_written_answers_and_stays_as_it_is(
    small_site: SmallSite,
    asgi_get: Callable[..., HttpResponse],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings,
    folder: str,
    step: int,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    find_files = Reader.find_files
    monkeypatch.setattr(Reader, "find_files", lambda reader: find_files(reader)[::step])
    files = {path.relative_to(REAL_BLOGS / folder).as_posix() for path in Reader(REAL_BLOGS / folder).find_files()}
    report = run(small_site, folder)
    assert report.failed == []
    assert {post.file for post in report.posts} | {file for file, _ in report.skipped} >= files
    assert len(report.posts) >= 350 // step
    for post in report.posts:
        page = BlogPostPage.objects.get(pk=post.page)
        response = asgi_get(page.url)
        assert response.status_code == 200, post.file
        assert "image:ref-" not in response.content.decode()
        assert "page:ref-" not in response.content.decode()
    assert {post.state for post in run(small_site, folder).posts} == {ImportState.UNCHANGED}


_RAW_TAG = re.compile(r"\{%-? *(?:end)?raw *-?%\}")
_TEMPLATE_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[:.][^{}\n]*\}", re.DOTALL)


def count_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text.casefold()))


def text_of(block: str, value: Any) -> str:
    tree = LexborHTMLParser(f"<body>{render_markdown(value) if block == 'markdown' else value['text'].source}")
    for node in tree.css(".visually-hidden"):  # the host of a link such as “here”
        node.decompose()
    return tree.body.text(separator=" ")


@pytest.mark.django_db
@pytest.mark.parametrize("step", [120, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("folder", ["18f", "rust-blog"])
def test_every_word_of_a_post_is_on_its_page_or_named(folder: str, step: int) -> None:
    reader = Reader(REAL_BLOGS / folder)
    posts = [post for post in map(reader.read_post, reader.find_files()) if post]
    context = ImportContext(reader, URLIndex(posts), ImageFinder(REAL_BLOGS / folder))
    for post in posts[::step]:
        lines = post.path.read_text().split("\n")[post.body_line - 1 :]
        converted = convert_post(post, context)
        page = count_words(" ".join(text_of(*block) for block in split_blocks(converted.body)))
        page += count_words(" ".join(re.findall(r'alt="([^"]*)"', converted.body)))
        named = {note.line - post.body_line for note in post.diagnostics if note.kind == DiagnosticKind.LOST}
        source = text_of("markdown", _TEMPLATE_TAG.sub("x", _RAW_TAG.sub("", "\n".join(lines))))
        missing = count_words(re.sub(r"\bx+\b", "", source)) - page
        missing -= count_words("\n".join(line for number, line in enumerate(lines) if number in named))
        assert not missing, (post.relative, missing)

"""Two real blogs: every post of them is read and converted, and a sample of each is written and browsed.

They don't belong to the project. `GALLEY_SHARED_DATA` says where they lie; else they are looked for beside it.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse

from blog.models import BlogPostPage
from tests.conftest import SmallSite
from tests.real_blogs import REAL_BLOGS, needs_real_blogs
from transfer.importer import FolderImport
from transfer.models import ImportState
from transfer.readers.markdown import Reader
from transfer.report import Report

BLOGS = [
    ("18f", 509),
    ("18f/content/posts", 509),
    ("rust-blog", 386),
]

pytestmark = needs_real_blogs


def run(site: SmallSite, folder: str, **options) -> Report:
    return FolderImport(REAL_BLOGS / folder, site.blog, lambda *progress: None, **options).run()


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


@pytest.mark.parametrize("folder", ["18f", "rust-blog"])
def test_a_sample_is_written_answers_and_stays_as_it_is(
    small_site: SmallSite,
    asgi_get: Callable[..., HttpResponse],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings,
    folder: str,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    find_files = Reader.find_files
    monkeypatch.setattr(Reader, "find_files", lambda reader: find_files(reader)[::15])
    report = run(small_site, folder)
    assert report.failed == []
    assert len(report.posts) >= 25
    for post in report.posts:
        page = BlogPostPage.objects.get(pk=post.page)
        response = asgi_get(page.url)
        assert response.status_code == 200, post.file
        assert "image:ref-" not in response.content.decode()
        assert "page:ref-" not in response.content.decode()
    assert {post.state for post in run(small_site, folder).posts} == {ImportState.UNCHANGED}

"""A folder to put posts into, and a way to import it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from blog.models import BlogPostPage
from tests.conftest import SmallSite
from transfer.importer import FolderImport
from transfer.report import PostReport, Report


def picture(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    """A PNG of one colour: different colours, different files."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


class BlogFolder:
    """A folder of posts on disk, and the blog that it is imported into."""

    def __init__(self, path: Path, site: SmallSite) -> None:
        self.path = path
        self.site = site

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, **options) -> Report:
        return FolderImport(self.path, self.site.blog, lambda *progress: None, **options).run()

    def import_one(self, content: str, name: str = "2015-06-11-hello.md") -> tuple[BlogPostPage, PostReport]:
        """Import one post; return its page and what was reported of it."""
        self.write(name, content)
        report = next(post for post in self.run().posts if post.file == name)
        assert report.page, [note.text for note in report.diagnostics]
        return BlogPostPage.objects.get(pk=report.page), report

    def body(self, content: str, name: str = "2015-06-11-hello.md") -> str:
        """Import one post and return its Markdown."""
        page, _ = self.import_one(content, name)
        return page.body[0].value if page.body else ""


@pytest.fixture
def blog_folder(tmp_path: Path, small_site: SmallSite, settings) -> BlogFolder:
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "old-blog"
    folder.mkdir()
    return BlogFolder(folder, small_site)


@pytest.fixture
def texts() -> Callable[[PostReport], list[str]]:
    """The notes on a post as `line text`."""
    return lambda report: [f"{note.line} {note.text}" for note in report.diagnostics]

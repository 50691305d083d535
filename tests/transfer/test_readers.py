"""A reader is one file: the example in the docs works as it is written."""

import datetime
import json
import re
import sys
from pathlib import Path

import pytest

from blog.models import BlogPostPage
from tests.running_site import PROJECT
from tests.transfer.conftest import BlogFolder
from transfer import readers


@pytest.fixture
def json_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the reader in the docs, saved in a folder of readers."""
    (example,) = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "importing.md").read_text(), re.DOTALL)
    folder = tmp_path / "readers"
    folder.mkdir()
    (folder / "json_export.py").write_text(example)
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, "transfer.readers.json_export", raising=False)
    return "json_export"


def test_it_can_be_chosen_by_the_name_of_its_file(json_export: str) -> None:
    assert readers.reader_names() == [json_export, "markdown"]


def test_its_posts_are_imported(blog_folder: BlogFolder, json_export: str) -> None:
    first = {"title": "First", "date": "2015-06-11", "text": "See [it](/second/).", "tags": ["ink"]}
    second = {"title": "Second", "date": "2015-07-01", "text": "*Text*"}
    blog_folder.write("a.json", json.dumps(first))
    blog_folder.write("b.json", json.dumps(second))
    blog_folder.write("c.json", "{")
    report = blog_folder.run(reader=json_export)
    assert [post.file for post in report.failed] == ["c.json"]
    page = BlogPostPage.objects.get(slug="first")
    assert (page.title, page.date, page.live) == ("First", datetime.date(2015, 6, 11), True)
    assert list(page.tags.names()) == ["ink"]
    assert page.body[0].value == f"See [it](page:{BlogPostPage.objects.get(slug='second').pk})."

"""`manage.py import_posts` as a person meets it."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from blog.models import BlogIndexPage, BlogPostPage
from home.models import SiteSettings
from tests.factories import BlogIndexPageFactory
from tests.transfer.conftest import BlogFolder
from transfer.importer import ImportRunningError, import_lock_path
from transfer.writers.pages import PageWriter


def import_posts(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_posts", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_imports_and_sums_up(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", "Hello")
    out, err = import_posts(blog_folder.path)
    assert "1 new" in out
    assert "Writing: 1 of 1" in err
    assert BlogPostPage.objects.filter(slug="hello").exists()


def test_times_without_a_zone_are_in_that_of_the_site(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", "---\ndate: 2024-05-01 00:30\n---\nHello")
    site = BlogIndexPage.objects.get().get_site()
    SiteSettings.objects.update_or_create(site=site, defaults={"time_zone": "Asia/Tokyo"})
    import_posts(blog_folder.path)
    post = BlogPostPage.objects.get(slug="hello")
    assert post.first_published_at.isoformat() == "2024-04-30T15:30:00+00:00"
    assert post.date.isoformat() == "2024-05-01"


@pytest.mark.parametrize("name", ["report.md", "report.json"])
def test_the_report_names_every_post_with_file_and_line(blog_folder: BlogFolder, name: str) -> None:
    blog_folder.write("hello.md", "---\ntitle: Hello\n---\n[x](/gone/)")
    blog_folder.write("broken.md", "---\ntitle: [\n---\n")
    path = blog_folder.path.parent / name
    with pytest.raises(CommandError, match="1 of 2 posts couldn't be imported"):
        import_posts(blog_folder.path, "--report", path)
    text = path.read_text()
    if name.endswith(".md"):
        assert "`hello.md:4` The link `/gone/` leads to nothing" in text
        assert text.index("broken.md") > text.index("hello.md")
    else:
        data = json.loads(text)
        assert [post["state"] for post in data["posts"]] == ["new", "failed"]
        assert {"line": 4, "kind": "not understood"}.items() <= data["posts"][0]["diagnostics"][-1].items()


def test_a_second_import_at_the_same_time_is_refused_and_a_dry_run_is_not(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", "Hello")
    hold = (
        "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); "
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, import_lock_path()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CommandError, match="Another import is running"):
            import_posts(blog_folder.path)
        import_posts(blog_folder.path, "--dry-run")
        other.kill()
    import_posts(blog_folder.path)
    assert BlogPostPage.objects.filter(slug="hello").exists()


def folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.mkdir()


def file_above(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


def no_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.rmdir()


def no_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_file = os.open

    def open_others(name, *arguments, **options):
        if name == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_file(name, *arguments, **options)

    monkeypatch.setattr("os.open", open_others)


def no_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)


@pytest.mark.parametrize("trouble", [folder, file_above, no_folder, no_permission, no_locks], ids=lambda t: t.__name__)
def test_a_lock_that_cannot_be_taken_is_named_and_nothing_is_imported(
    blog_folder: BlogFolder, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Callable
) -> None:
    blog_folder.write("hello.md", "Hello")
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    trouble(import_lock_path(), monkeypatch)
    with pytest.raises(CommandError, match=r"The lock file .*\.lock of imports can't be used: \w+"):
        import_posts(blog_folder.path)
    assert not BlogPostPage.objects.filter(slug="hello").exists()


def test_the_lock_file_of_another_account_is_used(
    blog_folder: BlogFolder, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog_folder.write("hello.md", "Hello")
    settings.VAR_DIR = tmp_path
    import_lock_path().touch()
    open_file = os.open

    def only_read(path, flags, *arguments, **options):
        if path == import_lock_path() and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_file(path, flags, *arguments, **options)

    monkeypatch.setattr("os.open", only_read)
    import_posts(blog_folder.path)
    assert BlogPostPage.objects.filter(slug="hello").exists()


def test_a_report_that_would_become_a_post_is_refused(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", "Hello")
    with pytest.raises(CommandError, match="would read the report as a post"):
        import_posts(blog_folder.path, "--report", blog_folder.path / "report.md")
    import_posts(blog_folder.path, "--report", blog_folder.path / "report.json")


def test_two_imports_in_one_process_do_not_overlap(blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    blog_folder.write("hello.md", "Hello")
    write = PageWriter.write

    def write_during_another(*arguments):
        with pytest.raises(ImportRunningError):
            blog_folder.run()
        return write(*arguments)

    monkeypatch.setattr(PageWriter, "write", write_during_another)
    assert blog_folder.run().failed == []
    assert blog_folder.run().failed == []


def test_dry_run_says_so(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", "Hello")
    out, _ = import_posts(blog_folder.path, "--dry-run")
    assert "nothing was written" in out
    assert not BlogPostPage.objects.filter(slug="hello").exists()


def test_folders_that_cannot_be_used_are_named(blog_folder: BlogFolder) -> None:
    file = blog_folder.write("hello.txt", "Hello")
    with pytest.raises(CommandError, match="There is no folder"):
        import_posts(blog_folder.path / "missing")
    with pytest.raises(CommandError, match="is a file"):
        import_posts(file)
    with pytest.raises(CommandError, match="no posts"):
        import_posts(blog_folder.path)
    with pytest.raises(CommandError, match="report can't be written"):
        import_posts(blog_folder.path, "--report", blog_folder.path / "missing" / "report.md")


def test_it_asks_which_blog_if_there_are_several(blog_folder: BlogFolder) -> None:
    other = BlogIndexPageFactory(parent=blog_folder.site.home, title="Other")
    blog_folder.write("hello.md", "Hello")
    with pytest.raises(CommandError, match="several blogs: blog, other"):
        import_posts(blog_folder.path)
    with pytest.raises(CommandError, match="no blog with the slug third"):
        import_posts(blog_folder.path, "--blog", "third")
    import_posts(blog_folder.path, "--blog", "other")
    assert BlogPostPage.objects.get(slug="hello").get_parent().pk == other.pk


def test_it_says_when_there_is_no_blog(blog_folder: BlogFolder) -> None:
    for blog in BlogIndexPage.objects.all():
        blog.delete()
    with pytest.raises(CommandError, match="There is no blog yet"):
        import_posts(blog_folder.path)


def test_progress_is_a_line_after_every_fifty_posts(blog_folder: BlogFolder) -> None:
    for number in range(101):
        blog_folder.write(f"{number}.md", "Text")
    _, err = import_posts(blog_folder.path, "--dry-run")
    reading = [line for line in err.splitlines() if line.startswith("Reading")]
    assert reading == ["Reading: 50 of 101", "Reading: 100 of 101", "Reading: 101 of 101"]

"""Importing a folder: pages, pictures, redirects; and importing it again."""

import datetime
import errno
import os
import pkgutil
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.files.base import ContentFile, File
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Revision

from blog.models import Author, BlogPostPage, Category
from galley.decoding import processes
from home.models import SiteImage
from tests.transfer.conftest import BlogFolder, picture
from transfer import importer
from transfer.models import ImportState, PostImport
from transfer.writers import pages


def count_rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def states(report) -> dict[str, ImportState]:
    return {post.file: post.state for post in report.posts}


def fill(folder: BlogFolder) -> None:
    """Two posts that link to each other and share a picture."""
    folder.write("assets/a.png", picture())
    folder.write(
        "_posts/2015-06-11-first.md",
        "---\ntitle: First\nauthor: jane-doe\ntags: one\ncategories: [News]\nimage: /assets/a.png\n"
        "redirect_from: /old/first/\n---\n![A cat](/assets/a.png)\n\nSee [second]({% post_url 2015-07-01-second %}).",
    )
    folder.write(
        "_posts/2015-07-01-second.md", "---\ntitle: Second\nauthor: jane-doe\n---\nSee [it](/2015/06/11/first/)."
    )


def test_a_post_arrives_whole(blog_folder: BlogFolder) -> None:
    fill(blog_folder)
    report = blog_folder.run()
    assert report.failed == []
    first, second = BlogPostPage.objects.get(slug="first"), BlogPostPage.objects.get(slug="second")
    image = SiteImage.objects.get()
    assert (first.title, first.date, first.live) == ("First", datetime.date(2015, 6, 11), True)
    assert first.first_published_at.date() == datetime.date(2015, 6, 11)
    assert [entry.author.name for entry in first.post_authors.all()] == ["Jane Doe"]
    assert (list(first.tags.names()), list(first.categories.values_list("name", flat=True))) == (["one"], ["News"])
    assert (first.share_image, first.lead_image, image.description, image.title) == (image, None, "A cat", "A")
    assert first.body[0].value == f"![A cat](image:{image.pk})\n\nSee [second](page:{second.pk})."
    assert second.body[0].value == f"See [it](page:{first.pk})."
    assert Author.objects.count() == Category.objects.count() == 1


def test_a_lead_image_arrives_with_its_words(blog_folder: BlogFolder) -> None:
    blog_folder.write("assets/a.png", picture())
    page, _ = blog_folder.import_one("---\nimage: /assets/a.png\nimage_alt: A cat\nimage_caption: Tom\n---\nText")
    assert (page.lead_image, page.share_image) == (SiteImage.objects.get(), None)
    assert (page.lead_image_alt, page.lead_image_caption) == ("A cat", "Tom")


def test_imported_posts_and_their_old_addresses_answer(
    blog_folder: BlogFolder, asgi_get: Callable[..., HttpResponse]
) -> None:
    fill(blog_folder)
    blog_folder.run()
    page = BlogPostPage.objects.get(slug="first")
    html = asgi_get(page.url).content.decode()
    assert 'alt="A cat"' in html
    assert f'href="{BlogPostPage.objects.get(slug="second").url}"' in html
    for address in ("/2015/06/11/first/", "/2015/06/11/first", "/2015/06/11/first.html", "/old/first/"):
        response = asgi_get(address)
        assert (response.status_code, response.headers.get("Location")) == (301, page.url), address


def test_a_second_run_changes_nothing(blog_folder: BlogFolder) -> None:
    fill(blog_folder)
    blog_folder.run()
    before = count_rows()
    revisions = set(Revision.objects.values_list("pk", flat=True))
    report = blog_folder.run()
    assert set(states(report).values()) == {ImportState.UNCHANGED}
    assert count_rows() == before
    assert set(Revision.objects.values_list("pk", flat=True)) == revisions


def test_a_run_on_a_folder_inside_knows_the_same_posts(blog_folder: BlogFolder) -> None:
    fill(blog_folder)
    blog_folder.run()
    before = count_rows()
    blog_folder.path /= "_posts"
    assert set(states(blog_folder.run()).values()) == {ImportState.UNCHANGED}
    assert count_rows() == before


def test_a_changed_file_becomes_one_new_revision_and_is_published(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nOld text.")
    before = page.revisions.count()
    assert blog_folder.body("---\ntitle: New title\n---\nNew text.") == "New text."
    page.refresh_from_db()
    assert (page.title, page.live, page.revisions.count()) == ("New title", True, before + 1)
    assert BlogPostPage.objects.child_of(blog_folder.site.blog).count() == 2  # and the small site's own post


def test_a_picture_that_cannot_be_shown_is_named(blog_folder: BlogFolder) -> None:
    blog_folder.write("assets/flat.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="0.5"/>')
    blog_folder.write("assets/png.svg", picture())
    _, report = blog_folder.import_one("---\ntitle: A\n---\n![a](/assets/flat.svg) ![b](/assets/png.svg)")
    notes = [note.text for note in report.diagnostics]
    assert any("flat.svg" in note and "is broken" in note for note in notes)
    assert any("png.svg" in note and "can't be shown" in note for note in notes)
    assert not SiteImage.objects.exists()


def test_a_changed_picture_updates_the_post(blog_folder: BlogFolder) -> None:
    fill(blog_folder)
    blog_folder.run()
    blog_folder.write("assets/a.png", picture("blue"))
    assert sorted(states(blog_folder.run()).values()) == [ImportState.UNCHANGED, ImportState.UPDATED]
    assert SiteImage.objects.count() == 2


def test_a_file_that_moved_is_still_the_same_post(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nText.")
    (blog_folder.path / "2015-06-11-hello.md").rename(blog_folder.path / "elsewhere.md")
    blog_folder.write("2015-06-11-hello/index.md", (blog_folder.path / "elsewhere.md").read_text())
    (blog_folder.path / "elsewhere.md").unlink()
    (report,) = blog_folder.run().posts
    assert (report.page, report.state) == (page.pk, ImportState.UNCHANGED)


def test_what_an_editor_changed_is_left_alone_unless_told_otherwise(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nText.")
    page.title = "An editor's title"
    page.save_revision().publish()
    blog_folder.write("2015-06-11-hello.md", "---\ntitle: The file's title\n---\nText.")
    assert states(blog_folder.run()) == {"2015-06-11-hello.md": ImportState.CHANGED_HERE_TOO}
    page.refresh_from_db()
    assert page.title == "An editor's title"
    assert states(blog_folder.run(overwrite=True)) == {"2015-06-11-hello.md": ImportState.UPDATED}
    page.refresh_from_db()
    assert page.title == "The file's title"


def test_a_page_that_was_deleted_stays_deleted_unless_told_otherwise(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nText.")
    page.delete()
    assert states(blog_folder.run()) == {"2015-06-11-hello.md": ImportState.DELETED_HERE}
    assert not BlogPostPage.objects.filter(slug="hello").exists()
    assert states(blog_folder.run(overwrite=True)) == {"2015-06-11-hello.md": ImportState.NEW}
    assert BlogPostPage.objects.get(slug="hello").live


def test_a_page_that_was_unpublished_stays_so_when_its_file_changes(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nText.")
    page.unpublish()
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nNew text.")
    assert not page.live
    assert page.get_latest_revision_as_object().body[0].value == "New text."


def test_a_vanished_file_is_named_and_its_page_stays(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: First\n---\nText.")
    blog_folder.write("other.md", "Other")
    (blog_folder.path / "2015-06-11-hello.md").unlink()
    report = blog_folder.run()
    assert report.missing == [("2015-06-11-hello.md", f"page {page.pk} stays")]
    assert BlogPostPage.objects.get(pk=page.pk).live


def test_drafts_stay_unpublished_until_the_file_says_otherwise(
    blog_folder: BlogFolder, asgi_get: Callable[..., HttpResponse]
) -> None:
    page, _ = blog_folder.import_one("---\ntitle: Secret\ndraft: true\n---\nText.")
    assert not page.live
    assert asgi_get(page.url).status_code == 404
    page, _ = blog_folder.import_one("---\ntitle: Secret\n---\nText.")
    assert page.live


def test_a_post_dated_ahead_is_scheduled(blog_folder: BlogFolder) -> None:
    page, report = blog_folder.import_one("---\ntitle: Ahead\ndate: 2999-01-01\n---\nText.")
    assert (page.live, report.visibility) == (False, "scheduled")
    assert page.scheduled_revision is not None


def test_a_post_with_an_expiry_date_is_shown_until_then(blog_folder: BlogFolder) -> None:
    page, _ = blog_folder.import_one("---\ntitle: T\nexpiryDate: 2999-01-01\n---\nText.")
    assert (page.live, page.expire_at.year) == (True, 2999)


def test_settings_that_cannot_be_read_are_named(blog_folder: BlogFolder) -> None:
    blog_folder.write("_config.yml", "defaults: [")
    blog_folder.write("hello.md", "Hello")
    (failed,) = blog_folder.run().failed
    assert failed.file == "_config.yml"
    assert "settings can't be read" in failed.diagnostics[-1].text


def test_dry_run_writes_nothing_and_says_what_it_would(blog_folder: BlogFolder) -> None:
    fill(blog_folder)
    before = count_rows()
    report = blog_folder.run(dry_run=True)
    assert set(states(report).values()) == {ImportState.NEW}
    assert count_rows() == before
    assert not (blog_folder.path.parent / "media").exists()


def test_files_that_cannot_be_read_never_stop_the_others(blog_folder: BlogFolder) -> None:
    blog_folder.write("a-broken.md", "---\ntitle: [\n---\nText")
    blog_folder.write("b-binary.md", b"\x00\x01\x02" * 100)
    blog_folder.write("c-latin.md", "Größe".encode("latin-1"))
    blog_folder.write("d-large.md", b"a" * (10 * 1024 * 1024))
    blog_folder.write("e-nested.md", "---\ntitle: " + "[" * 50_000 + "\n---\nText")
    blog_folder.write("z-good.md", "---\ntitle: Good\n---\nText")
    report = blog_folder.run()
    assert [post.file for post in report.failed] == [
        "a-broken.md", "b-binary.md", "c-latin.md", "d-large.md", "e-nested.md",
    ]  # fmt: skip
    assert all(post.diagnostics[-1].text for post in report.failed)
    assert BlogPostPage.objects.get(slug="z-good").live


def test_a_post_that_fails_while_being_written_is_undone_and_completed_next_time(
    blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(blog_folder)
    split = pages.split_blocks

    def fail_on_first(body: str) -> list[str]:
        if "second" in body:
            raise RuntimeError("The disk is full")
        return split(body)

    monkeypatch.setattr(pages, "split_blocks", fail_on_first)
    report = blog_folder.run()
    assert [(post.file, post.diagnostics[-1].text) for post in report.failed] == [
        ("_posts/2015-06-11-first.md", "The post couldn't be imported: RuntimeError: The disk is full")
    ]
    assert not BlogPostPage.objects.get(slug="first").live
    assert BlogPostPage.objects.get(slug="second").live
    monkeypatch.setattr(pages, "split_blocks", split)
    assert states(blog_folder.run())["_posts/2015-06-11-first.md"] is ImportState.NEW
    assert BlogPostPage.objects.get(slug="first").live
    assert SiteImage.objects.count() == 1


PICTURED = "---\ntitle: Pictured\n---\n![A cat](a.png)"


@contextmanager
def media_that_is_no_folder(settings):
    """Nothing can be written there, not even by root."""
    media = Path(settings.MEDIA_ROOT)
    media.write_text("")
    yield
    media.unlink()


@contextmanager
def disk_that_gets_full(settings):
    def chunks(file: File, chunk_size=None):
        yield file.read()[:20]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContentFile, "chunks", chunks)
        yield


@contextmanager
def database_that_refuses_pictures(settings):
    def fail(image: SiteImage, *args, **options):
        raise OperationalError("database is locked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SiteImage, "save", fail)
        yield


@pytest.mark.parametrize(
    "trouble", [media_that_is_no_folder, disk_that_gets_full, database_that_refuses_pictures], ids=lambda t: t.__name__
)
def test_a_picture_that_could_not_be_stored_fails_the_post_and_is_made_good_by_the_next_run(
    blog_folder: BlogFolder, settings, trouble: Callable
) -> None:
    blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    with trouble(settings):
        report = blog_folder.run()
    assert states(report) == {"hello.md": ImportState.FAILED}
    assert not BlogPostPage.objects.get(slug="hello").live
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert states(blog_folder.run()) == {"hello.md": ImportState.NEW}
    page, image = BlogPostPage.objects.get(slug="hello"), SiteImage.objects.get()
    assert (page.live, page.body[0].value) == (True, f"![A cat](image:{image.pk})")
    assert image.file.size == image.file_size == len(picture())


@pytest.mark.parametrize(
    ("method", "error", "reason"),
    [
        (
            "pathlib.Path.is_file",
            PermissionError(errno.EACCES, "Permission denied"),
            "can't be read: Permission denied",
        ),
        ("pathlib.Path.stat", OSError(errno.ESTALE, "Stale file handle"), "can't be read: Stale file handle"),
        ("pathlib.Path.read_bytes", OSError(errno.EIO, "Input/output error"), "can't be read: Input/output error"),
    ],
)
@pytest.mark.by_day(0)
def test_a_picture_that_could_not_be_read_fails_the_post_and_is_made_good_by_the_next_run(
    blog_folder: BlogFolder, method: str, error: Exception, reason: str
) -> None:
    path = blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    original = pkgutil.resolve_name(method)

    def fail(self, *arguments, **options):
        if path == self:
            raise error
        return original(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method, fail)
        report = blog_folder.run()
    assert f"The picture `a.png` {reason}" in report.failed[0].diagnostics[-1].text
    assert states(blog_folder.run()) == {"hello.md": ImportState.NEW}
    assert BlogPostPage.objects.get(slug="hello").body[0].value.startswith("![A cat](image:")


@pytest.mark.parametrize("before", [0, 1], ids=["as it is read", "as it is stored"])
def test_a_picture_that_could_not_be_opened_fails_the_post_and_is_made_good_by_the_next_run(
    blog_folder: BlogFolder, before: int
) -> None:
    blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    answers, calls = processes._answer, count()

    def fail(*arguments: Any) -> Any:
        if next(calls) >= before:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return answers(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "_answer", fail)
        report = blog_folder.run()
    assert "The picture `a.png` couldn't be opened: No process can be started." in report.failed[0].diagnostics[-1].text
    assert states(blog_folder.run()) == {"hello.md": ImportState.NEW}
    assert BlogPostPage.objects.get(slug="hello").body[0].value.startswith("![A cat](image:")


def test_the_name_of_a_picture_that_no_file_can_have_is_named(blog_folder: BlogFolder) -> None:
    page, report = blog_folder.import_one(f"![A cat]({'a' * 300}.png)")
    assert page.live
    assert "wasn't found" in report.diagnostics[-1].text


def test_a_published_post_stays_as_it_is_if_its_new_picture_could_not_be_stored(
    blog_folder: BlogFolder, settings
) -> None:
    blog_folder.import_one("---\ntitle: Pictured\n---\nText", "hello.md")
    blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    with media_that_is_no_folder(settings):
        report = blog_folder.run()
    assert "`a.png` couldn't be copied" in report.failed[0].diagnostics[-1].text
    assert BlogPostPage.objects.get(slug="hello").body[0].value == "Text"
    assert states(blog_folder.run()) == {"hello.md": ImportState.UPDATED}


def test_a_picture_that_changes_during_the_import_is_not_stored_as_another(
    blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = blog_folder.write("a.png", picture("red"))
    blog_folder.write("hello.md", PICTURED)
    reserve = pages.PageWriter.reserve

    def change_picture(*args):
        path.write_bytes(picture("blue"))
        return reserve(*args)

    monkeypatch.setattr(pages.PageWriter, "reserve", change_picture)
    assert states(blog_folder.run()) == {"hello.md": ImportState.FAILED}
    assert states(blog_folder.run()) == {"hello.md": ImportState.NEW}


@pytest.mark.parametrize("left", [None, b"", picture()[:20], b"another file"])
@pytest.mark.parametrize("text", [PICTURED, f"{PICTURED} and more"])
@pytest.mark.by_day(0)
def test_a_picture_whose_file_was_lost_is_written_again(blog_folder: BlogFolder, text: str, left: bytes | None) -> None:
    blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    blog_folder.run()
    image = SiteImage.objects.get()
    path = Path(image.file.path)
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    blog_folder.write("hello.md", text)
    report = blog_folder.run()
    assert (report.failed, report.new_pictures) == ([], 1)
    assert SiteImage.objects.get() == image
    assert path.read_bytes() == picture()
    assert blog_folder.run().new_pictures == 0


def test_a_lost_picture_that_cannot_be_written_again_fails_the_post(blog_folder: BlogFolder, settings) -> None:
    blog_folder.write("a.png", picture())
    blog_folder.write("hello.md", PICTURED)
    blog_folder.run()
    shutil.rmtree(settings.MEDIA_ROOT)
    with media_that_is_no_folder(settings):
        report = blog_folder.run()
    assert "`a.png` couldn't be copied" in report.failed[0].diagnostics[-1].text
    assert states(blog_folder.run()) == {"hello.md": ImportState.UNCHANGED}
    assert SiteImage.objects.get().file.size == len(picture())


@pytest.mark.parametrize(("module", "function"), [(importer, "convert_post"), (pages.PageWriter, "reserve")])
@pytest.mark.by_day(0)
def test_a_link_to_a_post_that_failed_is_made_good_by_the_next_run(
    blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch, module, function: str
) -> None:
    fill(blog_folder)
    original = getattr(module, function)

    def fail_on_second(*args):
        if any("title='Second'" in str(argument) for argument in args):
            raise RuntimeError("Something is broken")
        return original(*args)

    monkeypatch.setattr(module, function, fail_on_second)
    assert [post.file for post in blog_folder.run().failed] == ["_posts/2015-07-01-second.md"]
    first = BlogPostPage.objects.get(slug="first")
    assert "See [second](/2015/07/01/second/)." in first.body[0].value
    monkeypatch.setattr(module, function, original)
    assert blog_folder.run().failed == []
    first.refresh_from_db()
    assert f"See [second](page:{BlogPostPage.objects.get(slug='second').pk})." in first.body[0].value
    assert set(states(blog_folder.run()).values()) == {ImportState.UNCHANGED}


def test_a_folder_that_cannot_be_read_is_a_failure_and_its_posts_are_not_missing(
    blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog_folder.import_one("Text", "inside/hello.md")
    scandir, stat = os.scandir, os.stat

    def refuse(function):
        def call(path, *args, **options):
            if "/inside" in str(path).removesuffix("/inside" if function is stat else ""):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path, *args, **options)

        return call

    monkeypatch.setattr(os, "scandir", refuse(scandir))
    monkeypatch.setattr(os, "stat", refuse(stat))
    report = blog_folder.run()
    assert [(post.file, post.diagnostics[-1].text) for post in report.failed] == [
        ("inside", "The folder can't be read: Permission denied.")
    ]
    assert report.missing == []


def test_an_interrupted_import_is_completed_by_the_next_run(
    blog_folder: BlogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(blog_folder)
    split = pages.split_blocks

    def interrupt(body: str) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(pages, "split_blocks", interrupt)
    assert blog_folder.run().interrupted
    monkeypatch.setattr(pages, "split_blocks", split)
    assert set(states(blog_folder.run()).values()) == {ImportState.NEW}
    assert BlogPostPage.objects.child_of(blog_folder.site.blog).live().count() == 3
    assert set(states(blog_folder.run()).values()) == {ImportState.UNCHANGED}


@pytest.mark.parametrize(
    ("link", "target", "reason"),
    [
        ("a-link.md", "hello.md", "A symbolic link to `hello.md`, which is read."),
        ("z-link.md", "hello.md", "A symbolic link to `hello.md`, which is read."),
        ("inside/link.md", "../hello.md", "A symbolic link to `hello.md`, which is read."),
        ("link.md", "link.md", "Not a file."),
        ("link.md", "gone.md", "Not a file."),
        ("link.md", "../outside.md", "A symbolic link that leads out of the folder; it isn't followed."),
        ("link", ".", "A symbolic link to a folder; it isn't followed."),
    ],
)
@pytest.mark.by_day(0, 1)
def test_a_symbolic_link_makes_no_second_post_and_is_named(
    blog_folder: BlogFolder, link: str, target: str, reason: str
) -> None:
    (blog_folder.path.parent / "outside.md").write_text("Outside")
    blog_folder.write("hello.md", "---\ntitle: Hello\n---\nHello")
    path = blog_folder.path / link
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)
    for state in (ImportState.NEW, ImportState.UNCHANGED, ImportState.UNCHANGED):
        report = blog_folder.run()
        assert states(report) == {"hello.md": state}
        assert report.skipped == [(link, reason)]
    page = BlogPostPage.objects.get(slug="hello")
    assert (page.title, page.revisions.count()) == ("Hello", 1)


def test_several_links_to_a_file_that_is_not_read_itself_are_one_post(blog_folder: BlogFolder) -> None:
    blog_folder.write("text/hello.txt", "Hello")
    for name in ("a.md", "b.md"):
        (blog_folder.path / name).symlink_to("text/hello.txt")
    for state in (ImportState.NEW, ImportState.UNCHANGED):
        assert list(states(blog_folder.run()).values()) == [state]


def test_links_to_a_symbolic_link_lead_to_its_post(blog_folder: BlogFolder) -> None:
    blog_folder.write("other.md", "Other")
    (blog_folder.path / "link.md").symlink_to("other.md")
    assert "[a](page:" in blog_folder.body("See [a](link.md).")


def test_slugs_that_clash_get_a_number_and_a_note(blog_folder: BlogFolder) -> None:
    blog_folder.write("2015-06-11-hello.md", "One")
    blog_folder.write("2016-06-11-hello.md", "Two")
    report = blog_folder.run()
    assert set(BlogPostPage.objects.values_list("slug", flat=True)) >= {"hello", "hello-2"}
    assert any("This one became `hello-2`" in note.text for post in report.posts for note in post.diagnostics)


@pytest.mark.parametrize("name", ["Привет-мир", "你好世界", "हिन्दी-ब्लॉग"])
def test_a_name_in_any_script_gives_an_address_that_answers(blog_folder: BlogFolder, client: Client, name: str) -> None:
    page, _ = blog_folder.import_one(f"---\ntitle: T\nauthor: {name} und\n---\nText", f"posts/{name}.md")
    assert not page.slug.startswith("post")
    assert client.get(page.url).status_code == 200
    response = client.get(quote(f"/posts/{name}/"))
    assert (response.status_code, response.headers.get("Location")) == (301, page.url)
    author = Author.objects.get()
    author.full_clean()
    assert author.slug.isascii()


def test_names_of_macos_give_one_tag_one_author_and_redirects_in_both_forms(
    blog_folder: BlogFolder, client: Client
) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    blog_folder.write("other.md", f"---\ntags: [{composed}]\nauthor: Jos\u00e9\n---\nText")
    page, _ = blog_folder.import_one(
        f"---\ntags: [{decomposed}]\nauthor: Jose\u0301\n---\nText", f"posts/{decomposed}.md"
    )
    assert list(page.tags.names()) == [composed]
    assert Author.objects.count() == 1
    for form in (composed, decomposed):
        assert client.get(quote(f"/posts/{form}/")).headers.get("Location") == page.url


def test_redirects_never_shadow_a_page_or_another_redirect(blog_folder: BlogFolder) -> None:
    about = blog_folder.site.about
    Redirect.objects.create(old_path="/taken", redirect_page=about)
    _, report = blog_folder.import_one(f"---\ntitle: T\naliases: [{about.url}, /taken/, /{'x' * 300}/]\n---\nText")
    assert Redirect.objects.get(old_path="/taken").redirect_page_id == about.pk
    assert not Redirect.objects.filter(old_path=Redirect.normalise_path(about.url)).exists()
    assert len([note for note in report.diagnostics if "old address" in note.text]) == 2


def test_a_text_longer_than_a_block_becomes_several_that_all_resolve_their_references(blog_folder: BlogFolder) -> None:
    paragraphs = "\n\n".join(f"Paragraph {number} with [a link][home]. " + "word " * 200 for number in range(300))
    page, _ = blog_folder.import_one(f"{paragraphs}\n\n[home]: https://example.org/")
    assert len(page.body) == 2
    for block in page.body:
        assert len(block.value) <= 200_000
        assert "[home]: https://example.org/" in block.value
    assert sum(block.value.count("Paragraph") for block in page.body) == 300


def test_the_number_of_queries_for_unchanged_posts_does_not_grow(
    blog_folder: BlogFolder, django_assert_max_num_queries
) -> None:
    for number in range(30):
        blog_folder.write(f"post-{number}.md", f"---\ntitle: Post {number}\n---\n[a](/post-{number + 1}/)")
    blog_folder.run()
    with django_assert_max_num_queries(60):
        blog_folder.run()
    assert PostImport.objects.count() == 30
    assert Page.objects.child_of(blog_folder.site.blog).count() == 31


def test_names_that_differ_in_signs_are_different_terms(blog_folder: BlogFolder) -> None:
    blog_folder.write("a.md", "---\ncategories: [C, C++, 'C#', F#, c++]\nseries: Learn C++\n---\nText")
    blog_folder.write("b.md", "---\ncategories: [C]\nseries: Learn C\n---\nText")
    for _ in range(2):
        blog_folder.run()
        pages = [BlogPostPage.objects.get(slug=slug) for slug in ("a", "b")]
        names = [sorted(category.name for category in page.categories.all()) for page in pages]
        assert names == [["C", "C#", "C++", "F#"], ["C"]]
        assert [page.series.name for page in pages] == ["Learn C++", "Learn C"]
    assert set(Category.objects.values_list("slug", flat=True)) >= {"c", "c-plus-plus", "c-sharp", "f-sharp"}


def test_the_picture_that_a_killed_import_was_storing_is_stored_once(blog_folder: BlogFolder, monkeypatch) -> None:
    fill(blog_folder)

    class Killed(BaseException):
        """Nothing is done after `kill -9`, so that the file stays."""

    def end(image: SiteImage, *args: object, **options: object) -> None:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(SiteImage, "save", end)
        killing.setattr("django.core.files.storage.FileSystemStorage.delete", lambda *args: None)
        killing.setattr(Path, "unlink", lambda *args, **options: None)
        with pytest.raises(Killed):
            blog_folder.run()
    originals = importer.settings.MEDIA_ROOT / "original_images"
    assert (len(list(originals.iterdir())), SiteImage.objects.count()) == (1, 0)
    assert blog_folder.run().failed == []
    assert [f"original_images/{path.name}" for path in originals.iterdir()] == [SiteImage.objects.get().file.name]

"""Pictures on other hosts: named as links, or brought over with `--fetch-pictures`."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command

from blog.models import BlogPostPage
from galley import fetching
from home.models import SiteImage
from tests.transfer.conftest import BlogFolder, picture
from transfer.fetching import MAX_FAILURES_OF_HOST
from transfer.image_files import MAX_IMAGE_SIZE
from transfer.models import ImportState
from transfer.report import PostReport


class Host(ThreadingHTTPServer):
    """A host with pictures that counts its requests."""

    daemon_threads = True

    def __init__(self) -> None:
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        answers = {
            "/a.png": (200, picture()),
            "/A%20cat": (200, picture("blue")),
            "/page.png": (200, b"<html>"),
            "/large.png": (200, picture() + b"0" * MAX_IMAGE_SIZE),
            "/moved.png": (301, b""),
            "/to-private.png": (302, b""),
            "/to-file.png": (302, b""),
        }
        status, content = answers.get(self.path, (404, b""))
        targets = {
            "/moved.png": "/a.png",
            "/to-private.png": "http://127.0.0.2/a.png",
            "/to-file.png": "file:///etc/passwd",
        }
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if self.path in targets:
            self.send_header("Location", targets[self.path])
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> Iterator[Host]:
    """A host that counts as public, unlike all others on this machine."""
    settings.VAR_DIR = tmp_path
    is_public = fetching.is_public
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def changes(report: PostReport) -> list[str]:
    return [note.text for note in report.diagnostics if note.line]


@pytest.mark.parametrize("path", ["/a.png", "/A%20cat", "/moved.png"])
@pytest.mark.by_day(2)
def test_pictures_are_brought_over_once(blog_folder: BlogFolder, host: Host, path: str) -> None:
    blog_folder.write("hello.md", f"![A cat]({host.url}{path})\n\n<img src='{host.url}{path}' alt='A cat'>")
    for state in (ImportState.NEW, ImportState.UNCHANGED):
        (report,) = blog_folder.run(fetch_pictures=True).posts
        assert (report.state, changes(report)) == (state, [])
    image = SiteImage.objects.get()
    assert (image.description, image.file.name.endswith(".png")) == ("A cat", True)
    body = BlogPostPage.objects.get(slug="hello").body[0].value
    assert body.count(f"image:{image.pk}") == 2
    assert host.paths.count(path) == 1


@pytest.mark.parametrize("options", [{}, {"dry_run": True}])
def test_pictures_that_were_brought_over_stay_without_the_option(
    blog_folder: BlogFolder, host: Host, options: dict
) -> None:
    blog_folder.write("hello.md", f"![A]({host.url}/a.png) ![B]({host.url}/b.png)")
    blog_folder.run(fetch_pictures=True)
    asked = len(host.paths)
    (report,) = blog_folder.run(**options).posts
    assert report.state == ImportState.UNCHANGED
    assert changes(report) == [
        f"The picture `{host.url}/b.png` lies on another site. The page has a link in its place."
    ]
    assert len(host.paths) == asked


def test_what_is_missing_comes_from_the_old_site(blog_folder: BlogFolder, host: Host) -> None:
    blog_folder.write("hello.md", "---\nimage: /a.png\n---\n![A](/a.png) ![B](/gone.png)")
    (report,) = blog_folder.run(fetch_pictures=True, old_site=host.url).posts
    assert SiteImage.objects.count() == 1
    assert any("`/gone.png` couldn't be fetched: HTTP Error 404" in note for note in changes(report))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page.png", "couldn't be fetched"),
        ("/large.png", "it is too large"),
        ("/gone.png", "HTTP Error 404"),
        ("/to-private.png", "its host has an address that isn't public"),
        ("/to-file.png", "couldn't be fetched"),
    ],
)
@pytest.mark.by_day(0, 3)
def test_what_cannot_be_fetched_is_named_and_becomes_a_link(
    blog_folder: BlogFolder, host: Host, path: str, reason: str
) -> None:
    blog_folder.write("hello.md", f"![A cat]({host.url}{path})")
    (report,) = blog_folder.run(fetch_pictures=True).posts
    (note,) = changes(report)
    assert reason in note
    assert note.endswith("The page has a link in its place.")
    assert BlogPostPage.objects.get(slug="hello").body[0].value == f"![A cat]({host.url}{path})"
    assert not SiteImage.objects.exists()


@pytest.mark.parametrize("options", [{}, {"fetch_pictures": True, "dry_run": True}])
@pytest.mark.by_day(0)
def test_nothing_is_fetched_unless_it_is_asked_for(blog_folder: BlogFolder, host: Host, options: dict) -> None:
    blog_folder.write("hello.md", f"![A cat]({host.url}/a.png)")
    (report,) = blog_folder.run(**options).posts
    assert changes(report) == [
        f"The picture `{host.url}/a.png` lies on another site. The page has a link in its place."
    ]
    assert host.paths == []


def test_private_hosts_are_never_asked(blog_folder: BlogFolder, settings, tmp_path) -> None:
    settings.VAR_DIR = tmp_path
    with Host() as server:
        blog_folder.write("hello.md", f"![A cat]({server.url}/a.png) ![B](http://localhost:{server.server_port}/a.png)")
        (report,) = blog_folder.run(fetch_pictures=True).posts
    assert [note for note in changes(report) if "isn't public" not in note] == []
    assert server.paths == []


def test_a_host_that_fails_is_not_asked_for_ever(blog_folder: BlogFolder, host: Host, monkeypatch) -> None:
    asked = []

    def refuse(address, *rest, **options):
        asked.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(fetching.socket, "getaddrinfo", refuse)
    blog_folder.write("hello.md", "\n".join(f"![A](https://gone.example/{number}.png)" for number in range(9)))
    (report,) = blog_folder.run(fetch_pictures=True).posts
    assert len(asked) == MAX_FAILURES_OF_HOST
    assert len(changes(report)) == 9


@pytest.mark.parametrize("reference", ["data:image/png;base64,AAAA", "ftp://x.example/a.png", "file:///a.png"])
def test_a_picture_that_becomes_no_link_is_not_called_one(blog_folder: BlogFolder, reference: str) -> None:
    _, report = blog_folder.import_one(f"![A cat]({reference})")
    (note,) = changes(report)
    assert note.endswith("The page doesn't show it.")


def test_a_link_to_a_draft_is_called_that(blog_folder: BlogFolder, texts) -> None:
    blog_folder.write("soon.md", "---\ntitle: Soon\ndraft: true\n---\nText")
    _, report = blog_folder.import_one("[x](soon.md)")
    assert texts(report)[1:] == ["1 The link `soon.md` leads to “Soon”, which is a draft."]


def test_the_report_says_whether_the_page_is_shown(blog_folder: BlogFolder) -> None:
    def visibility() -> str:
        (report,) = blog_folder.run().posts
        return report.visibility

    blog_folder.write("hello.md", "Text")
    assert visibility() == "published"
    blog_folder.write("hello.md", "---\ndraft: true\n---\nText")
    assert visibility() == "published"  # the page stays
    BlogPostPage.objects.get(slug="hello").unpublish()
    assert visibility() == "draft"
    blog_folder.write("hello.md", "New text")
    assert visibility() == "draft"


def test_the_command_takes_the_option(blog_folder: BlogFolder, host: Host) -> None:
    blog_folder.write("hello.md", f"![A cat]({host.url}/a.png)")
    call_command("import_posts", str(blog_folder.path), "--fetch-pictures")
    assert SiteImage.objects.count() == 1

"""Nothing blocks the event loop: every async path is driven, through the whole application, under blockbuster.

The requests run in a real loop and, as in production, in threads of their own with connections of their own.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from blockbuster import BlockingError, blockbuster_ctx
from django.core.exceptions import SynchronousOnlyOperation
from django.core.signals import got_request_exception
from django.http import HttpResponse

from blog.models import BlogIndexPage, BlogPostPage, PostAuthor
from config.asgi import application
from galley.images.renditions import RenditionName, make_rendition
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, SiteImageFactory

# What migrations made is put back, as other tests that commit do: without it content types get numbers of their own.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

HTMX = {"HX-Request": "true"}
PATIENCE = 60  # seconds


@dataclass
class Request:
    """What is asked of the application."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""


async def send(request: Request) -> int:
    """Send `request` through the ASGI application, read the whole answer and return its status."""
    parts = urlsplit(request.url)
    headers = {"Host": "testserver", **request.headers}
    communicator = ApplicationCommunicator(
        application,
        {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        },
    )
    await communicator.send_input({"type": "http.request", "body": request.body})
    start = await communicator.receive_output(PATIENCE)
    while (await communicator.receive_output(PATIENCE)).get("more_body"):
        pass
    await communicator.wait(PATIENCE)
    return start["status"]


def drive(*requests: Request) -> list[int]:
    """Send `requests` one after the other while nothing may block the loop; raise the first error in any of them."""
    errors: list[BaseException] = []

    def keep_error(**kwargs: object) -> None:
        if error := sys.exc_info()[1]:
            errors.append(error)

    async def send_all() -> list[int]:
        await send(requests[0])  # modules and templates are loaded at their first use
        errors.clear()
        with blockbuster_ctx():
            return [await send(request) for request in requests]

    got_request_exception.connect(keep_error)
    try:
        statuses = asyncio.run(send_all())
    finally:
        got_request_exception.disconnect(keep_error)
    if errors:
        raise errors[0]
    return statuses


@pytest.fixture
def site(small_site: SmallSite) -> SmallSite:
    """The small site, with a post that has an author, a tag and pictures."""
    image = SiteImageFactory(file__width=80, file__height=60)
    post = BlogPostPage.objects.get(pk=small_site.post.pk)
    post.lead_image = image
    post.body = [("figure", {"image": image, "placement": "column"}), ("markdown", f"![x](image:{image.pk})")]
    post.post_authors = [PostAuthor(author=AuthorFactory(name="Ada", slug="ada"))]
    post.tags.add("ink")
    post.save()
    small_site.post = post
    return small_site


def test_every_page(site: SmallSite) -> None:
    pages = [Request(page.url) for page in site.pages()]
    assert drive(*pages) == [200] * len(pages)


def test_lists_whole_and_in_part(site: SmallSite) -> None:
    urls = [
        "/blog/?tag=ink&author=ada&page=2",
        "/blog/?tag=nowhere",
        "/blog/?year=2024&category=none",
        "/portfolio/?year=2024",
        "/blog/archive/",
        "/blog/tags/",
        "/blog/tags/ink/?page=2",
        "/blog/authors/ada/",
        "/search/",
        "/search/?q=galley&type=blog-post&tag=ink&year=2024",
    ]
    requests = [Request(url, headers) for url in urls for headers in ({}, HTMX)]
    assert drive(*requests) == [200] * len(requests)


def test_what_is_not_there(site: SmallSite) -> None:
    assert drive(Request("/nowhere/"), Request("/blog/nowhere/", HTMX)) == [404, 404]


def test_the_contact_form(site: SmallSite) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    posts = [
        Request("/contact/", headers | more, "POST", b"name=Ada&email=ada%40example.org&message=Hello")
        for more in ({}, HTMX)
    ]
    assert drive(Request("/contact/"), Request("/forms/token/"), *posts) == [200, 200, 422, 422]


def test_static_and_media_files(site: SmallSite) -> None:
    original = site.post.lead_image.file.url
    picture = RenditionName.of(site.post.lead_image, "width-80", "webp")
    make_rendition(picture)
    urls = ["/static/wagtailadmin/css/core.css", picture.url, original, "/static/no.css", "/media/embeds/no.png"]
    assert drive(*map(Request, urls)) == [200, 200, 302, 404, 404]


def sleep() -> None:
    time.sleep(0.001)


def read_a_file() -> None:
    Path(__file__).read_text()


def ask_the_database() -> None:
    BlogPostPage.objects.count()


@pytest.mark.parametrize(
    ("block", "error"),
    [(sleep, BlockingError), (read_a_file, BlockingError), (ask_the_database, SynchronousOnlyOperation)],
)
def test_a_view_that_blocks_is_found(site: SmallSite, monkeypatch: pytest.MonkeyPatch, block, error) -> None:
    async def view(request, page):
        block()
        return HttpResponse()

    monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))
    with pytest.raises(error):
        drive(Request("/blog/"))


def test_a_view_that_blocks_in_a_thread_is_right(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    async def view(request, page):
        await asyncio.to_thread(sleep)
        return HttpResponse()

    monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))
    assert drive(Request("/blog/")) == [200]

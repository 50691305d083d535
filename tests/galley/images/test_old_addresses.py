"""The addresses of pictures that were given out: they lead to the picture as it is now, and never to other bytes."""

import io
import re
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from config.files import serve_public_media
from galley.images import render_picture
from galley.images.renditions import RenditionName, find_present_url, make_rendition
from home.models import Rendition, SiteImage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db

Get = Callable[..., HttpResponse]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}"/>'


@pytest.fixture
def image() -> SiteImage:
    return SiteImageFactory(file__width=1700, file__height=1000)


def replace_file(client: Client, image: SiteImage, content: bytes, name: str = "new.png", **fields) -> None:
    """Replace the file of `image` in the admin. Its former file is deleted there."""
    file = SimpleUploadedFile(name, content)
    data = {"title": "x", "file": file, "collection": 1, **fields}
    assert client.post(reverse("wagtailimages:edit", args=[image.pk]), data).status_code == 302
    image.refresh_from_db()


def png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height)).save(content, "PNG")
    return content.getvalue()


def move_focal_point(image: SiteImage, *focal_point: int | None) -> None:
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = focal_point
    image.save()


def find_urls(html: str) -> set[str]:
    return set(re.findall(r"/media/[\w./-]+", html))


def follow(get: Get, url: str) -> HttpResponse:
    """Return the response at the end of the redirects, of which there are at most three."""
    for _ in range(3):
        response = get(url)
        if response.status_code != 301:
            break
        url = response.url
    return response


@pytest.mark.nightly
def test_all_addresses_in_a_feed_survive_two_focal_points(
    asgi_get: Get, small_site: SmallSite, image: SiteImage
) -> None:
    body = [("markdown", f"![x](image:{image.pk})")]
    BlogPostPageFactory(parent=small_site.blog, lead_image=image, share_image=image, body=body)
    given_out = find_urls(asgi_get("/blog/feed.atom").content.decode())
    assert len(given_out) >= 11
    for position in (200, 900):
        move_focal_point(image, position, position, 50, 50)
        assert {follow(asgi_get, url).status_code for url in given_out} == {200}
    assert not given_out & find_urls(asgi_get("/blog/feed.atom").content.decode())


def test_a_focal_point_that_is_moved_back_makes_no_circle(asgi_get: Get, image: SiteImage) -> None:
    first = RenditionName.of(image, "width-400", "webp").url
    move_focal_point(image, 9, 9, 9, 9)
    second = RenditionName.of(image, "width-400", "webp").url
    response = asgi_get(first)
    assert (response.url, response["Cache-Control"]) == (second, "no-cache")
    move_focal_point(image, None, None, None, None)
    assert asgi_get(first).status_code == 200
    assert asgi_get(second).url == first


def test_sizes_that_are_gone_lead_to_the_largest(admin_client: Client, asgi_get: Get, image: SiteImage) -> None:
    names = [RenditionName.of(image, operation, "jpg") for operation in ("width-1600", "fill-96x96", "fill-1200x630")]
    replace_file(admin_client, image, png(500, 400))
    expected = [RenditionName.of(image, operation, "jpg") for operation in ("width-500", "fill-96x96", "width-500")]
    assert [asgi_get(name.url).url for name in names] == [name.url for name in expected]
    assert {asgi_get(name.url).status_code for name in expected} == {200}


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("a.svg", [SVG.format(size).encode() for size in (10, 20, 30)]),
        ("a.png", [png(size, 90) for size in (100, 120, 140)]),
    ],
)
@pytest.mark.by_day(0)
def test_other_bytes_have_another_address(
    admin_client: Client, asgi_get: Get, name: str, contents: list[bytes]
) -> None:
    image = SiteImage.objects.create(title="x", file=ContentFile(contents[0], name))
    urls, originals = [find_urls(render_picture(image, "column"))], [image.file.url]
    for content in contents[1:]:
        replace_file(admin_client, image, content, name)
        urls.append(find_urls(render_picture(image, "column")))
        originals.append(image.file.url)
    assert len(set.union(*urls)) == sum(map(len, urls))
    assert len(set(originals)) == 3
    # The newest file is served without Django.
    assert [asgi_get(url).status_code for url in originals] == [301, 301, 404]
    assert {asgi_get(url).url for url in originals[:2]} == {originals[2]}
    if image.is_svg():
        return
    assert {follow(asgi_get, url).status_code for url in set.union(*urls)} == {200}


@given(operation=st.from_regex("[a-z]+-[0-9x]{1,11}", fullmatch=True))
def test_no_old_address_raises(operation: str) -> None:
    image = SiteImage(pk=1, width=500, height=3, file="a.png", collection_id=1)
    old = RenditionName.of(image, operation, "webp")
    image.file = "b.png"
    url = find_present_url(image, old)
    assert url
    present = RenditionName.parse(url.partition("pictures/")[2])
    assert find_present_url(image, present) == url


def test_a_photo_that_becomes_a_drawing_leads_there(admin_client: Client, asgi_get: Get, image: SiteImage) -> None:
    url = RenditionName.of(image, "width-400", "webp").url
    replace_file(admin_client, image, SVG.format(9).encode(), "a.svg")
    assert asgi_get(url).url == RenditionName.of_original(image).url
    assert asgi_get(asgi_get(url).url)["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "files",
    [
        [("a.svg", SVG.format(10).encode()), ("b.png", png(80, 60)), ("a.svg", SVG.format(10).encode())],
        [("a.png", png(80, 60)), ("a.svg", SVG.format(9).encode()), ("a.png", png(90, 60)), ("a.png", png(80, 60))],
    ],
    ids=["drawing", "photo"],
)
def test_every_address_leads_to_the_present_picture_whatever_it_becomes(
    admin_client: Client, asgi_get: Get, files: list[tuple[str, bytes]]
) -> None:
    (name, content), *later = files
    image = SiteImage.objects.create(title="x", file=ContentFile(content, name))
    given_out = {image.file.url} | find_urls(render_picture(image, "column"))
    for name, content in later:
        replace_file(admin_client, image, content, name)
        present = {image.file.url} | find_urls(render_picture(image, "column"))
        # Original files are sent without Django.
        assert {asgi_get(url).get("Location") for url in given_out} <= present
        assert not present & given_out
        given_out |= present


@pytest.mark.parametrize("suffix", ["webp", "jpg", "avif"])
@pytest.mark.by_day(0)
def test_a_file_that_is_gone_is_made_again(asgi_get: Get, image: SiteImage, suffix: str) -> None:
    name = RenditionName.of(image, "width-400", suffix)
    make_rendition(name)
    rendition = Rendition.objects.get()
    rendition.file.storage.delete(name.path)
    assert asgi_get(name.url).status_code == 200
    make_rendition(name)
    assert rendition.file.storage.exists(name.path)
    assert Rendition.objects.filter(file=name.path).get() == rendition


@pytest.mark.parametrize("options", [{}, {"purge_only": True}])
@pytest.mark.by_day(0)
def test_purged_renditions_are_made_again(
    asgi_get: Get, image: SiteImage, options: dict, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    names = [RenditionName.of(image, operation, "jpg") for operation in ("width-400", "fill-1200x630")]
    for name in names:
        make_rendition(name)
    thumbnail = image.get_rendition("max-165x165")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("wagtail_update_image_renditions", verbosity=0, **options)
    for name in names:
        assert asgi_get(name.url).status_code == 200
        assert Rendition.objects.get(file=name.path).file.storage.exists(name.path)
    image = SiteImage.objects.get()
    thumbnail = image.get_rendition("max-165x165")
    assert thumbnail.file.storage.exists(thumbnail.file.name)


def test_a_deleted_picture_is_gone(asgi_get: Get, image: SiteImage) -> None:
    url = RenditionName.of(image, "width-400", "webp").url
    image.delete()
    assert asgi_get(url).status_code == 404


def test_the_image_for_sharing_is_made_when_it_is_asked_for(
    asgi_get: Get, small_site: SmallSite, image: SiteImage
) -> None:
    small_site.about.share_image = image
    small_site.about.save()
    html = asgi_get(small_site.about.url).content.decode()
    [url] = re.findall(r'property="og:image" content="http://testserver([^"]+)"', html)
    assert not Rendition.objects.exists()
    move_focal_point(image, 9, 9, 9, 9)
    with Image.open(io.BytesIO(follow(asgi_get, url).content)) as made:
        assert (made.format, made.size) == ("JPEG", (1200, 630))


def test_django_is_asked_for_files_that_are_gone() -> None:
    asked_for = []

    async def application(scope: dict, receive: object, send: Callable) -> None:
        asked_for.append(scope["path"])
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def get(path: str) -> int:
        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
        site = ApplicationCommunicator(serve_public_media(application), scope)
        await site.send_input({"type": "http.request"})
        return (await site.receive_output())["status"]

    name = RenditionName.of(SiteImageFactory(file__width=50, file__height=30), "width-50", "webp")
    make_rendition(name)
    assert async_to_sync(get)(name.url) == 200
    gone = f"{settings.MEDIA_URL}original_images/gone.svg"
    assert async_to_sync(get)(gone) == 404
    assert asked_for == [gone]


def test_an_address_outlives_the_secret_key(asgi_get: Get, image: SiteImage, settings) -> None:
    given_out = sorted(find_urls(render_picture(image, "column")))[:2]
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key" * 5
    assert {asgi_get(url).status_code for url in given_out} == {404}
    settings.SECRET_KEY_FALLBACKS = ["the one before", former]
    for url in given_out:
        assert asgi_get(url)["Location"] in find_urls(render_picture(image, "column"))
        assert follow(asgi_get, url).status_code == 200


def test_the_first_address_of_a_picture_is_one_step_from_the_last(client: Client, editor, asgi_get: Get) -> None:
    """Browsers follow twenty redirects, so there must not be one more for each file."""
    client.force_login(editor)
    image = SiteImageFactory(file__width=90, file__height=60)
    first = image.file.url
    for width in range(30, 33):
        replace_file(client, image, png(width, 30))
        assert asgi_get(first)["Location"] == image.file.url

"""Originals are for people who may use the picture; everybody else gets what pages show."""

from collections.abc import Callable
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Collection, GroupCollectionPermission, PageViewRestriction

from config.files import serve_public_media
from galley.images import largest_image_url
from home.models import SiteImage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db

Get = Callable[..., HttpResponse]


@pytest.fixture
def image() -> SiteImage:
    return SiteImageFactory(file__width=90, file__height=60)


def test_no_spelling_of_its_address_reaches_the_file(image: SiteImage) -> None:
    """The server for files passes each on, as it is, so that Django's view decides."""
    name = Path(image.file.name).name
    asked_for = []

    async def application(scope: dict, receive: object, send: Callable) -> None:
        asked_for.append(scope["path"])
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(method: str, path: str) -> int:
        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        site = ApplicationCommunicator(serve_public_media(application), scope | {"headers": [(b"range", b"bytes=0-9")]})
        await site.send_input({"type": "http.request"})
        return (await site.receive_output())["status"]

    for folder in ("pictures", "embeds", "avatar_images"):
        (settings.MEDIA_ROOT / folder).mkdir(exist_ok=True)
    spellings = [
        f"/media/{folder}{name}"
        for folder in (
            "original_images/",
            "original_images//",
            "/original_images/",
            "./original_images/",
            "Original_Images/",
            "original_images/../original_images/",
            "original_images%2f",
            "pictures/../original_images/",
            "pictures/%2e%2e/original_images/",
            "embeds/../original_images/",
            "embeds/..\\original_images\\",
            f"pictures/{settings.MEDIA_ROOT}/original_images/",
            f"embeds/{settings.MEDIA_ROOT}/original_images/",
            f"pictures//{settings.MEDIA_ROOT}/original_images/",
        )
    ]
    for path in spellings:
        for method in ("GET", "HEAD"):
            assert async_to_sync(ask)(method, path) == 404
    assert set(asked_for) == set(spellings)


@pytest.mark.parametrize("is_public", [True, False])
def test_a_visitor_gets_the_picture_of_a_published_page(
    asgi_get: Get, small_site: SmallSite, image: SiteImage, is_public: bool
) -> None:
    assert asgi_get(image.file.url).status_code == 404
    page = BlogPostPageFactory(parent=small_site.blog, lead_image=image, live=False)
    assert asgi_get(image.file.url).status_code == 404
    page.save_revision().publish()
    if not is_public:
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        assert asgi_get(image.file.url).status_code == 404
        return
    response = asgi_get(image.file.url)
    assert (response.status_code, response["Location"]) == (302, largest_image_url(image))
    assert response["Cache-Control"] == "no-cache"


def test_people_who_may_choose_it_get_the_original(client: Client, django_user_model: type[AbstractUser]) -> None:
    image = SiteImageFactory(collection=Collection.get_first_root_node().add_child(name="Apart"))
    person = django_user_model.objects.create_user("writer", password=None)
    client.force_login(person)
    assert client.get(image.file.url).status_code == 404
    group = Group.objects.create(name="Apart")
    GroupCollectionPermission.objects.create(
        group=group,
        collection=image.collection,
        permission=Permission.objects.get(codename="choose_image", content_type__app_label="wagtailimages"),
    )
    person.groups.add(group)
    response = client.get(image.file.url)
    assert response.content == image.file.read()
    assert response["Content-Disposition"].startswith("attachment")
    assert set(response["Cache-Control"].split(", ")) == {"private", "no-store"}
    assert client.post(image.file.url).status_code == 405
    Path(image.file.path).unlink()
    assert client.get(image.file.url).status_code == 404

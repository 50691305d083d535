"""Files of pictures: made when they are asked for and after a publication, in the sizes of the layout and no others."""

import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import PageViewRestriction

from galley.images import largest_image_url, render_picture, renditions, views
from galley.images.renditions import RENDITIONS_FOLDER, RenditionName, image_signature
from galley.images.slots import get_slots
from galley.images.tasks import make_renditions, make_renditions_of_page
from home.models import Rendition, SiteImage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def image() -> SiteImage:
    return SiteImageFactory(file__width=500, file__height=300)


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the worker is asked to make."""
    names: list[str] = []
    monkeypatch.setattr(views, "_requested", {})
    monkeypatch.setattr(
        views.make_renditions.get_backend(), "enqueue", lambda task, args, kwargs: names.extend(args[0])
    )
    return names


def url_of(image: SiteImage, operation: str, ending: str) -> str:
    return RenditionName.of(image, operation, ending).url


@pytest.mark.parametrize(("ending", "kind"), [("webp", "WEBP"), ("jpg", "JPEG")])
def test_a_file_is_made_by_the_first_who_asks(asgi_get, image: SiteImage, ending: str, kind: str) -> None:
    url = url_of(image, "width-400", ending)
    response = asgi_get(url)
    assert response.status_code == 200
    assert "max-age=31536000" in response["Cache-Control"]
    with Image.open(io.BytesIO(response.content)) as made:
        assert (made.format, made.size) == (kind, (400, 240))
    rendition = Rendition.objects.get()
    assert rendition.file.url == url
    assert asgi_get(url).content == response.content
    assert Rendition.objects.get() == rendition


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_image_that_is_deleted_while_a_list_is_shown_has_a_placeholder(image: SiteImage) -> None:
    SiteImage.objects.filter(pk=image.pk).delete()
    assert image.get_rendition("max-165x165").file.name == "not-found"
    assert not Rendition.objects.exists()


def test_nobody_waits_for_avif(asgi_get, image: SiteImage, asked_for: list[str]) -> None:
    url = url_of(image, "width-400", "avif")
    for _ in range(2):
        response = asgi_get(url)
        assert response["Content-Type"] == "image/webp"
        assert "max-age=60" in response["Cache-Control"]
    assert asked_for == [str(RenditionName.of(image, "width-400", "avif"))]
    make_renditions.call(asked_for)
    rendition = Rendition.objects.get(filter_spec="width-400|format-avif")
    assert rendition.file.url == url
    with Image.open(rendition.file) as made:
        assert made.format == "AVIF"


@pytest.mark.parametrize(
    "name",
    [
        "{pk}-{signature}/width-401.webp",
        "{pk}-{signature}/fill-80x81.webp",
        "{pk}-{signature}/width-400.png",
        "{pk}-{signature}/original.webp",
        "{pk}-0000000000000000/width-400.webp",
        "{other}-{signature}/width-400.webp",
        "999999-{signature}/width-400.webp",
        "{pk}-{signature}/../../secret-key",
        "{pk}-{signature}/width-400.webp/",
        "",
    ],
)
@pytest.mark.by_day(0, 4)
def test_there_are_no_other_files(asgi_get, image: SiteImage, name: str) -> None:
    other = SiteImageFactory()
    url = f"/media/{RENDITIONS_FOLDER}/" + name.format(pk=image.pk, signature=image_signature(image), other=other.pk)
    assert asgi_get(url).status_code == 404
    assert not Rendition.objects.exists()


def test_an_original_that_is_gone_is_not_found(asgi_get, image: SiteImage) -> None:
    image.file.storage.delete(image.file.name)
    assert asgi_get(url_of(image, "width-400", "webp")).status_code == 404


def test_a_new_focal_point_takes_the_old_files_away(asgi_get, image: SiteImage) -> None:
    old = url_of(image, "width-400", "webp")
    asgi_get(old)
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 9, 9, 5, 5
    image.save()
    new = url_of(image, "width-400", "webp")
    assert asgi_get(old).url == new
    assert asgi_get(new).status_code == 200
    assert Rendition.objects.get().file.url == new != old


def test_a_publication_makes_what_browsers_will_ask_for(
    small_site: SmallSite, image: SiteImage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    drawing = SiteImageFactory(file__width=300, file__height=300)
    text = ("markdown", f"![x](image:{drawing.pk})")
    with django_capture_on_commit_callbacks(execute=True):
        post = BlogPostPageFactory(parent=small_site.blog, lead_image=image, body=[text])
        post.save_revision().publish()
    made = set(Rendition.objects.values_list("image_id", "filter_spec"))
    assert made == {
        (image.pk, "width-400|format-avif"),
        (image.pk, "width-400|format-webp"),
        (image.pk, "width-500|format-avif"),
        (image.pk, "width-500|format-webp"),
        (image.pk, "width-500|format-jpeg"),
        (drawing.pk, "width-300|format-avif"),
        (drawing.pk, "width-300|format-webp"),
        (drawing.pk, "width-300|format-jpeg"),
    }


def test_a_draft_has_no_pictures_made(small_site: SmallSite, image: SiteImage) -> None:
    post = BlogPostPageFactory(parent=small_site.blog, lead_image=image, live=False)
    make_renditions_of_page.call(post.pk)
    make_renditions_of_page.call(999_999)
    assert not Rendition.objects.exists()


def test_one_damaged_picture_stops_no_other(image: SiteImage) -> None:
    gone = SiteImageFactory()
    names = [str(RenditionName.of(one, f"width-{one.width}", "webp")) for one in (gone, image)]
    gone.file.storage.delete(gone.file.name)
    make_renditions.call(["nonsense", *names])
    assert Rendition.objects.get().image == image


def test_a_picture_that_is_deleted_while_its_file_is_made_is_no_failure(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    image = SiteImageFactory(file__width=500, file__height=300)
    name = RenditionName.of(image, "width-500", "webp")
    monkeypatch.setattr(renditions, "find_image", lambda name: image)
    # As into the bin, where its file stays.
    SiteImage.objects.filter(pk=image.pk)._raw_delete("default")
    caplog.set_level("INFO", "galley.images")
    make_renditions.call([str(name)])
    [record] = caplog.records
    assert (record.levelname, record.args) == ("INFO", (name,))
    assert not renditions.get_rendition_storage().exists(name.path)


def test_pictures_from_before_are_looked_at_when_they_are_made(image: SiteImage) -> None:
    SiteImage.objects.update(is_animated=None, tone="")
    make_renditions.call([str(RenditionName.of(image, "width-400", "webp"))])
    image.refresh_from_db()
    assert image.is_animated is False
    assert image.tone


def test_what_wagtail_made_before_is_made_anew_at_its_place(asgi_get, image: SiteImage) -> None:
    made = image.get_rendition("width-400|format-webp")
    Rendition.objects.filter(pk=made.pk).update(file="images/stick.width-400.webp")
    url = url_of(image, "width-400", "webp")
    assert asgi_get(url).status_code == 200
    assert Rendition.objects.get().file.url == url


def test_a_picture_that_is_there_takes_few_queries(asgi_get, image: SiteImage) -> None:
    url = url_of(image, "width-400", "webp")
    asgi_get(url)
    with CaptureQueriesContext(connection) as queries:
        asgi_get(url)
    assert len(queries) <= 2


def test_pictures_of_a_private_page_stand_on_no_other(small_site: SmallSite, asgi_get, image: SiteImage) -> None:
    post = BlogPostPageFactory(parent=small_site.blog, lead_image=image, share_image=image)
    project = small_site.project
    project.lead_image, project.featured = image, True
    project.save()
    addresses = ["/", "/blog/", "/portfolio/", small_site.post.url]
    address = f"{RENDITIONS_FOLDER}/{image.pk}-"
    assert any(address in asgi_get(url).content.decode() for url in addresses)
    for page in (post, project):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    call_command("rebuild_references_index", verbosity=0)
    for url in [*addresses, post.url, project.url]:
        assert address not in asgi_get(url).content.decode()


def test_the_file_of_a_lost_row_is_replaced(asgi_get, image: SiteImage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's default storage never overwrites: each request would add a file."""
    storage = Rendition._meta.get_field("file").storage
    monkeypatch.setattr(storage, "_allow_overwrite", False)
    url = url_of(image, "width-400", "webp")
    for _ in range(3):
        assert asgi_get(url).status_code == 200
        Rendition.objects.all()._raw_delete("default")
    assert len(storage.listdir(f"{RENDITIONS_FOLDER}/{image.pk}-{image_signature(image)}")[1]) == 1


def test_a_site_without_a_layout_has_one_slot(asgi_get, image: SiteImage, settings) -> None:
    del settings.IMAGE_SLOTS
    get_slots.cache_clear()
    try:
        assert list(get_slots()) == ["column"]
        assert 'sizes="100vw"' in render_picture(SiteImageFactory(file__width=2000, file__height=900), "column")
        assert largest_image_url(image) in render_picture(image, "column")
        assert asgi_get(largest_image_url(image)).status_code == 200
    finally:
        get_slots.cache_clear()

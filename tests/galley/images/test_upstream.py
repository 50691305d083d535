"""What galley.images uses of Django and Wagtail without a promise in their documentation."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from wagtail.images.models import Filter

from galley.images.renditions import RenditionName, make_rendition
from home.models import Rendition, SiteImage
from tests.factories import SiteImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_cached_renditions() -> None:
    Rendition.cache_backend.clear()


def draw(colour: str, size: tuple[int, int] = (90, 60), **options) -> ContentFile:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG", **options)
    return ContentFile(content.getvalue(), "drawn.jpg")


@pytest.mark.parametrize("operation", ["width-400", "fill-96x96"])
def test_wagtail_finds_the_renditions_that_are_stored_here(operation: str) -> None:
    """`Filter.get_cache_key` and `generate_rendition_file` are what `get_rendition` uses."""
    image = SiteImageFactory(file__width=500, file__height=300)
    name = RenditionName.of(image, operation, "webp")
    make_rendition(name)
    stored = Rendition.objects.get()
    found = SiteImage.objects.get(pk=image.pk).get_rendition(Filter(spec=name.filter.spec))
    assert (found.pk, found.file.name, found.url) == (stored.pk, name.path, name.url)
    assert Rendition.objects.get() == stored


def test_wagtail_stores_its_own_renditions_at_the_same_path() -> None:
    """`get_upload_to` of the rendition model decides the path."""
    image = SiteImageFactory(file__width=500, file__height=300)
    name = RenditionName.of(image, "width-400", "webp")
    assert image.get_rendition(name.filter.spec).file.name == name.path


def test_a_new_file_is_analysed_and_a_stored_one_is_not_read_again() -> None:
    """`FieldFile._committed` tells a new file from a stored one."""
    image = SiteImage.objects.create(title="Drawn", file=draw("red"))
    red = image.tone
    image.file = draw("blue")
    image.save()
    assert image.tone not in {"", red}
    image = SiteImage.objects.get(pk=image.pk)
    image.file.storage.delete(image.file.name)
    image.title = "Renamed"
    image.save()
    assert SiteImage.objects.get(pk=image.pk).tone not in {"", red}


def test_a_photo_taken_upright_has_the_dimensions_that_are_shown() -> None:
    """`WagtailImageFieldFile.get_image_dimensions` provides width and height."""
    orientation = Image.Exif()
    orientation[0x0112] = 6
    image = SiteImage.objects.create(title="Upright", file=draw("red", exif=orientation))
    image.refresh_from_db()
    assert (image.width, image.height) == (60, 90)
    with Image.open(image.generate_rendition_file(Filter(spec="width-60|format-webp"))) as made:
        assert made.size == (60, 90)

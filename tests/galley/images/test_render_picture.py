"""Pictures in pages: what is offered to browsers, and that nothing of it has to be made or looked up for the page."""

import io
import re
from html.parser import HTMLParser

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from wagtail.images.models import Filter
from wagtail.rich_text import expand_db_html

from galley.images import largest_image_url, render_picture, render_preload
from galley.images.renditions import RenditionName
from home.image_slots import SLOTS
from home.models import Rendition, SiteImage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db


def store(name: str, content: bytes) -> SiteImage:
    return SiteImage.objects.create(title=name, file=ContentFile(content, name))


def draw(ending: str, size: tuple[int, int] = (900, 600), mode: str = "RGB", **options) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, (176, 29, 20)).save(content, ending, **options)
    return content.getvalue()


def draw_moving() -> bytes:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    return content.getvalue()


class Tags(HTMLParser):
    """The tags of some HTML, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_avif_then_webp_then_jpeg() -> None:
    tags = Tags(render_picture(SiteImageFactory(file__width=2000, file__height=1000), "column", "A stick"))
    avif, webp = tags.all("source")
    (img,) = tags.all("img")
    assert (avif["type"], webp["type"]) == ("image/avif", "image/webp")
    for source, ending in ((avif, "avif"), (webp, "webp")):
        assert source["sizes"] == SLOTS["column"].sizes
        offers = [offer.split(" ") for offer in str(source["srcset"]).split(", ")]
        assert [width for _, width in offers] == ["400w", "660w", "900w", "1200w", "1600w"]
        assert all(url.endswith(f"width-{width[:-1]}.{ending}") for url, width in offers)
    assert str(img["src"]).endswith("width-900.jpg")
    assert (img["width"], img["height"], img["alt"], img["loading"]) == ("900", "450", "A stick", "lazy")


def test_a_picture_with_few_pixels_is_not_blown_up() -> None:
    image = SiteImageFactory(file__width=177, file__height=234)
    tags = Tags(render_picture(image, "column"))
    (img,) = tags.all("img")
    assert "small" in str(img["class"]).split()
    assert {source["sizes"] for source in tags.all("source")} == {"(max-width: 177px) 90vw, 177px"}
    assert "small" not in render_picture(image, "gallery")
    assert "small" not in render_picture(SiteImageFactory(file__width=900, file__height=600), "column")


def test_the_picture_at_the_head_comes_first_and_is_preloaded() -> None:
    image = SiteImageFactory()
    tags = Tags(render_picture(image, "lead", eager=True))
    (img,) = tags.all("img")
    assert img["fetchpriority"] == "high"
    assert "loading" not in img
    (link,) = Tags(render_preload(image, "lead")).all("link")
    avif = tags.all("source")[0]
    assert (link["imagesrcset"], link["imagesizes"], link["type"]) == (avif["srcset"], avif["sizes"], avif["type"])


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("size", [(2400, 1600), (1600, 2400), (30, 900), (900, 30), (401, 400), (1, 1)])
@pytest.mark.by_day(0, 1)
def test_the_files_are_as_large_as_it_was_said(slot: str, size: tuple[int, int]) -> None:
    image = store("drawn.jpg", draw("JPEG", size))
    for width, height, operation in SLOTS[slot].candidates(image)[:2]:
        with Image.open(image.generate_rendition_file(Filter(spec=f"{operation}|format-webp"))) as made:
            assert made.width == width
            assert abs(made.height - height) <= 1


def test_a_high_picture_is_cropped_around_its_focal_point_in_a_list() -> None:
    picture = Image.new("RGB", (800, 2400))
    picture.paste((255, 255, 255), (0, 2000, 800, 2400))
    content = io.BytesIO()
    picture.save(content, "PNG")
    image = store("high.png", content.getvalue())
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 400, 2200, 200, 200
    image.save()
    _width, _height, operation = SLOTS["listed"].candidates(image)[-1]
    assert operation == "fill-800x640"
    with Image.open(image.generate_rendition_file(Filter(spec=f"{operation}|format-jpeg"))) as made:
        assert made.convert("L").getpixel((400, 600)) > 240
    assert SLOTS["column"].candidates(image)[-1][2] == "width-800"


def test_a_vector_graphic_stays_one() -> None:
    image = store("mark.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>')
    tags = Tags(render_picture(image, "lead", "A mark"))
    assert tags.all("source") == []
    (img,) = tags.all("img")
    assert (img["src"], img["width"], img["height"]) == (RenditionName.of_original(image).url, "40", "30")


def test_a_moving_picture_moves_unless_reduced_motion_is_requested() -> None:
    image = store("press.gif", draw_moving())
    tags = Tags(render_picture(image, "column", "A press"))
    (still,) = tags.all("source")
    assert still["media"] == "(prefers-reduced-motion: reduce)"
    assert str(still["srcset"]).endswith(".webp 60w")
    (img,) = tags.all("img")
    assert img["src"] == RenditionName.of_original(image).url
    assert "small" in str(img["class"]).split()
    assert largest_image_url(image) == RenditionName.of_original(image).url


def test_a_gif_that_stands_still_is_a_picture_like_any_other() -> None:
    image = store("still.gif", draw("GIF", (60, 40)))
    assert len(Tags(render_picture(image, "column")).all("source")) == 2


@pytest.mark.parametrize(
    ("content", "tone", "wanted"),
    [
        (draw("PNG"), "#b01d14", 'class="tone r5 g0 b0"'),
        (draw("PNG", mode="RGBA"), "#b01d14", 'class="tone r5 g0 b0"'),
    ],
)
def test_its_colour_shows_until_it_is_there(content: bytes, tone: str, wanted: str) -> None:
    image = store("red.png", content)
    image.refresh_from_db()
    assert image.tone == tone
    assert wanted in render_picture(image, "column")


def test_a_picture_that_one_can_see_through_has_paper_behind_it() -> None:
    picture = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(picture, "PNG")
    assert 'class="small clear"' in render_picture(store("clear.png", picture.getvalue()), "column")


def test_a_damaged_file_can_be_stored() -> None:
    image = SiteImageFactory()
    image.file.storage.delete(image.file.name)
    image.file.storage.save(image.file.name, ContentFile(b"no picture"))
    image = SiteImage.objects.get(pk=image.pk)
    image.is_animated = None
    image.save()
    assert (image.tone, image.is_animated) == ("", False)


def test_a_name_changes_with_the_focal_point_and_with_the_file() -> None:
    image = SiteImageFactory()
    before = str(RenditionName.of(image, "width-400", "webp"))
    image.focal_point_x = 3
    turned = str(RenditionName.of(image, "width-400", "webp"))
    image.file = SiteImageFactory().file.name
    assert len({before, turned, str(RenditionName.of(image, "width-400", "webp"))}) == 3


def test_a_page_makes_no_pictures(small_site: SmallSite, asgi_get, django_assert_max_num_queries) -> None:
    images = [SiteImageFactory(file__width=50, file__height=30) for _ in range(50)]
    gallery = ("gallery", {"pictures": [{"image": image} for image in images]})
    post = BlogPostPageFactory(parent=small_site.blog, lead_image=images[0], body=[gallery])
    asgi_get("/")
    with django_assert_max_num_queries(20):
        response = asgi_get(post.url)
    assert Rendition.objects.count() == 0
    html = response.content.decode()
    assert len(re.findall("<img ", html)) == 51
    assert len(html) < 1_000 * 50
    assert html.count('rel="preload" as="image"') == 1


def test_a_picture_in_rich_text_is_one_like_all_others(django_assert_num_queries) -> None:
    images = [SiteImageFactory(), SiteImageFactory()]
    embeds = [f'<embed embedtype="image" id="{image.pk}" format="fullwidth" alt="A stick"/>' for image in images]
    with django_assert_num_queries(1):
        html = expand_db_html("".join(embeds) + '<embed embedtype="image" id="999999" format="left" alt="Gone"/>')
    assert html == "".join(render_picture(image, "column", "A stick") for image in images)

"""Share images: drawn for whatever title, anew when it changes, and never for whoever may not read the page."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from PIL import Image, ImageChops
from wagtail.models import Page, PageViewRestriction, Site

from galley.images.share_images import ShareImageText, share_image_url
from galley.images.share_images.drawing import INK, PAPER, RED, draw_share_image
from galley.images.share_images.fonts import TITLE_FONT, choose_font, fit_title, is_right_to_left, load_font
from tests.conftest import SmallSite

TITLE_COLUMN = (84, 116, 984, 562)


def draw(title: str) -> Image.Image:
    file = draw_share_image(ShareImageText(title, "1 May 2020", "Galley"))
    assert len(file) < 200_000
    return Image.open(BytesIO(file)).convert("RGB")


def inked(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the box of what is drawn in the column of the title and right of it up to the margin's rule."""
    column = image.crop((60, 116, 998, 562))
    return ImageChops.difference(column, Image.new("RGB", column.size, column.getpixel((0, 0)))).getbbox()


@pytest.mark.parametrize(
    "title",
    [
        "Proofs",
        "W" * 300,
        "word " * 60,
        "Zażółć gęślą jaźń",
        "שלום עולם",
        "校正刷り" * 20,
        "\x00\x07\ud800",
        "🎉",
        "",
        "]]>",
    ],
)
@pytest.mark.by_day(0, 3)
def test_whatever_the_title_it_stays_on_the_sheet(title: str) -> None:
    image = draw(title)
    assert image.size == (1200, 630)
    box = inked(image)
    assert box is not None
    assert box[0] >= 10  # the column begins 24 pixels further right
    assert box[3] < 446
    colours = {colour for _count, colour in image.getcolors(100_000)}
    assert len(colours) <= 64
    assert min(colours) < (60, 60, 60)


def test_titles_differ() -> None:
    assert ImageChops.difference(draw("Proofs"), draw("Prooks")).getbbox()


@pytest.mark.nightly
def test_long_titles_are_set_smaller_and_cut_at_last() -> None:
    sizes = [fit_title("word " * number, TITLE_FONT, 900, 400).font.size for number in (1, 10, 40, 60)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    cut = fit_title("word " * 400, TITLE_FONT, 900, 400)
    assert cut.lines[-1].endswith("…")
    assert all(cut.font.getlength(line) <= 900 for line in cut.lines)


def test_no_word_is_lost() -> None:
    text = "The compositor, who has seen all this before, sets the Donaudampfschifffahrtsgesellschaft again"
    title = fit_title(text, TITLE_FONT, 500, 400)
    assert "".join(title.lines).replace(" ", "") == text.replace(" ", "")
    assert all(load_font(TITLE_FONT, title.font.size).getlength(line) <= 500 for line in title.lines)


def test_characters_without_a_glyph_leave_no_boxes(settings) -> None:
    settings.SHARE_IMAGE_FONTS = []
    assert choose_font("Proofs 🎉 校 of type", TITLE_FONT) == (TITLE_FONT, "Proofs of type")


def test_the_direction_is_that_of_the_first_letter() -> None:
    assert [is_right_to_left(text) for text in ("1 שלום", "Proofs שלום", "123", "مرحبا")] == [True, False, False, True]


def path_of(page: Page) -> str:
    return share_image_url(page, Site.objects.get()).removeprefix("http://testserver")


def files_of(page: Page) -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / "share_images" / str(page.pk)).glob("*"))


def assert_image(answer: HttpResponse) -> None:
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(answer.content)).size == (1200, 630)


@pytest.mark.django_db
def test_a_page_names_an_image_that_is_there(small_site: SmallSite, asgi_get) -> None:
    for page in small_site.pages():
        path = path_of(page)
        assert f'content="http://testserver{path}"' in asgi_get(page.url).content.decode()
    answer = asgi_get(path)
    assert_image(answer)
    assert "public" in answer["Cache-Control"]
    assert asgi_get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_another_title_makes_another_image_in_place_of_the_old(
    small_site: SmallSite, asgi_get, django_capture_on_commit_callbacks
) -> None:
    old = path_of(small_site.post)
    assert_image(asgi_get(old))
    small_site.post.title = "Another title"
    small_site.post.save()
    new = path_of(small_site.post)
    assert new != old
    assert asgi_get(old)["Location"] == new
    assert_image(asgi_get(new))
    assert [file.stem for file in files_of(small_site.post)] == [new.rpartition("/")[2].removesuffix(".png")]
    with django_capture_on_commit_callbacks(execute=True):
        small_site.post.delete()
    assert not files_of(small_site.post)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["draft", "restricted", "above", "other site"])
@pytest.mark.by_day(0)
def test_what_not_everybody_may_read_has_none(small_site: SmallSite, asgi_get, client, editor, way: str) -> None:
    path = path_of(small_site.post)
    assert_image(asgi_get(path))  # drawn while it was public
    if way == "draft":
        small_site.post.unpublish()
    elif way == "other site":
        Site.objects.update(root_page=small_site.about)
    else:
        page = small_site.post if way == "restricted" else small_site.blog
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    client.force_login(editor)
    for answer in (asgi_get(path), asgi_get(f"/share/{small_site.post.pk}/x.png"), client.get(path)):
        assert answer.status_code == 404
        assert small_site.post.title not in answer.content.decode()


def test_its_folder_is_not_public() -> None:
    from config.files import PUBLIC_MEDIA_FOLDERS

    assert "share_images" not in PUBLIC_MEDIA_FOLDERS


def test_the_colours_are_those_of_the_pages() -> None:
    tokens = (Path(settings.BASE_DIR) / "static/css/text.css").read_text()
    assert all(colour in tokens for colour in (PAPER, INK, RED))

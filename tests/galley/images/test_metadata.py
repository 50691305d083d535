"""Nothing that is sent says where, when, with what or by whom a picture was taken."""

import base64
import io
import re
import struct
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin
from wagtail.admin.forms.account import AvatarPreferencesForm
from wagtail.users.models import UserProfile

from galley.decoding.colours import write_plain_profile
from galley.decoding.processes import convert, copy
from galley.images import render_picture
from galley.images.models import UNUSABLE
from galley.images.renditions import RenditionName
from home.models import SiteImage
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory

SECRETS = (
    b"Leica",
    b"Anna Artist",
    b"Meadow Lane",
    b"a comment",
    b"Exif",
    b"xpacket",
    b"Photoshop",
    b"http://ns.adobe",
)
XMP = (
    b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>Anna Artist</creator>'
    b'<place xmlns="http://ns.adobe.com/x">Meadow Lane</place></x:xmpmeta>'
)
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x02\x5a\x00\x0bMeadow Lane"


def exif(orientation: int) -> bytes:
    """Return Exif with camera, artist, place and a thumbnail. The orientation 6 is that of a phone held upright."""
    values = Image.Exif()
    values[0x0112] = orientation
    values[0x010F], values[0x013B] = "Leica", "Anna Artist"
    values.get_ifd(0x8825)[2] = tuple(TiffImagePlugin.IFDRational(part) for part in (47, 22, 13))
    values.get_ifd(0x8825)[29] = "Meadow Lane"
    thumbnail = io.BytesIO()
    Image.new("RGB", (16, 16)).save(thumbnail, "JPEG", comment=b"a comment")
    return values.tobytes() + thumbnail.getvalue()


def draw(image_format: str, *, frames: int = 1) -> bytes:
    """Return a picture that is red on the left, with all metadata that its format takes."""
    image = Image.new("RGB", (60, 40), "#00f")
    image.paste("#f00", (0, 0, 30, 40))
    # Pillow 13.0 crashes when it writes an AVIF animation that is turned.
    options: dict = {"exif": exif(1 if frames > 1 else 6), "xmp": XMP, "comment": b"a comment"}
    if image_format == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Author", "Anna Artist", zip=False)
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    if image_format == "JPEG":
        options["extra"] = b"\xff\xed" + (len(IPTC) + 2).to_bytes(2) + IPTC
    if frames > 1:
        others = [Image.new("RGB", (60, 40), (0, 90 * number, 0)) for number in range(1, frames)]
        options |= {"save_all": True, "append_images": others, "duration": 80, "loop": 0}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = io.BytesIO()
    image.save(content, image_format, icc_profile=profile, **options)
    if image_format == "GIF":
        after_header = 13 + 3 * 2 ** ((content.getvalue()[10] & 7) + 1)
        head, rest = content.getvalue()[:after_header], content.getvalue()[after_header:]
        return head + b"!\xff\x0bXMP DataXMP" + bytes([len(XMP)]) + XMP + b"\0" + rest + b"Anna Artist"
    return content.getvalue()


# The red, green and blue of Adobe RGB (1998) in XYZ, by the white of profiles (D50).
ADOBE_RGB = {"r": (0.60974, 0.31111, 0.01947), "g": (0.20528, 0.62567, 0.06087), "b": (0.14919, 0.06322, 0.74457)}
WHITE = (0.9642, 1, 0.8249)
GAMMA = 563  # 256ths
# A colour by that profile, and the same in sRGB by http://www.brucelindbloom.com/Eqn_RGB_XYZ_Matrix.html.
SWATCHES = {(200, 100, 50): (227, 100, 42), (100, 160, 90): (53, 161, 85), (60, 90, 180): (36, 90, 184)}


def write_wide_profile(text: bytes = b"", curve: tuple[int, ...] = (GAMMA,)) -> bytes:
    """Return a colour profile (ICC.1:2001-04) of Adobe RGB, which Pillow can't make. `text` stands in it, too."""

    def xyz(numbers: tuple[float, ...]) -> bytes:
        return struct.pack(">3i", *(round(number * 65536) for number in numbers))

    tags = {"desc": b"desc" + bytes(7) + b"\x05wide" + bytes(79), "wtpt": b"XYZ " + bytes(4) + xyz(WHITE)}
    for colour, numbers in ADOBE_RGB.items():
        tags[f"{colour}XYZ"] = b"XYZ " + bytes(4) + xyz(numbers)
        tags[f"{colour}TRC"] = b"curv" + struct.pack(f">4xI{len(curve)}H", len(curve), *curve).ljust(
            -len(curve) % 2 * 2 + 8 + 2 * len(curve), b"\0"
        )
    if text:
        tags["cprt"] = text
    table, data, begins = b"", b"", 132 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name.encode(), begins + len(data), len(tag))
        data += tag
    kind = b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head = struct.pack(">I4xI28s28x", begins + len(data), 0x02100000, kind) + xyz(WHITE)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def in_srgb(image: Image.Image) -> tuple[int, ...]:
    """The colour in the middle, as a screen shows it that has sRGB's colours."""
    if profile := image.info.get("icc_profile"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image.convert("RGB").getpixel((16, 16))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp", "avif", "gif"])
def test_colours_look_as_the_profile_says(image_format: str, mode: str) -> None:
    for colour, expected in SWATCHES.items():
        picture = Image.new("RGB", (32, 32), colour)
        picture = picture.quantize() if mode == "P" else picture.convert(mode)
        shown = {}
        for name, profile in (("with", write_wide_profile()), ("without", None)):
            content = io.BytesIO()
            picture.save(content, "PNG", icc_profile=profile)
            with Image.open(io.BytesIO(convert(content.getvalue(), format=image_format))) as made:
                assert ("icc_profile" in made.info) is (name == "with" and image_format != "gif")
                # The wide colours are there, for a screen that has them.
                if name == "with" and image_format != "gif":
                    assert made.convert("RGB").getpixel((16, 16)) == pytest.approx(colour, abs=3)
                shown[name] = in_srgb(made)
        # What is compressed differs a little.
        assert shown["with"] == pytest.approx(expected, abs=0 if image_format == "png" else 5)
        assert shown["without"] == pytest.approx(colour, abs=3)


def test_a_background_is_in_the_colours_of_the_page() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(content, "PNG", icc_profile=write_wide_profile())
    with Image.open(io.BytesIO(convert(content.getvalue(), format="png", background=(200, 100, 50)))) as made:
        assert ("icc_profile" in made.info, made.getpixel((16, 16))) == (False, (200, 100, 50))


def test_a_profile_says_nothing_but_colours() -> None:
    secret = b"text" + bytes(4) + b"Leica of Anna Artist"
    wide = bytearray(write_wide_profile(secret))
    wide[4:8], wide[48:56], wide[80:84] = b"secr", b"LeicSL2 ", b"Anna"
    plain = write_plain_profile(bytes(wide))
    for private in (b"Anna", b"Leic", b"secr", b"wide"):
        assert private in bytes(wide)
        assert private not in plain
    assert len(plain) < 500
    assert write_plain_profile(plain) == plain
    assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(plain))).strip() == "RGB"


def test_a_profile_of_version_4_keeps_it() -> None:
    newer = bytearray(write_wide_profile())
    newer[8] = 4
    plain = write_plain_profile(bytes(newer))
    assert plain[8] == 4
    assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(plain))).strip() == "RGB"


@pytest.mark.parametrize("kind", ["sRGB", "LAB", "damaged", "cut off", "with many numbers", "none"])
def test_other_profiles_are_applied_or_ignored(kind: str) -> None:
    wide = write_wide_profile()
    profile = {
        "damaged": wide[:36] + b"xxxx" + wide[40:],
        "cut off": wide[:180],
        "with many numbers": write_wide_profile(curve=(0, *range(9, 65_536, 13))),
        "none": b"",
    }.get(kind) or (ImageCms.ImageCmsProfile(ImageCms.createProfile(kind)).tobytes() if kind != "none" else b"")
    assert write_plain_profile(profile) == b""


DRAWING = b"""<?xml version="1.0"?><!-- Anna Artist --><svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 inkscape:export-filename="/home/Anna Artist/a.png" onload="alert('a comment')"><script>"Leica"</script>
 <metadata><creator>Anna Artist</creator></metadata><inkscape:view place="Meadow Lane"/><title>A mark</title>
 <text>one<inkscape:x/> two</text><style>rect{fill:url("data:image/jpeg;base64,%b")}</style><rect width="9" height="9"/>
 <image width="9" height="9" xlink:href="data:image/png;base64,%b"/></svg>"""


def draw_drawing() -> bytes:
    return DRAWING % tuple(base64.b64encode(draw(image_format)) for image_format in ("JPEG", "PNG"))


def find_secrets(content: bytes) -> list[bytes]:
    embedded = b"".join(
        base64.b64decode(part.split(b'"')[0]) for part in content.split(b";base64,")[1:] if b"<svg" in content
    )
    return [secret for secret in SECRETS if secret in content + embedded]


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp", "avif", "gif"])
def test_a_picture_in_another_format_has_no_metadata(source: str, image_format: str) -> None:
    content = draw(source)
    assert find_secrets(content)
    made = convert(content, format=image_format)
    assert find_secrets(made) == []
    with Image.open(io.BytesIO(made)) as image:
        red = {"GIF": (9, 20)}.get(source, (20, 9))  # GIF has no orientation
        assert image.size == ((60, 40) if source == "GIF" else (40, 60))
        red_part, _, blue_part = image.convert("RGB").getpixel(red)
        assert red_part > 200 > 60 > blue_part
        assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & image.info.keys()
        assert not image.getexif()


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_copied_animation_has_no_metadata(image_format: str) -> None:
    content = draw(image_format, frames=3)
    assert find_secrets(content)
    made = copy(content)
    assert find_secrets(made) == []
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(made)) as image:
        assert image.n_frames == before.n_frames == 3
        for frame in range(3) if image_format != "AVIF" else ():
            image.seek(frame)
            before.seek(frame)
            assert image.convert("RGB").tobytes() == before.convert("RGB").tobytes()
            assert image.info["duration"] == before.info["duration"]
        assert image.info.get("loop") == before.info.get("loop")


@pytest.mark.parametrize("image_format", ["GIF", "PNG"])
def test_an_animation_that_breaks_off_is_copied_up_to_there(image_format: str) -> None:
    """It may be in the library from earlier, and browsers show what is there."""
    content = draw(image_format, frames=5)
    made = copy(content[: len(content) - 60])
    assert find_secrets(made) == []
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (60, 40)


def test_a_copied_drawing_has_neither_metadata_nor_scripts() -> None:
    content = draw_drawing()
    assert find_secrets(content)
    made = copy(content).decode()
    assert find_secrets(made.encode()) == []
    assert made.startswith("<svg")
    assert "<title>A mark</title>" in made
    assert "<text>one two</text>" in made
    assert "onload" not in made
    assert made.count("data:image/") == 2


@pytest.mark.django_db
def test_all_that_a_page_shows_is_without_metadata(
    asgi_get: Callable[..., HttpResponse], small_site: SmallSite
) -> None:
    drawing = re.sub(rb"<script.*</script>|onload=\S+ comment'\)\"", b"", draw_drawing())
    files = {"a.jpg": draw("JPEG"), "b.gif": draw("GIF", frames=2), "c.svg": drawing}
    for name, content in files.items():
        image = SiteImage.objects.create(title="x", file=ContentFile(content, name))
        image.refresh_from_db()
        html = str(render_picture(image, "column"))
        admin = {image.get_rendition(spec).url for spec in ("original", "max-165x165")}
        page = BlogPostPageFactory(parent=small_site.blog, lead_image=image, share_image=image)
        html += asgi_get(page.url).content.decode() + asgi_get("/blog/feed.atom").content.decode()
        assert image.file.url not in html
        urls = {part.split('"')[0].split(" ")[0] for part in html.split("/media/pictures/")[1:]}
        urls = {f"/media/pictures/{url.split('&')[0]}" for url in urls} | admin
        assert len(urls) > 2
        for url in urls:
            response = asgi_get(url)
            sent = response.content if response.status_code == 200 else open_rendition(image, url)
            assert sent, url
            assert find_secrets(sent) == []


def open_rendition(image: SiteImage, url: str) -> bytes:
    """Return what is stored for Wagtail's admin, which no page names."""
    return image.renditions.get(file=url.removeprefix("/media/")).file.read()


@pytest.mark.django_db
def test_the_migration_deletes_what_was_made_with_metadata() -> None:
    image = SiteImage.objects.create(title="x", file=ContentFile(draw("JPEG"), "a.jpg"))
    specs = ["width-40|format-jpeg", "width-40|format-webp", "width-40|format-avif", "max-165x165", "original"]
    files = {spec: image.get_rendition(spec).file for spec in specs}
    import_module("home.migrations.0013_pictures_without_metadata").delete_renditions(apps, None)
    clean = {"width-40|format-webp", "width-40|format-avif"}
    assert set(image.renditions.values_list("filter_spec", flat=True)) == clean
    assert {spec for spec, file in files.items() if file.storage.exists(file.name)} == clean


@pytest.mark.django_db
def test_a_moving_picture_is_offered_as_it_is(asgi_get: Callable[..., HttpResponse]) -> None:
    image = SiteImage.objects.create(title="x", file=ContentFile(draw("GIF", frames=2), "A.GIF"))
    response = asgi_get(RenditionName.of_original(image).url)
    assert response["Content-Type"] == "image/gif"
    with Image.open(io.BytesIO(response.content)) as moving:
        assert moving.n_frames == 2


@pytest.mark.django_db
def test_profile_pictures_are_small_and_without_metadata(admin_user: AbstractUser) -> None:
    profile = UserProfile.get_for_user(admin_user)
    for content, errors in ((b"no picture", {"avatar": [UNUSABLE]}), (draw("JPEG"), {})):
        file = SimpleUploadedFile("me.jpg", content, "image/jpeg")
        form = AvatarPreferencesForm({}, {"avatar": file}, instance=profile)
        assert form.errors == errors
    form.save()
    with Image.open(profile.avatar) as stored:
        assert (stored.format, stored.size) == ("WEBP", (40, 60))
    profile.avatar.seek(0)
    assert find_secrets(profile.avatar.read()) == []

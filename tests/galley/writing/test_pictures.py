"""Pictures that are pasted, dropped or fetched, and lists that take several."""

import io
from http.client import HTTPMessage
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.blocks import CharBlock, PageChooserBlock, StructBlock
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.test.utils.form_data import inline_formset

from galley.fetching import NotPublicError
from galley.writing import views
from galley.writing.several import SeveralBlock
from home.blocks.media import GalleryBlock
from home.models import SiteImage
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory
from tests.galley.preview.conftest import form_of

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/writing/pictures/"
PICTURE = "https://lh7.example/docsz/AD_4nXf?key=1"


def encode(size: tuple[int, int] = (9, 9), image_format: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("1", size).convert("1").save(content, image_format)
    return content.getvalue()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What other sites answer, by URL."""
    answers: dict[str, Any] = {}

    def read(url: str, accepted: str, limit: int) -> tuple[bytes, HTTPMessage, str]:
        answer = answers.get(url, URLError("no such host"))
        if isinstance(answer, Exception):
            raise answer
        return answer, HTTPMessage(), url

    monkeypatch.setattr(views, "read_public_url", read)
    return answers


def test_a_picture_is_fetched_with_its_kind_and_without_an_alt_text(admin_client: Client, web: dict[str, Any]) -> None:
    web[PICTURE] = encode()
    image = SiteImage.objects.get(pk=admin_client.post(ADDRESS, {"address": PICTURE}).json()["image_id"])
    assert image.title == "AD_4nXf"
    assert image.file.name.endswith(".png")
    assert image.default_alt_text == ""
    assert image.uploaded_by_user.is_superuser


def refusal(code: int) -> HTTPError:
    return HTTPError(PICTURE, code, "", HTTPMessage(), None)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (URLError(NotPublicError()), "isn't a public one"),
        (NotPublicError(), "isn't a public one"),
        (URLError("no such host"), "doesn't answer"),
        (refusal(403), "doesn't give it away (status 403)"),
        (ValueError("The response is too large."), "too large"),
        (b"<html>Sign in</html>", "no picture at its address"),
        (encode()[:40], "corrupted image"),
        (encode((20_000, 20_000)), "so many pixels"),
    ],
)
def test_a_picture_that_cannot_be_fetched_is_named(
    admin_client: Client, web: dict[str, Any], answer: Any, said: str
) -> None:
    web[PICTURE] = answer
    assert said in admin_client.post(ADDRESS, {"address": PICTURE}).json()["error_message"]
    assert not SiteImage.objects.exists()


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ftp://a.example/a", f"https://a.example/{'x' * 5000}"])
def test_only_addresses_of_the_web_are_fetched(admin_client: Client, address: str) -> None:
    assert "no address on the web" in admin_client.post(ADDRESS, {"address": address}).json()["error_message"]


@pytest.mark.parametrize(
    "content", ["<script>alert(1)</script>", '<a href=" javascript:alert(1)"/>', '<g onload="alert(1)"/>']
)
def test_a_drawing_with_a_script_is_refused_in_words(admin_client: Client, content: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{content}<path d="M0 0h9v9z"/></svg>'
    file = SimpleUploadedFile("drawing.svg", svg.encode())
    assert "contains a script" in admin_client.post(ADDRESS, {"file": file}).json()["error_message"]
    assert not SiteImage.objects.exists()


def test_who_may_not_add_pictures_fetches_none(client: Client, web: dict[str, Any]) -> None:
    writer = get_user_model().objects.create_user("writer", password=None)
    writer.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(writer)
    web[PICTURE] = AssertionError("It is fetched.")
    assert "may not add pictures" in client.post(ADDRESS, {"address": PICTURE}).json()["error_message"]
    assert client.get(ADDRESS).status_code == 405


def test_a_picture_has_no_file_name_as_its_alt_text() -> None:
    image = SiteImageFactory(title="IMG_0001.jpg", description="")
    assert image.default_alt_text == ""
    image.description = "A press"
    assert image.default_alt_text == "A press"


def test_empty_members_of_a_list_are_left_out() -> None:
    gallery = GalleryBlock()
    image = SiteImageFactory()
    image.contextual_alt_text, image.decorative = "A press", False
    picture = {"image": image, "caption": "A press"}
    empty = {"image": None, "caption": ""}
    cleaned = gallery.clean(gallery.normalize({"pictures": [empty, picture, empty], "caption": ""}))
    assert [one["caption"] for one in cleaned["pictures"]] == ["A press"]
    with pytest.raises(ValidationError):
        gallery.clean(gallery.normalize({"pictures": [empty], "caption": ""}))


def test_the_error_of_a_member_stays_with_it() -> None:
    several = SeveralBlock(StructBlock([("words", CharBlock()), ("page", PageChooserBlock(required=False))]))
    members = [{"words": "", "page": None}, {"words": "right", "page": None}, {"words": "x" * 9, "page": None}]
    several.child_block.child_blocks["words"].field.max_length = 5
    several.child_block.child_blocks["words"].field.validators.append(refuse_long)
    with pytest.raises(ListBlockValidationError) as caught:
        several.clean(several.normalize([several.child_block.normalize(one) for one in members]))
    assert list(caught.value.block_errors) == [2]


def refuse_long(words: str) -> None:
    if len(words) > 5:
        raise ValidationError("It is too long.")


@pytest.mark.parametrize("rows", ["gallery", "links"])
def test_an_empty_row_does_not_stop_a_publication(small_site: SmallSite, admin_client: Client, rows: str) -> None:
    empty = {"image": "", "alt_text": "", "caption": "", "label": "", "url": "", "id": "", "ORDER": "1", "DELETE": ""}
    form = form_of(small_site.project, **{rows: inline_formset([empty])}) | {"action-publish": "1"}
    answer = admin_client.post(f"/admin/pages/{small_site.project.pk}/edit/", form)
    assert answer.status_code == 302
    assert not getattr(type(small_site.project).objects.get(pk=small_site.project.pk), rows).exists()

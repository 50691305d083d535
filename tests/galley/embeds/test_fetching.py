"""What the worker fetches of a video or a page, once."""

import io
import json
from datetime import timedelta
from email.message import Message
from typing import Any
from urllib.error import URLError

import pytest
from PIL import Image

from galley import fetching
from galley.embeds import tasks
from galley.embeds.models import Embed
from galley.embeds.tasks import fetch_embed, find_addresses
from galley.fetching import NotPublicError
from tests.factories import SmallSite

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
CARD = "https://example.org/proofs"

HTML = b"""<html><head><title>x</title><meta property="og:title" content="Proofs &amp; readers">
<meta name="description" content="A &lt;b&gt; of it"><meta property="og:image" content="/shot.png"></head></html>"""


class Response(io.BytesIO):
    """What an opener returns."""

    def __init__(self, content: bytes, url: str) -> None:
        super().__init__(content)
        self.headers = Message()
        self.url = url


def png(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> dict[str, Any]:
    """The responses of other hosts by URL; those that were asked for are in `asked`."""
    settings.MEDIA_ROOT = tmp_path
    responses: dict[str, Any] = {"asked": []}

    class Opener:
        def open(self, request: Any, timeout: float) -> Response:
            responses["asked"].append(request.full_url)
            content = responses.get(request.full_url.partition("?")[0], URLError("no such host"))
            if isinstance(content, Exception):
                raise content
            return Response(content, request.full_url)

    monkeypatch.setattr(fetching, "public_opener", Opener)
    return responses


@pytest.mark.django_db
def test_a_saved_page_lets_the_worker_fetch_each_address_once(
    small_site: SmallSite, web: dict[str, Any], django_capture_on_commit_callbacks, asgi_get
) -> None:
    web["https://www.youtube.com/oembed"] = json.dumps(
        {"title": "How proofs are pulled", "width": 4, "height": 3}
    ).encode()
    web["https://i.ytimg.com/vi/dQw4w9WgXcQ/maxresdefault.jpg"] = png((1600, 1200))
    page = small_site.about
    page.body = [
        ("embed", {"embed_url": "https://youtu.be/dQw4w9WgXcQ", "caption": ""}),
        ("embed", {"embed_url": VIDEO, "caption": ""}),
    ]
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    embed = Embed.objects.get()
    assert (embed.address, embed.title) == (VIDEO, "How proofs are pulled")
    assert (embed.picture_width, embed.picture_height) == (1200, 900)
    assert embed.picture.name.startswith("embeds/")
    assert embed.picture.name.endswith(".webp")
    asked = len(web["asked"])
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    assert len(web["asked"]) == asked
    html = asgi_get(page.url).content.decode()
    assert embed.picture.url in html
    assert "How proofs are pulled" in html


@pytest.mark.django_db
def test_an_address_that_is_still_typed_is_not_asked_for(
    small_site: SmallSite, web: dict[str, Any], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    waiting: list[Any] = []
    monkeypatch.setattr(tasks, "_fetch_later", lambda delay, *args, **kwargs: waiting.append((delay, args, kwargs)))
    page = small_site.about
    for address in ("https://example.or", CARD):
        page.body = [("link_card", {"embed_url": address, "title": "", "text": ""})]
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision(overwrite_revision=page.latest_revision)
    assert [delay >= timedelta(seconds=2) for delay, *_ in waiting] == [True, True]
    web[CARD] = HTML
    for _, args, kwargs in waiting:
        fetch_embed.call(*args, **kwargs)
    assert CARD in web["asked"]
    assert "https://example.or" not in web["asked"]
    assert Embed.objects.get().title == "Proofs & readers"


@pytest.mark.django_db
def test_a_page_shows_what_arrives_later(small_site: SmallSite, web: dict[str, Any], asgi_get) -> None:
    page = small_site.about
    page.body = [("link_card", {"embed_url": CARD, "title": "", "text": ""})]
    page.save_revision().publish()
    assert "Proofs &amp; readers" not in asgi_get(page.url).content.decode()
    web[CARD] = HTML
    web["https://example.org/shot.png"] = png((300, 200))
    fetch_embed.call(Embed.objects.get().pk)
    html = asgi_get(page.url).content.decode()
    assert "Proofs &amp; readers" in html
    assert "A &lt;b&gt; of it" in html
    assert Embed.objects.get().picture.url in html
    assert "https://example.org/shot.png" not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "picture",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        png((9000, 9000)),
        b"\x89PNG\r\n\x1a\n" + bytes(9_000_000),
        NotPublicError("its host has an address that isn't public"),
    ],
    ids=["svg", "too many pixels", "too many bytes", "not public"],
)
def test_a_picture_that_is_refused_leaves_the_words(picture: Any, web: dict[str, Any]) -> None:
    web[CARD] = HTML
    web["https://example.org/shot.png"] = picture
    embed = Embed.objects.create(address=CARD)
    fetch_embed.call(embed.pk)
    embed.refresh_from_db()
    assert embed.title == "Proofs & readers"
    assert not embed.picture


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [b"[]", b"no JSON", URLError("no such host")])
def test_a_strange_answer_changes_nothing(answer: Any, web: dict[str, Any]) -> None:
    web["https://www.youtube.com/oembed"] = answer
    embed = Embed.objects.create(address=VIDEO)
    fetch_embed.call(embed.pk)
    embed.refresh_from_db()
    assert (embed.title, embed.picture.name) == ("", "")


def test_addresses_are_found_in_nested_blocks() -> None:
    body = json.dumps([{"type": "a", "value": {"b": [{"value": {"embed_url": VIDEO}}, {"embed_url": ""}]}}])
    assert list(find_addresses({"title": "embed_url", "body": body})) == [VIDEO]

"""Reads what other sites say of a video or a page: oEmbed answers, the metadata of HTML, and one picture."""

import hashlib
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from django.core.files.base import ContentFile
from selectolax.lexbor import LexborHTMLParser

from galley.decoding.processes import convert, measure
from galley.embeds.providers import Player
from galley.fetching import read_public_url

MAX_TEXT_BYTES = 2_000_000
MAX_PICTURE_BYTES = 8_000_000
# A column of text is 600 pixels wide, on fine screens twice as many.
PICTURE_SIZE = (1200, 1200)
MAX_DESCRIPTION = 400


class Found(NamedTuple):
    """What a site says. `picture_urls` are tried in turn."""

    title: str = ""
    description: str = ""
    site_name: str = ""
    picture_urls: tuple[str, ...] = ()
    ratio: float | None = None


def read_player(player: Player) -> Found:
    """Return what the provider says of the video or sound. Raises OSError, ValueError or HTTPException."""
    query = urlencode({"url": player.address, "format": "json"})
    content, _headers, _url = read_public_url(f"{player.provider.endpoint}?{query}", "application/json", MAX_TEXT_BYTES)
    answer = json.loads(content)
    if not isinstance(answer, dict):
        raise ValueError("The oEmbed answer is no object.")
    width, height = (_as_number(answer.get(name)) for name in ("width", "height"))
    pictures = [player.picture_url, answer.get("thumbnail_url")]
    return Found(
        _shorten(answer.get("title"), 300),
        site_name=player.provider.name,
        picture_urls=tuple(url for url in pictures if url and isinstance(url, str)),
        ratio=height / width if width and height else None,
    )


def read_page(url: str) -> Found:
    """Return what the HTML page at `url` says of itself. Raises OSError, ValueError or HTTPException."""
    content, headers, url = read_public_url(url, "text/html,application/xhtml+xml", MAX_TEXT_BYTES)
    document = LexborHTMLParser(_decode(content, headers.get_content_charset()))
    metadata: dict[str, str] = {}
    for node in document.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        metadata.setdefault(name.lower(), node.attributes["content"] or "")
    title = document.css_first("head title, title")
    picture = metadata.get("og:image") or metadata.get("twitter:image")
    return Found(
        _shorten(metadata.get("og:title") or (title and title.text()), 300),
        _shorten(metadata.get("og:description") or metadata.get("description"), MAX_DESCRIPTION),
        _shorten(metadata.get("og:site_name"), 100) or (urlsplit(url).hostname or "").removeprefix("www."),
        (urljoin(url, picture),) if picture else (),
    )


def read_picture(url: str) -> ContentFile:
    """Return the picture at `url`, encoded again, and no larger than it is shown.

    Raises OSError, ValueError, HTTPException or PictureError.
    """
    content, _headers, _url = read_public_url(url, "image/*", MAX_PICTURE_BYTES)
    if measure(content)["format"] == "svg":
        raise ValueError("The picture is a drawing.")
    encoded = convert(content, format="webp", save={"quality": 80}, box=PICTURE_SIZE)
    name = hashlib.sha256(encoded).hexdigest()[:24]
    return ContentFile(encoded, f"{name}.webp")


def _decode(content: bytes, charset: str | None) -> str:
    try:
        return content.decode(charset or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _shorten(text: Any, length: int) -> str:
    words = " ".join(text[: 10 * length].replace("\x00", "").split()) if isinstance(text, str) else ""
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def _as_number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 1 <= number <= 10_000 else None

"""Rewrites links and images in Markdown and raw HTML for the new site, and reports HTML that the site doesn't show."""

import html
import re
from collections.abc import Iterable

from galley.markdown import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, TAGS_WITHOUT_CONTENT
from transfer.references import IMAGE, PAGE, References
from transfer.text import (
    SourceText,
    Span,
    angled,
    find_span,
    html_block_spans,
    markdown_image,
    read_destination,
    strip_title,
    unescape,
)

_TITLE = r"(?:\"(?:[^\"\\]|\\.){0,2000}\"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\))"
_PART = r"[^\s()<>\\]|\\\S?"
_DESTINATION = rf"(?:<(?:[^<>\n\\]|\\.)*>|(?:{_PART}|\((?:{_PART}|\((?:{_PART})*\))*\))*)"
_LABEL = r"(?:[^\[\]\\]|\\.){1,999}"
_TEXT = r"(?:[^\[\]\\`]|\\.|`[^`]{0,500}`|\[[^\[\]]{0,500}\]){0,2000}"

_INLINE_IMAGE = re.compile(rf"!\[(?P<alt>{_TEXT})\]\(\s*(?P<url>{_DESTINATION})(?:\s+(?P<title>{_TITLE}))?\s*\)")
_REFERENCE_IMAGE = re.compile(rf"!\[(?P<alt>{_TEXT})\](?:\[(?P<label>(?:{_LABEL})?)\])?(?!\()")
_INLINE_LINK = re.compile(rf"(?<!\\)\]\(\s*(?P<url>{_DESTINATION})(?P<title>\s+{_TITLE})?\s*\)")
_AUTOLINK = re.compile(r"<(?P<url>https?://[^<>\s]+)>")
_DEFINITION = re.compile(
    rf"^(?P<start> {{0,3}}\[(?!\^)(?P<label>{_LABEL})\]:[ \t]*\n?[ \t]*)(?P<url><(?:[^<>\n\\]|\\.)*>|[^\s<]\S*)",
    re.MULTILINE,
)

# `](<Other Page>)` is a destination.
_ELEMENT = re.compile(
    r"(?<!\]\()<(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?)/?>"
)
_ATTRIBUTE = re.compile(
    r"(?<![\w:.@-])(?P<name>[a-zA-Z_:@][\w:.@-]*)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))"
)
_NOSCRIPT = re.compile(r"</?noscript\s*>", re.IGNORECASE)
# What stands inside is for browsers without frames.
_FRAME = re.compile(r"(<iframe\b[^<>]*>)[^<]*</iframe\s*>", re.IGNORECASE)
_EMBEDDING = {"iframe", "embed", "object", "video", "audio", "source", "frame"}
_PLAYERS = [
    (re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)"), "https://www.youtube.com/watch?v={}"),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}"),
    (re.compile(r"https?://(?:www\.)?dailymotion\.com/embed/video/(\w+)"), "https://www.dailymotion.com/video/{}"),
    (re.compile(r"https?://open\.spotify\.com/embed/(.+)"), "https://open.spotify.com/{}"),
]
# Of a drawing nothing is shown, unless it is a file.
_DRAWING = {
    "svg", "g", "path", "text", "tspan", "textpath", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs",
    "use", "symbol", "marker", "lineargradient", "radialgradient", "stop", "clippath", "mask", "pattern", "filter",
    "desc",
}  # fmt: skip
# Attributes of the old design, which are left out without a diagnostic.
_LOOKS = {"class", "style", "width", "height", "align", "border", "target", "rel", "loading", "srcset", "sizes"}


def convert_links(text: SourceText, references: References) -> None:
    """Rewrite every link and image of `text` that leads to an imported post or image file."""
    # Browsers without scripts show what is in it. The site would drop it.
    text.rewrite(_NOSCRIPT, lambda match, line: "")
    text.rewrite(_FRAME, lambda match, line: match[1])
    images = _read_image_labels(text)
    html_blocks = html_block_spans(text.text)
    text.rewrite(_INLINE_IMAGE, lambda match, line: _convert_image(match, line, references, html_blocks))
    text.rewrite(_DEFINITION, lambda match, line: _convert_definition(match, line, references, images))
    image_urls = {match["url"] for match in _INLINE_IMAGE.finditer(text.text)}
    text.rewrite(_INLINE_LINK, lambda match, line: _convert_link(match, line, references, image_urls))
    text.rewrite(_AUTOLINK, lambda match, line: _convert_autolink(match, line, references))
    text.rewrite(_ELEMENT, lambda match, line: _convert_element(match, line, references))


def _read_image_labels(text: SourceText) -> dict[str, str]:
    """Return the alt texts of the images in reference form, `![alt][label]`, by label."""
    alts: dict[str, str] = {}

    def read(match: re.Match[str], line: int) -> None:
        alts.setdefault(_normalise_label(match["label"] or match["alt"]), unescape(match["alt"]))

    text.rewrite(_REFERENCE_IMAGE, read)
    return alts


def _convert_image(match: re.Match[str], line: int, references: References, html_blocks: list[Span]) -> str:
    alt, destination = " ".join(unescape(match["alt"]).split()), read_destination(match["url"])
    url = references.resolve_image(destination, alt, line)
    if find_span(html_blocks, match.start()):  # Markdown isn't parsed there
        quoted = alt.replace('"', "&quot;").replace("<", "&lt;")
        return f'<img src="{url}" alt="{quoted}">'
    if url.startswith(IMAGE):
        return markdown_image(url, alt, strip_title(match["title"]))
    return match[0].replace(match["url"], angled(url), 1) if url != destination else match[0]


def _convert_definition(match: re.Match[str], line: int, references: References, images: dict[str, str]) -> str | None:
    url, label = read_destination(match["url"]), _normalise_label(match["label"])
    if label in images:
        found: str | None = references.resolve_image(url, images[label], line)
    else:
        found = references.resolve_link(url, line)
    return f"{match['start']}{angled(found)}" if found and found != url else None


def _convert_link(match: re.Match[str], line: int, references: References, image_urls: set[str]) -> str | None:
    url = read_destination(match["url"])
    if not url or match["url"] in image_urls or url.startswith(("#", IMAGE, PAGE)):
        return None
    found = references.resolve_link(url, line)
    return f"]({angled(found)}{match['title'] or ''})" if found and found != url else None


def _convert_autolink(match: re.Match[str], line: int, references: References) -> str | None:
    found = references.resolve_link(match["url"], line)
    return f"[{match['url']}]({found})" if found else None


def _normalise_label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _convert_element(match: re.Match[str], line: int, references: References) -> str | None:
    """Return an `<img>` or `<a>` with its new address, or None to leave the element unchanged. Reports what is lost."""
    name, attributes = match["name"].lower(), _read_attributes(match["attributes"])
    if player := _convert_player(name, attributes, line, references):
        return player
    _report_lost_html(name, attributes, line, references)
    attribute = {"a": "href", "img": "src"}.get(name, "")
    address = attributes.get(attribute, "")
    if not address or address.startswith(("#", IMAGE, PAGE)):
        return None
    if attribute == "src":
        found: str | None = references.resolve_image(address, attributes.get("alt", ""), line)
    else:
        found = references.resolve_link(address, line)
    if found is None:
        return None
    pattern = re.compile(rf"(\s{attribute}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)
    return pattern.sub(lambda written: f'{written[1]}"{html.escape(found)}"', match[0], count=1)


def _convert_player(name: str, attributes: dict[str, str], line: int, references: References) -> str | None:
    """Return a link to what an embedded player or page shows, or None if the element is something else."""
    url = attributes.get("src") or attributes.get("data") or ""
    url = f"https:{url}" if url.startswith("//") else url
    if name not in _EMBEDDING or not url or url.startswith(("data:", "about:", "javascript:")):
        return None
    url = references.resolve_link(url, line) or url
    for pattern, address in _PLAYERS:
        if player := pattern.match(url):
            url = address.format(player[1])
    references.diagnostics.changed(f"The embedded content becomes a link to {url}.", line)
    return f'<a href="{html.escape(url)}">{html.escape(attributes.get("title") or url)}</a>'


def _report_lost_html(name: str, attributes: Iterable[str], line: int, references: References) -> None:
    """Report an element or attributes that the site doesn't show."""
    if name not in ALLOWED_TAGS:
        what = "nothing of it" if name in TAGS_WITHOUT_CONTENT | _DRAWING else "only its content"
        references.diagnostics.lost(f"The site doesn't show the HTML element `<{name}>`: {what} is shown.", line)
        return
    expected = _LOOKS | ALLOWED_ATTRIBUTES["*"] | ALLOWED_ATTRIBUTES.get(name, set())
    for attribute in attributes:
        if attribute not in expected and not attribute.startswith("data-"):
            references.diagnostics.lost(f"The HTML attribute `{attribute}` of `<{name}>` is left out.", line)


def _read_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag, with names in lower case and unescaped values."""
    return {
        match["name"].lower(): html.unescape(next(v for v in match.group("double", "single", "bare") if v is not None))
        for match in reversed(list(_ATTRIBUTE.finditer(text)))
    }

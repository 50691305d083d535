"""Lets the pictures and links of a text lead to the new site, in Markdown's inline and reference forms."""

import re

from transfer.conversion import Conversion
from transfer.markdown_text import angled, bare, markdown_image, strip_title, unescape
from transfer.references import IMAGE, PAGE
from transfer.text import SourceText, Span, html_block_spans

_TITLE = r"(?:\"(?:[^\"\\]|\\.){0,2000}\"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\))"
_DESTINATION = r"(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)"
_LABEL = r"(?:[^\[\]\\]|\\.){1,999}"
_TEXT = r"(?:[^\[\]\\`]|\\.|`[^`]{0,500}`|\[[^\[\]]{0,500}\]){0,2000}"

_INLINE_IMAGE = re.compile(rf"!\[(?P<alt>{_TEXT})\]\(\s*(?P<url>{_DESTINATION})(?:\s+(?P<title>{_TITLE}))?\s*\)")
_REFERENCE_IMAGE = re.compile(rf"!\[(?P<alt>{_TEXT})\](?:\[(?P<label>(?:{_LABEL})?)\])?(?!\()")
_INLINE_LINK = re.compile(rf"(?<!\\)\]\(\s*(?P<url>{_DESTINATION})(?P<title>\s+{_TITLE})?\s*\)")
_AUTOLINK = re.compile(r"<(?P<url>https?://[^<>\s]+)>")
_DEFINITION = re.compile(
    rf"^(?P<start> {{0,3}}\[(?!\^)(?P<label>{_LABEL})\]:[ \t]*\n?[ \t]*)(?P<url><[^<>\n]*>|[^\s<]\S*)", re.MULTILINE
)


def convert_images_and_links(text: SourceText, conversion: Conversion) -> None:
    """Let every picture and link in `text` that belongs to the import lead to the new site."""
    images = _read_image_labels(text)
    html_blocks = html_block_spans(text.text)
    text.rewrite(_INLINE_IMAGE, lambda match, line: _convert_image(match, line, conversion, html_blocks))
    text.rewrite(_DEFINITION, lambda match, line: _convert_definition(match, line, conversion, images))
    kept_images = {match["url"] for match in _INLINE_IMAGE.finditer(text.text)}
    text.rewrite(_INLINE_LINK, lambda match, line: _convert_link(match, line, conversion, kept_images))
    text.rewrite(_AUTOLINK, lambda match, line: _convert_autolink(match, line, conversion))


def _read_image_labels(text: SourceText) -> dict[str, str]:
    """Return the alt texts of pictures in reference form, `![alt][label]`, by label."""
    alts: dict[str, str] = {}

    def read(match: re.Match[str], line: int) -> None:
        alts.setdefault(_normalise_label(match["label"] or match["alt"]), unescape(match["alt"]))

    text.rewrite(_REFERENCE_IMAGE, read)
    return alts


def _convert_image(match: re.Match[str], line: int, conversion: Conversion, html_blocks: list[Span]) -> str:
    alt = " ".join(unescape(match["alt"]).split())
    url = conversion.resolve_picture(bare(match["url"]), alt, line)
    if any(start <= match.start() < end for start, end in html_blocks):  # no Markdown is read there
        quoted = alt.replace('"', "&quot;").replace("<", "&lt;")
        return f'<img src="{url}" alt="{quoted}">'
    if url.startswith(IMAGE):
        return markdown_image(url, alt, strip_title(match["title"]))
    return match[0].replace(match["url"], angled(url), 1) if match["url"] else match[0]


def _convert_definition(match: re.Match[str], line: int, conversion: Conversion, images: dict[str, str]) -> str | None:
    url, label = bare(match["url"]), _normalise_label(match["label"])
    if label in images:
        found: str | None = conversion.resolve_picture(url, images[label], line)
    else:
        found = conversion.resolve_link(url, line)
    return f"{match['start']}{angled(found)}" if found and found != url else None


def _convert_link(match: re.Match[str], line: int, conversion: Conversion, kept_images: set[str]) -> str | None:
    url = bare(match["url"])
    if not url or match["url"] in kept_images or url.startswith(("#", IMAGE, PAGE)):
        return None
    found = conversion.resolve_link(url, line)
    return f"]({angled(found)}{match['title'] or ''})" if found and found != url else None


def _convert_autolink(match: re.Match[str], line: int, conversion: Conversion) -> str | None:
    found = conversion.resolve_link(match["url"], line)
    return f"[{match['url']}]({found})" if found else None


def _normalise_label(label: str) -> str:
    return " ".join(label.split()).casefold()

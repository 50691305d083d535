"""Raw HTML in Markdown: figures, pictures and links for the new site, and what the site won't show."""

import html
import re
from functools import cache

from galley.markdown import render_markdown
from transfer.conversion import Conversion
from transfer.markdown_text import markdown_image
from transfer.plain_text import plain_text
from transfer.references import IMAGE, PAGE
from transfer.text import SourceText

_FIGURE = re.compile(
    r"^<figure\b[^<>]*>(?P<content>(?:(?!<figure\b).){0,20000}?)</figure>[ \t]*$", re.DOTALL | re.MULTILINE
)
_CAPTION = re.compile(r"<figcaption\b[^<>]*>(?P<caption>.*?)</figcaption>", re.DOTALL)
_PICTURE = re.compile(r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\]\((?P<source>[^\s()]+)\)")
_TAG = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?)/?>")
_ATTRIBUTE = re.compile(
    r"(?P<name>[a-zA-Z_:@][\w:.@-]*)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))"
)
_NOSCRIPT = re.compile(r"</?noscript\s*>", re.IGNORECASE)
_MEASURE = re.compile(r"<(?P<name>progress|meter)\b(?P<attributes>[^<>]*)>(?:[^<>]*</(?P=name)\s*>)?", re.IGNORECASE)
# How a post looks is the new site's business; losing these is meant.
_LOOKS = {"class", "style", "width", "height", "align", "border", "target", "rel", "loading", "srcset", "sizes"}


def convert_figures(text: SourceText) -> None:
    """Write figures that hold one picture and a caption of plain words as a Markdown picture with a title."""
    text.rewrite(_FIGURE, lambda match, line: _convert_figure(text.text, match))


def convert_lost_elements(text: SourceText, conversion: Conversion) -> None:
    """Save what stands in elements that the site drops: the pictures for browsers without scripts, measured values."""

    def unwrap(match: re.Match[str], line: int) -> str:
        if not match[0].startswith("</"):
            conversion.notes.changed("What stands in `<noscript>` is shown, since the scripts of a text aren't.", line)
        return ""

    def write_value(match: re.Match[str], line: int) -> str | None:
        attributes = read_attributes(match["attributes"])
        if "value" not in attributes:
            return None
        value = f"{attributes['value']} of {attributes.get('max', '1')}"
        conversion.notes.changed(f"The HTML element `<{match['name']}>` stands as “{value}”.", line)
        return html.escape(value)

    text.rewrite(_NOSCRIPT, unwrap)
    text.rewrite(_MEASURE, write_value)


def convert_html_references(text: SourceText, conversion: Conversion) -> None:
    """Let the `src` of pictures and the `href` of links in raw HTML lead to the new site."""

    def convert(match: re.Match[str], line: int) -> str | None:
        name = match["name"].lower()
        if name not in ("a", "img"):
            return None
        attributes = read_attributes(match["attributes"])
        if name == "img":
            source = attributes.get("src", "")
            found = conversion.resolve_picture(source, attributes.get("alt", ""), line) if _is_unread(source) else None
            return _replace_attribute(match[0], "src", found)
        target = attributes.get("href", "")
        if target.startswith("#") or not _is_unread(target):
            return None
        return _replace_attribute(match[0], "href", conversion.resolve_link(target, line))

    text.rewrite(_TAG, convert)


def note_lost_html(text: SourceText, conversion: Conversion) -> None:
    """Name every element and attribute of raw HTML that the site doesn't show."""

    def note(match: re.Match[str], line: int) -> None:
        name = match["name"].lower()
        if not is_shown(name):
            what = "nothing of it" if is_hidden_with_content(name) else "only what stands in it"
            conversion.notes.lost(f"The site doesn't show the HTML element `<{name}>`: {what} is shown.", line)
            return
        for attribute in read_attributes(match["attributes"]):
            if (
                attribute not in _LOOKS
                and not attribute.startswith("data-")
                and not is_attribute_shown(name, attribute)
            ):
                conversion.notes.lost(f"The HTML attribute `{attribute}` of `<{name}>` isn't kept.", line)

    text.rewrite(_TAG, note)


def read_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag, their names in small letters, their values without entities."""
    return {
        match["name"].lower(): html.unescape(next(v for v in match.group("double", "single", "bare") if v is not None))
        for match in reversed(list(_ATTRIBUTE.finditer(text)))
    }


@cache
def is_shown(name: str) -> bool:
    """Tell whether the site's own sanitiser keeps the element `name`."""
    inside_table = name in ("caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr")
    sample = f"<table><{name}></{name}></table>" if inside_table else f"<div><{name}>words</{name}></div>"
    return inside_table or f"<{name}" in render_markdown(sample)


@cache
def is_hidden_with_content(name: str) -> bool:
    """Tell whether the sanitiser drops the element `name` together with what stands in it."""
    return "words" not in render_markdown(f"<div><{name}>words</{name}></div>")


@cache
def is_attribute_shown(name: str, attribute: str) -> bool:
    """Tell whether the sanitiser keeps `attribute` on the element `name`."""
    if name in ("td", "th", "tr", "col", "caption"):
        return attribute in ("colspan", "rowspan", "scope", "id", "title", "lang")
    return f" {attribute}=" in render_markdown(f'<div><{name} {attribute}="1">words</{name}></div>')


def _convert_figure(text: str, match: re.Match[str]) -> str | None:
    content = match["content"]
    captions = list(_CAPTION.finditer(content))
    rest = _CAPTION.sub("", content).strip()
    caption = captions[0]["caption"] if captions else ""
    if len(captions) > 1 or re.search(r"[<\[*_`]", caption.strip()):
        return None
    if picture := _PICTURE.fullmatch(rest):
        source, alt = picture["source"], picture["alt"].replace("\\[", "[").replace("\\]", "]")
    elif (tag := _TAG.fullmatch(rest)) and tag["name"].lower() == "img":
        attributes = read_attributes(tag["attributes"])
        source, alt = attributes.get("src", ""), attributes.get("alt", "")
    else:
        return None
    if not source:
        return None
    before = "" if match.start() == 0 or text.endswith("\n\n", 0, match.start()) else "\n"
    after = "" if match.end() == len(text) or text.startswith("\n\n", match.end()) else "\n"
    return f"{before}{markdown_image(source, alt, plain_text(caption))}{after}"


def _is_unread(reference: str) -> bool:
    return bool(reference) and not reference.startswith((IMAGE, PAGE))


def _replace_attribute(tag: str, name: str, value: str | None) -> str | None:
    if value is None:
        return None
    pattern = re.compile(rf"(\s{name}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)
    return pattern.sub(lambda match: f'{match[1]}"{html.escape(value)}"', tag, count=1)

"""Rewrites links and images in Markdown and raw HTML for the new site, and reports HTML that the site doesn't show."""

import html
import re
from functools import cache

from galley.markdown import render_markdown
from transfer.references import IMAGE, PAGE, References
from transfer.text import (
    SourceText,
    Span,
    angled,
    bare,
    html_block_spans,
    markdown_image,
    plain_text,
    strip_title,
    unescape,
)

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

_FIGURE = re.compile(
    r"^<figure\b[^<>]*>(?P<content>(?:(?!<figure\b).){0,20000}?)</figure>[ \t]*$", re.DOTALL | re.MULTILINE
)
_CAPTION = re.compile(r"<figcaption\b[^<>]*>(?P<caption>.*?)</figcaption>", re.DOTALL)
_LONE_IMAGE = re.compile(r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\]\((?P<source>[^\s()]+)\)")
_ELEMENT = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?)/?>")
_ATTRIBUTE = re.compile(
    r"(?P<name>[a-zA-Z_:@][\w:.@-]*)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>]+))"
)
_NOSCRIPT = re.compile(r"</?noscript\s*>", re.IGNORECASE)
_MEASURE = re.compile(r"<(?P<name>progress|meter)\b(?P<attributes>[^<>]*)>(?:[^<>]*</(?P=name)\s*>)?", re.IGNORECASE)
# Attributes of the old design, which are left out without a diagnostic.
_LOOKS = {"class", "style", "width", "height", "align", "border", "target", "rel", "loading", "srcset", "sizes"}


def convert_links(text: SourceText, references: References) -> None:
    """Rewrite every link and image of `text` that leads to an imported post or image file."""
    _convert_lost_elements(text, references)
    text.rewrite(_FIGURE, lambda match, line: _convert_figure(text.text, match))
    _convert_markdown(text, references)
    text.rewrite(_ELEMENT, lambda match, line: _convert_element(match, line, references))
    text.rewrite(_ELEMENT, lambda match, line: _report_lost_html(match, line, references))


def _convert_markdown(text: SourceText, references: References) -> None:
    images = _read_image_labels(text)
    html_blocks = html_block_spans(text.text)
    text.rewrite(_INLINE_IMAGE, lambda match, line: _convert_image(match, line, references, html_blocks))
    text.rewrite(_DEFINITION, lambda match, line: _convert_definition(match, line, references, images))
    image_urls = {match["url"] for match in _INLINE_IMAGE.finditer(text.text)}
    text.rewrite(_INLINE_LINK, lambda match, line: _convert_link(match, line, references, image_urls))
    text.rewrite(_AUTOLINK, lambda match, line: _convert_autolink(match, line, references))


def _read_image_labels(text: SourceText) -> dict[str, str]:
    """Return the alt texts of the images in reference form, `![alt][label]`, by label."""
    alts: dict[str, str] = {}

    def read(match: re.Match[str], line: int) -> None:
        alts.setdefault(_normalise_label(match["label"] or match["alt"]), unescape(match["alt"]))

    text.rewrite(_REFERENCE_IMAGE, read)
    return alts


def _convert_image(match: re.Match[str], line: int, references: References, html_blocks: list[Span]) -> str:
    alt = " ".join(unescape(match["alt"]).split())
    url = references.resolve_image(bare(match["url"]), alt, line)
    if any(start <= match.start() < end for start, end in html_blocks):  # Markdown isn't parsed there
        quoted = alt.replace('"', "&quot;").replace("<", "&lt;")
        return f'<img src="{url}" alt="{quoted}">'
    if url.startswith(IMAGE):
        return markdown_image(url, alt, strip_title(match["title"]))
    return match[0].replace(match["url"], angled(url), 1) if match["url"] else match[0]


def _convert_definition(match: re.Match[str], line: int, references: References, images: dict[str, str]) -> str | None:
    url, label = bare(match["url"]), _normalise_label(match["label"])
    if label in images:
        found: str | None = references.resolve_image(url, images[label], line)
    else:
        found = references.resolve_link(url, line)
    return f"{match['start']}{angled(found)}" if found and found != url else None


def _convert_link(match: re.Match[str], line: int, references: References, image_urls: set[str]) -> str | None:
    url = bare(match["url"])
    if not url or match["url"] in image_urls or url.startswith(("#", IMAGE, PAGE)):
        return None
    found = references.resolve_link(url, line)
    return f"]({angled(found)}{match['title'] or ''})" if found and found != url else None


def _convert_autolink(match: re.Match[str], line: int, references: References) -> str | None:
    found = references.resolve_link(match["url"], line)
    return f"[{match['url']}]({found})" if found else None


def _normalise_label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _convert_lost_elements(text: SourceText, references: References) -> None:
    """Keep the content of `<noscript>` and the value of `<progress>` and `<meter>`, which the site doesn't show."""

    def unwrap(match: re.Match[str], line: int) -> str:
        if not match[0].startswith("</"):
            references.diagnostics.changed("The content of `<noscript>` is shown, because scripts aren't.", line)
        return ""

    def write_value(match: re.Match[str], line: int) -> str | None:
        attributes = _read_attributes(match["attributes"])
        if "value" not in attributes:
            return None
        value = f"{attributes['value']} of {attributes.get('max', '1')}"
        references.diagnostics.changed(f"The HTML element `<{match['name']}>` becomes “{value}”.", line)
        return html.escape(value)

    text.rewrite(_NOSCRIPT, unwrap)
    text.rewrite(_MEASURE, write_value)


def _convert_element(match: re.Match[str], line: int, references: References) -> str | None:
    """Return an `<img>` or `<a>` with its new address, or None to leave the element unchanged."""
    name = match["name"].lower()
    if name not in ("a", "img"):
        return None
    attributes = _read_attributes(match["attributes"])
    attribute = "src" if name == "img" else "href"
    address = attributes.get(attribute, "")
    if not address or address.startswith((IMAGE, PAGE)):
        return None
    if name == "img":
        return _replace_attribute(
            match[0], attribute, references.resolve_image(address, attributes.get("alt", ""), line)
        )
    return (
        None
        if address.startswith("#")
        else _replace_attribute(match[0], attribute, references.resolve_link(address, line))
    )


def _report_lost_html(match: re.Match[str], line: int, references: References) -> None:
    """Report an element or attributes that the site doesn't show."""
    name = match["name"].lower()
    if not _is_shown(name):
        what = "nothing of it" if _is_hidden_with_content(name) else "only its content"
        references.diagnostics.lost(f"The site doesn't show the HTML element `<{name}>`: {what} is shown.", line)
        return
    for attribute in _read_attributes(match["attributes"]):
        is_expected = attribute in _LOOKS or attribute.startswith("data-")
        if not is_expected and not _is_attribute_shown(name, attribute):
            references.diagnostics.lost(f"The HTML attribute `{attribute}` of `<{name}>` is left out.", line)


def _read_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag, with names in lower case and unescaped values."""
    return {
        match["name"].lower(): html.unescape(next(v for v in match.group("double", "single", "bare") if v is not None))
        for match in reversed(list(_ATTRIBUTE.finditer(text)))
    }


@cache
def _is_shown(name: str) -> bool:
    """Return whether the site's sanitiser allows the element `name`."""
    inside_table = name in ("caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr")
    sample = f"<table><{name}></{name}></table>" if inside_table else f"<div><{name}>words</{name}></div>"
    return inside_table or f"<{name}" in render_markdown(sample)


@cache
def _is_hidden_with_content(name: str) -> bool:
    """Return whether the sanitiser removes the element `name` with its content."""
    return "words" not in render_markdown(f"<div><{name}>words</{name}></div>")


@cache
def _is_attribute_shown(name: str, attribute: str) -> bool:
    """Return whether the sanitiser allows `attribute` on the element `name`."""
    if name in ("td", "th", "tr", "col", "caption"):
        return attribute in ("colspan", "rowspan", "scope", "id", "title", "lang")
    return f" {attribute}=" in render_markdown(f'<div><{name} {attribute}="1">words</{name}></div>')


def _convert_figure(text: str, match: re.Match[str]) -> str | None:
    """Return a figure of one image and a plain caption as Markdown, or None for any other figure."""
    content = match["content"]
    captions = list(_CAPTION.finditer(content))
    rest = _CAPTION.sub("", content).strip()
    caption = captions[0]["caption"] if captions else ""
    if len(captions) > 1 or re.search(r"[<\[*_`]", caption.strip()):
        return None
    if picture := _LONE_IMAGE.fullmatch(rest):
        source, alt = picture["source"], picture["alt"].replace("\\[", "[").replace("\\]", "]")
    elif (tag := _ELEMENT.fullmatch(rest)) and tag["name"].lower() == "img":
        attributes = _read_attributes(tag["attributes"])
        source, alt = attributes.get("src", ""), attributes.get("alt", "")
    else:
        return None
    if not source:
        return None
    before = "" if match.start() == 0 or text.endswith("\n\n", 0, match.start()) else "\n"
    after = "" if match.end() == len(text) or text.startswith("\n\n", match.end()) else "\n"
    return f"{before}{markdown_image(source, alt, plain_text(caption))}{after}"


def _replace_attribute(tag: str, name: str, value: str | None) -> str | None:
    if value is None:
        return None
    pattern = re.compile(rf"(\s{name}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)
    return pattern.sub(lambda match: f'{match[1]}"{html.escape(value)}"', tag, count=1)

"""Sanitises HTML from Markdown with nh3: the allow-lists of tags, attributes, classes and URL schemes.

An external image becomes a link: loading it would tell another host who reads the page. A link whose text doesn't say
where it leads, such as “here”, names its host to screen readers.
"""

import re
from collections import Counter
from html import unescape
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _

from galley.markdown.highlighting import TOKEN_CLASSES
from galley.markdown.time_limit import check_time

TEXT_TAGS = {"blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre", "section", "span"}
INLINE_TAGS = {"a", "abbr", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"}
INLINE_TAGS |= {"small", "strong", "sub", "sup", "time", "u", "var"}
LIST_TAGS = {"dd", "details", "dl", "dt", "input", "li", "ol", "summary", "ul"}
TABLE_TAGS = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
IMAGE_TAGS = {"figcaption", "figure", "img"}
# MathML without links, styles and `annotation-xml`, which may hold anything.
MATH_TAGS = {"math", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot"}
MATH_TAGS |= {"mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"}
MATH_TAGS |= {"munderover"}
MATH_ATTRIBUTES = {
    "math": {"display"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {"accent", "fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "separator"}
    | {"stretchy", "symmetric"},
    "mover": {"accent"},
    "mpadded": {"depth", "height", "lspace", "voffset", "width"},
    "mspace": {"depth", "height", "width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "columnlines", "columnspacing", "rowlines", "rowspacing"},
    "mtd": {"columnalign", "columnspan", "rowspan"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
}
ALLOWED_TAGS = TEXT_TAGS | INLINE_TAGS | LIST_TAGS | TABLE_TAGS | IMAGE_TAGS | MATH_TAGS
# Of other elements, the content is shown.
TAGS_WITHOUT_CONTENT = {"script", "style", "iframe", "object", "template", "noscript", "textarea", "title"}
ALLOWED_ATTRIBUTES = {
    "*": {"id", "title", "lang", "dir", "aria-label"},
    "a": {"href"},
    "blockquote": {"cite"},
    "details": {"open"},
    "div": {"role", "tabindex"},
    "img": {"src", "alt", "width", "height"},
    "input": {"checked"},
    "ol": {"start", "reversed"},
    "pre": {"data-lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    **MATH_ATTRIBUTES,
}
CLASSES = {
    "a": {"anchor", "footnote-backref"},
    "div": {"math-scroll", "table-scroll"},
    "figure": {"listing-figure"},
    "hr": {"footnotes-sep"},
    "li": {"footnote-item", "task-list-item"},
    "ol": {"footnotes-list"},
    "pre": {"highlight"},
    "section": {"footnotes"},
    "span": {"label", *TOKEN_CLASSES},
    "sup": {"footnote-ref"},
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
    "ul": {"contains-task-list"},
}
# `page`, `doc` and `image` are internal links, which are resolved after sanitising.
SCHEMES = {"http", "https", "mailto", "tel", "page", "doc", "image"}

# nh3 takes quadratic time for the depth of elements, and holds the interpreter: eight seconds for 40,000.
MAX_DEPTH = 4_000

# For many of these signs in one text, nh3 takes quadratic time: half a second for 200,000.
MAX_AMPERSANDS = 20_000
_AMPERSAND = re.compile(r"&(?:amp;|(?![a-z#]))", re.IGNORECASE)

# Not of elements without content, nor of those that end where the next of their kind begins.
_TAG_OF_PAIR = re.compile(
    r"<(?!/?(?:br|col|hr|img|input|wbr|p|li|dd|dt|td|th|tr|option)[\s/>])(/?)([a-z][^\s/>]*)", re.IGNORECASE
)
_INPUT = re.compile(r'<input(?:[^>"]|"[^"]*")*>')
_WITHOUT_SUMMARY = re.compile(r"(<details(?:\s[^>]*)?>)(?!\s*<summary[\s>])((?:(?!</?details).)*)", re.DOTALL)
# The first one, or none: where that isn't closed, the rest isn't searched from each of the others.
_SUMMARY = re.compile(r"(?P<before>(?:(?!<summary[\s>]).)*+)(?P<own>.*?</summary>)", re.DOTALL)
_INTERNAL = re.compile(r"(page|doc|image):", re.IGNORECASE)
_LINK_TARGET = re.compile(r"(?:page:[0-9]{1,9}(?:#[^\s\"'<>]*)?|(?:doc|image):[0-9]{1,9})\Z")
_IMAGE_TARGET = re.compile(r"image:[0-9]{1,9}\Z")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TAG = re.compile(r'<a(?: [\w-]+="[^"]*")*>|</a>|<img(?P<attributes>(?: [\w-]+="[^"]*")*)>')

# What Lighthouse calls non-descriptive in English: <https://developer.chrome.com/docs/lighthouse/seo/link-text>.
_TEXTS = "click here|click this|go|here|information|learn more|more(?: info(?:rmation)?)?|right here|read more|see more"
_VAGUE_LINK = re.compile(
    r'(?P<link><a(?: [\w-]+="[^"]*")*? href="https?://(?:[^/?#"@]*@)?(?:www\.)?(?P<host>[^/?#"]++)[^>]*+>)'
    rf"(?P<text>{_TEXTS}|start|this)</a>",
    re.IGNORECASE,
)


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the attribute's value; None drops an internal link that can't be resolved: wrong kind, or no number."""
    if name in {"href", "src", "cite"} and _INTERNAL.match(value.strip()):
        pattern = {"href": _LINK_TARGET, "src": _IMAGE_TARGET}.get(name)
        return value if pattern and pattern.match(value) else None
    if name == "tabindex":
        return "0"
    if name == "role":
        return "group"
    return value


_cleaner = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    clean_content_tags=TAGS_WITHOUT_CONTENT,
    attributes=ALLOWED_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    # `target` isn't allowed, so no link needs `noopener`.
    link_rel=None,
)


def clean_html(cleaner: nh3.Cleaner, html: str) -> str:
    """Return `html` as `cleaner` leaves it, in linear time: of many `&`, each passes as a sign that isn't in `html`."""
    if html.count("&") <= MAX_AMPERSANDS:
        return cleaner.clean(html)
    sign = next(sign for sign in map(chr, range(0xE000, 0xF900)) if sign not in html)
    return cleaner.clean(_AMPERSAND.sub(sign, html)).replace(sign, "&amp;")


def sanitise(html: str) -> str:
    """Return `html` with only the allowed tags, attributes, classes and URLs.

    Images load lazily, code can be scrolled by keyboard, and an `<input>` becomes the labelled sign of a task list.
    These attributes are added here, since nh3 adds attributes in an order that differs between processes. In nh3's
    output every `<` begins a tag. Raises ValueError for elements nested deeper than `MAX_DEPTH`.
    """
    check_time()
    if is_too_deep(html):
        raise ValueError("The HTML is nested too deeply.")
    clean = clean_html(_cleaner, html)
    check_time()
    clean = describe_vague_links(replace_external_images(clean))
    clean = clean.replace("<img ", '<img loading="lazy" decoding="async" ').replace("<pre", '<pre tabindex="0"')
    if "<details" in clean:
        clean = _WITHOUT_SUMMARY.sub(_add_summary, clean)
    return _INPUT.sub(_replace_checkbox, clean) if "<input" in clean else clean


def is_too_deep(html: str) -> bool:
    """Return whether elements of `html` are nested deeper than `MAX_DEPTH`: parsing it would take quadratic time."""
    if html.count("<") <= MAX_DEPTH:
        return False
    depth, opened = 0, Counter[str]()
    for end, name in _TAG_OF_PAIR.findall(html):
        if not end:
            depth += 1
            opened[name.lower()] += 1
            if depth > MAX_DEPTH:
                return True
        elif opened[name.lower()]:
            depth -= 1
            opened[name.lower()] -= 1
    return False


def _add_summary(details: re.Match[str]) -> str:
    """Return `<details>` that begin with their summary: their own, moved to the start, or else “More”."""
    opening, content = details.groups()
    if match := _SUMMARY.match(content):
        return f"{opening}{match['own']}{match['before']}{content[match.end() :]}"
    return f"{opening}<summary>{escape(_('More'))}</summary>{content}"


def _replace_checkbox(match: re.Match[str]) -> str:
    state, sign, name = ("task task--done", "☑", _("Done")) if " checked" in match[0] else ("task", "☐", _("To do"))
    return f'<span class="{state}" role="img" aria-label="{escape(name)}">{sign}</span>'


def replace_external_images(html: str) -> str:
    """Return sanitised `html` with a link in place of each external image, and an `alt` for all other images.

    Links can't be nested: within a link, the image's text takes its place.
    """
    is_in_link = False

    def replace(match: re.Match[str]) -> str:
        nonlocal is_in_link
        if match["attributes"] is None:
            is_in_link = match[0] != "</a>"
            return match[0]
        attributes = dict(_ATTRIBUTE.findall(match["attributes"]))
        url = unescape(attributes.get("src", ""))
        if not _is_external(url):
            return match[0] if "alt" in attributes else match[0].replace("<img", '<img alt=""', 1)
        text = attributes.get("alt") or escape(urlsplit(url).netloc)
        return text if is_in_link else f'<a href="{attributes["src"]}">{text}</a>'

    return _TAG.sub(replace, html) if "<img" in html else html


def _is_external(url: str) -> bool:
    # Browsers read backslashes as slashes, and skip white space before and within.
    return re.match(r"(https?:|[/\\]{2})", re.sub(r"[\s\x00-\x1f]", "", url), re.IGNORECASE) is not None


def describe_vague_links(html: str) -> str:
    """Return sanitised `html` with the host, visually hidden, added to each external link whose text is vague."""
    return _VAGUE_LINK.sub(r'\g<link>\g<text><span class="visually-hidden"> (\g<host>)</span></a>', html)

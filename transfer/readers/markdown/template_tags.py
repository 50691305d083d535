"""Converts template tags and shortcodes to Markdown.

The tags of Liquid (Jekyll, Eleventy), Nunjucks and Tera (Zola) and the shortcodes of Hugo differ in their delimiters,
so all of them are read in every folder. Inside code, only `{% raw %}` is read. Unknown tags stay as text and are
reported.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from transfer.readers import FILE_SCHEME, Diagnostics
from transfer.text import SourceText, markdown_image, markdown_link, plain_text

# Stand for the delimiters in `{% raw %}` until all tags are read. These private characters occur in no text.
_PROTECTED = str.maketrans({"{": "\ue000", "}": "\ue001", "%": "\ue002"})
_RESTORED = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "%"})

# What is never closed matches to the end, without a group: it isn't searched again from each later one.
RAW = re.compile(r"\{%-?\s*(?:raw|verbatim)\s*-?%\}(?:(.*?)\{%-?\s*end(?:raw|verbatim)\s*-?%\}|.*)", re.DOTALL)
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}(?:.*?(\{%-?\s*endcomment\s*-?%\}\n?)|.*)", re.DOTALL)
_HIGHLIGHT = re.compile(
    r"\{%-?\s*highlight\s+(?P<language>[\w+-]*)[^%]*%\}\n?(?P<code>(?:(?!\{%-?\s*highlight\s).)*?)\n?[ \t]*"
    r"\{%-?\s*endhighlight\s*-?%\}"
    r"|\{\{<\s*highlight\s+\"?(?P<hugo_language>[\w+-]*)[^>]*>\}\}\n?(?P<hugo_code>(?:(?!\{\{<\s*highlight\s).)*?)\n?"
    r"\{\{<\s*/\s*highlight\s*>\}\}",
    re.DOTALL,
)
_SITE_VARIABLE = re.compile(r"\{\{-?\s*site\.(?:baseurl|base_url|url)\s*-?\}\}")
_TAG = re.compile(
    r"\{%-?\s*(?P<tag>\w+)(?P<tag_arguments>(?:[^%{]|\{(?!%)|%(?!\})){0,4000}?)-?%\}"
    r"|\{\{[<%]\s*(?P<shortcode>/?\s*[\w-]+)(?P<shortcode_arguments>(?:(?!\{\{[<%]).){0,4000}?)/?\s*[>%]\}\}"
    r"|\{\{-?\s*(?P<output>(?:[^{}]|\{(?!\{)|\}(?!\})){0,4000}?)\s*-?\}\}",
    re.DOTALL,
)
_OUTPUT = re.compile(r"(?P<value>\"[^\"]*\"|'[^']*'|[\w.]+)\s*(?P<filters>(?:\|[^|]*)*)\Z", re.DOTALL)
_FUNCTION = re.compile(r"(?P<name>\w+)\s*\((?P<arguments>.*)\)\s*\Z", re.DOTALL)
_ATTRIBUTE = r"(?:(?:[.#][\w-]+)+|[\w-]+=(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[\w.%-]+)|\w+)"
# `{#id}` stays: the site reads it too.
_ATTRIBUTES = re.compile(
    rf"(?:(?<![ \t])[ \t]*\{{[ \t]*(?=[:.])(?::{{1,2}}[ \t]*)?|(?<=\))\{{[ \t]*(?=[\w-]+=))"
    rf"{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}"
)
_IDENTIFIER = re.compile(rf"\{{[ \t]*(?P<id>#[\w-]+)(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}[ \t]*$", re.MULTILINE)
_IMAGE_SIZE = re.compile(r"(?P<image>!\[[^\[\]\n]{0,1000}\]\([^\s()]+)[ \t]+=\d*x\d*\)")
_TABLE_OF_CONTENTS = re.compile(
    r"^(?:[-*] TOC\n\{:[ ]?toc\}|\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_ADDRESS_FILTERS = ("url", "relative_url", "absolute_url", "prepend", "append", "safe", "escape", "htmlBaseUrl")
_NAMED = re.compile(r"(?<![\w-])([\w-]+)\s*[=:]\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s,\"']+)")
_POSITIONAL = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^\s,\"']+)")
# `image "file" "alt"`: the alt text may contain quotation marks.
_SOURCE_ALT = re.compile(r"\s*\"[^\"]*\"[\s,]+\"(.*)\"\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class TagArguments:
    """The arguments of a tag: `"a.png" "A cat"`, `src="a.png", alt="A cat"` or `user/id`."""

    named: dict[str, str]
    positional: list[str]
    text: str

    @classmethod
    def read(cls, text: str) -> "TagArguments":
        """Return the arguments in `text`."""
        named = {} if text.lstrip().startswith('"') else {m[1]: _unquote(m[2]) for m in _NAMED.finditer(text)}
        rest = _NAMED.sub("", text) if named else text
        return cls(named, [m[1] or m[2] or m[3] or "" for m in _POSITIONAL.finditer(rest)], text)

    def get(self, *names: str, position: int | None = None) -> str:
        """Return the first named argument of `names`, the one at `position`, or an empty text."""
        for name in names:
            if value := self.named.get(name):
                return value
        return self.positional[position] if position is not None and position < len(self.positional) else ""


Converter = Callable[[TagArguments, Diagnostics, int], str | None]


def convert_template_tags(text: SourceText, metadata: Mapping[str, Any], diagnostics: Diagnostics) -> None:
    """Rewrite every known template tag in `text`. `metadata` is the front matter, to which tags may refer."""
    text.rewrite(RAW, lambda match, line: match[1] and match[1].translate(_PROTECTED), in_code=True)
    text.rewrite(_COMMENT, lambda match, line: match[1] and "")
    text.rewrite(_HIGHLIGHT, lambda match, line: _fence(match))
    text.rewrite(_SITE_VARIABLE, lambda match, line: "")
    text.rewrite(_TAG, lambda match, line: _convert_tag(match, line, metadata, diagnostics))
    # The site makes a table of contents itself.
    text.rewrite(_TABLE_OF_CONTENTS, lambda match, line: "")
    text.rewrite(_IMAGE_SIZE, lambda match, line: f"{match['image']})")
    text.rewrite(_IDENTIFIER, lambda match, line: f"{{{match['id']}}}")
    text.rewrite(_ATTRIBUTES, lambda match, line: _drop_attributes(match, line, diagnostics))
    text.text = text.text.translate(_RESTORED)


def _convert_tag(match: re.Match[str], line: int, metadata: Mapping[str, Any], diagnostics: Diagnostics) -> str | None:
    """Return the Markdown for a tag, or None after reporting an unknown tag."""
    output = (match["output"] or "").strip()
    if match["tag"]:
        result = convert_tag(match["tag"], match["tag_arguments"], diagnostics, line)
    elif match["shortcode"]:
        result = convert_tag(match["shortcode"].replace(" ", ""), match["shortcode_arguments"], diagnostics, line)
    elif function := _FUNCTION.match(output):
        result = convert_tag(function["name"], function["arguments"], diagnostics, line)
    else:
        result = _evaluate(output, metadata)
    if result is None:
        shown = " ".join(match[0].split())
        diagnostics.lost(f"The template tag `{shown[:100]}` isn't known and stays as text.", line)
    return result


def convert_tag(name: str, arguments: str, diagnostics: Diagnostics, line: int) -> str | None:
    """Return the Markdown for the tag `name`, such as `youtube`, or None if it isn't known."""
    if name == "include":  # Jekyll: {% include youtube.html id="…" %}
        file, arguments = [*arguments.split(None, 1), "", ""][:2]
        name = file.strip("\"',").rsplit("/", 1)[-1].removesuffix(".html").removesuffix(".liquid")
    converter = _CONVERTERS.get(name.lower())
    return converter(TagArguments.read(arguments), diagnostics, line) if converter else None


def _evaluate(output: str, metadata: Mapping[str, Any]) -> str | None:
    """Return the value of `"/path/" | url` or `page.excerpt`, or None if it isn't known."""
    match = _OUTPUT.match(output)
    if not match:
        return None
    filters = [part.split(":")[0].split("(")[0].strip() for part in match["filters"].split("|")[1:]]
    if any(name not in _ADDRESS_FILTERS for name in filters):
        return None
    if match["value"][0] in "\"'":
        return match["value"][1:-1]
    value = metadata.get(match["value"].removeprefix("page."))
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _convert_image(arguments: TagArguments, diagnostics: Diagnostics, line: int) -> str | None:
    named = arguments.get("src", "image", "image_path", "path", "file")
    source = named or arguments.get("url", position=0)
    if not source:
        return None
    captions = [plain_text(arguments.get(name)) for name in ("title", "caption", "attr")]
    caption = " ".join(dict.fromkeys(filter(None, captions)))
    source_alt = _SOURCE_ALT.match(arguments.text)
    alt = arguments.get("alt", "alt_text") or (source_alt[1].strip('"') if source_alt else "") or caption
    picture = markdown_image(source, alt, caption)
    link = arguments.get("link", "href") or (arguments.get("url") if named else "")
    return f"[{picture}]({link})" if link else picture


def _link_to(address: str, parts: int = 1) -> Converter:
    """Return a converter of embedded contents to links. `address` takes an id, which has up to `parts` arguments."""

    def convert(arguments: TagArguments, diagnostics: Diagnostics, line: int) -> str | None:
        name = arguments.get("id", "video_id", "videoId", "url") or "/".join(arguments.positional[:parts])
        if not name:
            return None
        embedded = re.search(r"youtube(?:-nocookie)?\.com/embed/([\w-]+)", name)
        url = name if name.startswith("http") and not embedded else address.format(embedded[1] if embedded else name)
        diagnostics.changed(f"The embedded content becomes a link to {url}.", line)
        return markdown_link(plain_text(arguments.get("title", "alt")) or url, url)

    return convert


def _link_post(arguments: TagArguments, diagnostics: Diagnostics, line: int) -> str | None:
    target = arguments.get("path", position=0)
    return f"{FILE_SCHEME}{target}" if target else None


def _link_file(arguments: TagArguments, diagnostics: Diagnostics, line: int) -> str | None:
    """Return a link to any file of the old site, such as `/assets/a.pdf`, or to a post."""
    target = arguments.get("path", position=0)
    if target.endswith(".md"):
        return _link_post(arguments, diagnostics, line)
    return f"/{target.lstrip('/')}" if target else None


_CONVERTERS: dict[str, Converter] = {
    **dict.fromkeys(("image", "img", "picture", "figure", "resize_image", "imgproc"), _convert_image),
    **dict.fromkeys(("youtube", "youtube_embed"), _link_to("https://www.youtube.com/watch?v={}")),
    "vimeo": _link_to("https://vimeo.com/{}"),
    "gist": _link_to("https://gist.github.com/{}", parts=2),
    **dict.fromkeys(("tweet", "x", "twitter"), _link_to("https://x.com/i/status/{}")),
    **dict.fromkeys(("post_url", "ref", "relref"), _link_post),
    "link": _link_file,
}


def _unquote(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value[0] in "\"'" else value


def _fence(match: re.Match[str]) -> str:
    code = match["code"] if match["code"] is not None else match["hugo_code"]
    language = match["language"] or match["hugo_language"] or ""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _drop_attributes(match: re.Match[str], line: int, diagnostics: Diagnostics) -> str:
    diagnostics.lost(f"The attributes `{match[0].strip()}` are left out.", line)
    return ""

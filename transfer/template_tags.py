"""Turns template tags and shortcodes of other generators into Markdown.

Liquid (Jekyll, Eleventy), Nunjucks, Tera (Zola) and Hugo's shortcodes are recognised by their own marks, whichever
generator the folder comes from. Inside code only `{% raw %}` means something. What isn't known stays as it is and is
named in the report.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from transfer.address_book import FILE_SCHEME
from transfer.markdown_text import markdown_image, markdown_link
from transfer.notes import Notes
from transfer.people import People
from transfer.plain_text import plain_text
from transfer.tag_arguments import TagArguments, read_arguments
from transfer.text import SourceText

# Braces of code that was marked as raw, until all tags are read. Private characters that no text holds.
_PROTECTED = str.maketrans({"{": "\ue000", "}": "\ue001", "%": "\ue002"})
_RESTORED = str.maketrans({"\ue000": "{", "\ue001": "}", "\ue002": "%"})

_RAW = re.compile(r"\{%-?\s*(?:raw|verbatim)\s*-?%\}(.*?)\{%-?\s*end(?:raw|verbatim)\s*-?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}\n?", re.DOTALL)
_HIGHLIGHT = re.compile(
    r"\{%-?\s*highlight\s+(?P<language>[\w+-]*)[^%]*%\}\n?(?P<code>.*?)\n?[ \t]*\{%-?\s*endhighlight\s*-?%\}"
    r"|\{\{<\s*highlight\s+\"?(?P<hugo_language>[\w+-]*)[^>]*>\}\}\n?(?P<hugo_code>.*?)\n?\{\{<\s*/\s*highlight\s*>\}\}",
    re.DOTALL,
)
_SITE_VARIABLE = re.compile(r"\{\{-?\s*site\.(?:baseurl|base_url|url)\s*-?\}\}")
_TAG = re.compile(
    r"\{%-?\s*(?P<tag>\w+)(?P<tag_arguments>(?:[^%]|%(?!\})){0,4000}?)-?%\}"
    r"|\{\{[<%]\s*(?P<shortcode>/?\s*[\w-]+)(?P<shortcode_arguments>.{0,4000}?)/?\s*[>%]\}\}"
    r"|\{\{-?\s*(?P<output>(?:[^{}]|\{(?!\{)|\}(?!\})){0,4000}?)\s*-?\}\}",
    re.DOTALL,
)
_OUTPUT = re.compile(r"(?P<value>\"[^\"]*\"|'[^']*'|[\w.]+)\s*(?P<filters>(?:\|[^|]*)*)\Z", re.DOTALL)
_FUNCTION = re.compile(r"(?P<name>\w+)\s*\((?P<arguments>.*)\)\s*\Z", re.DOTALL)
_ATTRIBUTE = r"(?:(?:[.#][\w-]+)+|[\w-]+=(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[\w-]+)|\w+)"
_ATTRIBUTES = re.compile(rf"[ \t]*\{{(?=[:.#])(?::{{1,2}}[ \t]*)?{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}")
_TABLE_OF_CONTENTS = re.compile(
    r"^(?:[-*] TOC\n\{:[ ]?toc\}|\[TOC\]|\[\[_TOC_\]\])[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_HEADING_ID = re.compile(r"^#{1,6} .*\{#[\w-]+\}[ \t]*$")
_ADDRESS_FILTERS = ("url", "relative_url", "absolute_url", "prepend", "append", "safe", "escape", "htmlBaseUrl")


def convert_template_tags(text: SourceText, metadata: Mapping[str, Any], people: People, notes: Notes) -> None:
    """Rewrite every template tag in `text` that has a meaning here."""
    text.rewrite(_RAW, lambda match, line: match[1].translate(_PROTECTED), in_code=True)
    text.rewrite(_COMMENT, lambda match, line: "")
    text.rewrite(_HIGHLIGHT, lambda match, line: _fence(match))
    text.rewrite(_SITE_VARIABLE, lambda match, line: "")
    tags = _TagConverter(metadata, people, notes)
    text.rewrite(_TAG, tags.convert)
    text.rewrite(_TABLE_OF_CONTENTS, lambda match, line: _drop_table_of_contents(line, notes))
    text.rewrite(_ATTRIBUTES, lambda match, line: _drop_attributes(text, match, line, notes))


def restore_raw(text: str) -> str:
    """Put back what was protected because it was marked as raw."""
    return text.translate(_RESTORED)


class _TagConverter:
    """Finds for each tag the function that knows it."""

    def __init__(self, metadata: Mapping[str, Any], people: People, notes: Notes) -> None:
        self.metadata = metadata
        self.people = people
        self.notes = notes

    def convert(self, match: re.Match[str], line: int) -> str | None:
        """Return the Markdown for a tag, or None for one that isn't known, after naming it."""
        if match["tag"]:
            result = self._call(match["tag"], match["tag_arguments"], line)
        elif match["shortcode"]:
            result = self._call(match["shortcode"].replace(" ", ""), match["shortcode_arguments"], line)
        else:
            result = self._convert_output(match["output"].strip(), line)
        if result is None:
            shown = " ".join(match[0].split())
            self.notes.lost(f"The template tag `{shown[:100]}` isn't known and stands as text.", line)
        return result

    def _call(self, name: str, arguments: str, line: int) -> str | None:
        if name == "include":  # Jekyll: {% include youtube.html id="…" %}
            file, arguments = [*arguments.split(None, 1), "", ""][:2]
            name = file.strip("\"',").rsplit("/", 1)[-1].removesuffix(".html").removesuffix(".liquid")
        converter = _CONVERTERS.get(name.lower())
        return converter(read_arguments(arguments), self.notes, line) if converter else None

    def _convert_output(self, output: str, line: int) -> str | None:
        if function := _FUNCTION.match(output):
            return self._call(function["name"], function["arguments"], line)
        match = _OUTPUT.match(output)
        if not match:
            return None
        value = match["value"]
        filters = [part.strip() for part in match["filters"].split("|")[1:]]
        names = [part.split(":")[0].split("(")[0].strip() for part in filters]
        if value[0] in "\"'":
            return self._filter_text(value[1:-1], filters, names, line)
        return self._look_up(value) if all(name in _ADDRESS_FILTERS for name in names) else None

    def _filter_text(self, value: str, filters: list[str], names: list[str], line: int) -> str | None:
        if names == ["embed"]:
            title = filters[0].partition(":")[2].strip().strip("\"'")
            return link_video(value, title, self.notes, line)
        if names == ["team_link"]:
            self.notes.changed(f"The link to the team member `{value}` stands as their name.", line)
            return self.people.full_name(value)
        if names == ["team_photo"]:
            self.notes.lost(f"The photo of the team member `{value}` isn't part of the folder.", line)
            return ""
        return value if all(name in _ADDRESS_FILTERS for name in names) else None

    def _look_up(self, variable: str) -> str | None:
        """`{{ page.excerpt }}` and `{{ image }}` stand for what the front matter says."""
        value = self.metadata.get(variable.removeprefix("page."))
        return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def link_video(url: str, title: str, notes: Notes, line: int) -> str:
    """Return a link in place of an embedded player."""
    video = re.search(r"youtube(?:-nocookie)?\.com/embed/([\w-]+)", url)
    address = f"https://www.youtube.com/watch?v={video[1]}" if video else url
    notes.changed(f"The embedded player stands as a link to {address}.", line)
    return markdown_link(plain_text(title) or address, address)


def _convert_image(arguments: TagArguments, notes: Notes, line: int) -> str | None:
    named = arguments.get("src", "image", "image_path", "path", "file")
    source = named or arguments.get("url", position=0)
    if not source:
        return None
    caption = plain_text(arguments.get("caption", "title"))
    alt = arguments.get("alt", "alt_text") or arguments.image_alt or caption
    picture = markdown_image(source, alt, caption if caption != alt else "")
    link = arguments.get("link", "href") or (arguments.get("url") if named else "")
    return f"[{picture}]({link})" if link else picture


def _video_on(address: str) -> Callable[[TagArguments, Notes, int], str | None]:
    def convert(arguments: TagArguments, notes: Notes, line: int) -> str | None:
        video = arguments.get("id", "video_id", "videoId", "url", position=0)
        if not video:
            return None
        url = video if video.startswith("http") else address.format(video)
        return link_video(url, arguments.get("title", "alt"), notes, line)

    return convert


def _convert_gist(arguments: TagArguments, notes: Notes, line: int) -> str | None:
    name = arguments.get("id", position=0)
    if not name:
        return None
    gist = f"https://gist.github.com/{name}" + (f"/{arguments.get(position=1)}" if "/" not in name else "")
    notes.changed(f"The embedded listing stands as a link to {gist.rstrip('/')}.", line)
    return markdown_link(f"Listing: {gist.rstrip('/')}", gist.rstrip("/"))


def _convert_tweet(arguments: TagArguments, notes: Notes, line: int) -> str | None:
    number = arguments.get("id", "url", position=1) or arguments.get(position=0)
    if not number:
        return None
    user = arguments.get("user") or "i"
    address = number if number.startswith("http") else f"https://x.com/{user}/status/{number}"
    notes.changed(f"The embedded message stands as a link to {address}.", line)
    return markdown_link(address, address)


def _link_file(arguments: TagArguments, notes: Notes, line: int) -> str | None:
    target = arguments.get("path", position=0)
    return f"{FILE_SCHEME}{target}" if target else None


def _link_site_path(arguments: TagArguments, notes: Notes, line: int) -> str | None:
    target = arguments.get("path", position=0)
    return (f"{FILE_SCHEME}{target}" if target.endswith(".md") else f"/{target.lstrip('/')}") if target else None


_IMAGE_TAGS = ("image", "image_with_class", "img", "picture", "figure", "linked-figure", "resize_image", "imgproc")
_CONVERTERS: dict[str, Callable[[TagArguments, Notes, int], str | None]] = {
    **dict.fromkeys(_IMAGE_TAGS, _convert_image),
    **dict.fromkeys(("youtube", "youtubeplayer", "youtube_embed"), _video_on("https://www.youtube.com/watch?v={}")),
    "vimeo": _video_on("https://vimeo.com/{}"),
    "gist": _convert_gist,
    **dict.fromkeys(("tweet", "x", "twitter", "twitter_simple"), _convert_tweet),
    **dict.fromkeys(("post_url", "ref", "relref"), _link_file),
    "link": _link_site_path,
}


def _fence(match: re.Match[str]) -> str:
    code = match["code"] if match["code"] is not None else match["hugo_code"]
    language = match["language"] or match["hugo_language"] or ""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _drop_table_of_contents(line: int, notes: Notes) -> str:
    notes.lost("A table of contents was taken out.", line)
    return ""


def _drop_attributes(text: SourceText, match: re.Match[str], line: int, notes: Notes) -> str | None:
    """Classes that a generator's style sheet knew mean nothing here; ids of headings do."""
    start = text.text.rfind("\n", 0, match.start()) + 1
    end = text.text.find("\n", match.end())
    if _HEADING_ID.match(text.text[start : end if end >= 0 else None]):
        return None
    notes.lost(f"The attributes `{match[0].strip()}` aren't kept.", line)
    return ""

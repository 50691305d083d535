"""What names say: dates, file names and author names in the forms that generators know."""

import datetime
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dateutil.parser
from django.utils.dateparse import parse_date, parse_datetime

from transfer.readers import Date
from transfer.readers.markdown.front_matter import Metadata, name_in
from transfer.text import compose

MAX_NAME_LENGTH = 120
MAX_DATE_LENGTH = 60
_ZONES = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9},
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
# Each gives what a text leaves open another value.
_DEFAULT_MOMENTS = (datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2, 23))
_DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-|_|$)(.*)$")
# Addresses begin below these folders in Jekyll, Hugo, Zola, Eleventy and Astro.
_CONTENT_ROOTS = {"content", "_posts", "_drafts", "source", "src", "pages"}
AUTHOR_KEYS = (
    "authors", "author", "author_name", "by", "byline", "writer", "creator", "taxonomies.authors", "taxonomies.author",
    "extra.author", "extra.authors", "params.author", "params.authors",
)  # fmt: skip
DATE_KEYS = (
    "date", "publishDate", "pubDate", "published_at", "published_on", "article_published_time", "publish_on",
    "post_date", "date_published", "published", "posted", "posted_on", "date.published", "date.created", "created",
    "created_at", "creation_date",
)  # fmt: skip
# They are only read if a post has no other date.
UPDATE_KEYS = ("updated", "updated_at", "lastmod", "modified", "last_modified_at", "date.updated")
_SHORT_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True)
class FileName:
    """The parts of a file name: a date and `hello` for `2015-06-11-hello.md` and `2015-06-11-hello/index.md`."""

    date: datetime.date | None
    stem: str
    parents: tuple[str, ...]
    full_stem: str  # with the date
    language: str = ""
    above: tuple[str, ...] = ()  # the folders from the imported one to the root of the content


def read_file_name(path: Path, folder: Path, languages: Collection[str] = ()) -> FileName:
    """Return the parts of the file name `path`, which lies under the imported `folder`.

    One of `languages` may stand before the suffix, or be the first folder.
    """
    parents = _folders_above(path.parent, folder)
    above = path.parent.relative_to(folder).parts[: -len(parents) or None]
    stem, date, language = path.stem, None, ""
    if path.suffixes[:-1] and path.suffixes[-2][1:] in languages:
        stem, _, language = stem.rpartition(".")
    elif parents and parents[0] in languages:
        language, parents = parents[0], parents[1:]
    if path.parent.suffix == ".textbundle" and parents:  # Bear, Ulysses
        stem, parents = path.parent.stem, parents[:-1]
    elif stem.lower() in ("index", "readme") and path.parent.name and parents:
        stem, parents = path.parent.name, parents[:-1]
    full_stem = stem
    if dated := _DATED.match(stem):
        with suppress(ValueError):
            date = datetime.date(*map(int, dated.group(1, 2, 3)))
            stem = dated[4] or stem
    return FileName(date, stem, parents, full_stem, language, above)


def _folders_above(parent: Path, folder: Path) -> tuple[str, ...]:
    """Return the folders between the root of the old site's content and the post. The root may lie above `folder`."""
    inside = parent.relative_to(folder).parts
    every = (*folder.resolve().parts[1:][-4:], *inside)
    for index in range(len(every) - 1, -1, -1):
        if every[index] in _CONTENT_ROOTS:
            return every[index if every[index].startswith("_") else index + 1 :]
    return inside


def read_date(value: Any) -> Date | None:
    """Return the date or the moment that `value` from front matter means, or None."""
    if isinstance(value, datetime.date):  # a datetime is one too
        return value
    if isinstance(value, int) and value > 10**9:  # seconds or milliseconds since 1970
        with suppress(ValueError, OverflowError, OSError):
            return datetime.datetime.fromtimestamp(value / (1000 if value > 10**11 else 1), datetime.UTC)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > MAX_DATE_LENGTH:
        return None
    text = str(value).strip().removesuffix(" UTC")
    with suppress(ValueError):
        if date := parse_date(text) or parse_datetime(text):
            return date
    # `05/01/2024` may be in May or in January. A text that begins with the year is clear.
    orders = (False,) if re.match(r"\d{4}", text) else (False, True)
    choices = [(day, order) for day in _DEFAULT_MOMENTS for order in orders]
    try:
        found = {dateutil.parser.parse(text, default=day, dayfirst=order, tzinfos=_zone) for day, order in choices}
    except (ValueError, OverflowError, TypeError, ArithmeticError, LookupError):
        return None
    days = {moment.date() for moment in found}
    return None if len(days) > 1 else found.pop() if len(found) == 1 else days.pop()


def _zone(name: str | None, offset: int | None) -> int | None:
    """Return the offset from UTC in seconds. Raises `LookupError` for a name that isn't known."""
    return offset if name is None or offset is not None else _ZONES[name] * 3600


def read_authors(metadata: Metadata, full_names: dict[str, str]) -> list[str]:
    """Return the names of the authors to print, which may be a text, a list of texts, or mappings with a name."""
    values = {key: metadata.value(key) for key in AUTHOR_KEYS}
    key = next((key for key, value in values.items() if value), "")
    entries = values.get(key, [])
    authors = []
    if key == "authors" and isinstance(entries, str):
        entries = re.split(r"[;]" if ";" in entries else ",", entries)
    for entry in entries if isinstance(entries, list) else [entries]:
        name = compose(str(name_in(entry) or "").strip())
        if not name:
            metadata.lost("An author's name can't be read.", key)
            continue
        printed = full_names.get(name) or _capitalise(name)
        if printed != name:
            metadata.changed(f"Author `{name}` is printed as {printed}.", key)
        authors.append(metadata.shorten(printed, MAX_NAME_LENGTH, "The author's name", key))
    return list(dict.fromkeys(authors))


def _capitalise(name: str) -> str:
    """Return a short name in the form of a full name: `colin-murphy` becomes `Colin Murphy`."""
    if not _SHORT_NAME.fullmatch(name) or name.isdigit():
        return name
    return " ".join(word if word[0].isdigit() else word.capitalize() for word in re.split("[-_]", name))

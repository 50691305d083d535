"""What names say: dates, file names, permalinks and author names in the forms that generators know."""

import datetime
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import slugify

from transfer.readers import AuthorName, Date
from transfer.readers.markdown.front_matter import MAX_FRONT_MATTER_SIZE, Metadata, ShallowYAMLHandler

_LONG_FORMATS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d", "%a, %d %b %Y %H:%M:%S %z")
_TIME_ZONE = re.compile(r"\s+([+-]\d{2}):?(\d{2})$")
_DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-|_|$)(.*)$")
# Addresses begin below these folders in Jekyll, Hugo, Zola, Eleventy and Astro.
_CONTENT_ROOTS = {"content", "_posts", "_drafts", "src", "pages"}
_VARIABLE = re.compile(r"[{}<>]|(?<=/):\w+|^:\w+")
MAX_NAME_LENGTH = 120
# Files in which generators look up authors by their short names.
_DATA_FILES = [
    f"{folder}/{name}.{suffix}"
    for folder in ("_data", "data", "src/_data", "content/_data")
    for name in ("authors", "team", "people")
    for suffix in ("yml", "yaml", "toml", "json")
]
_NAME_KEYS = ("name", "full_name", "display_name", "title")
_SHORT_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_PERSON = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3}"
_GROUP = re.compile(r"\b(?:The|Team|Group|WG|Council|Committee|Department|Project|Staff)\b")
_SEVERAL_PEOPLE = re.compile(rf"{_PERSON}(?:, {_PERSON})*,? (?:and|&) {_PERSON}")


@dataclass(frozen=True)
class FileName:
    """The parts of a file name: a date and `hello` for `2015-06-11-hello.md` and `2015-06-11-hello/index.md`."""

    date: datetime.date | None
    stem: str
    parents: tuple[str, ...]

    @property
    def in_drafts_folder(self) -> bool:
        """Whether the file lies in `_drafts`, Jekyll's folder for unpublished posts."""
        return "_drafts" in self.parents

    @property
    def title(self) -> str:
        """A title for posts that have none: `hello-world` becomes `Hello world`."""
        words = re.sub(r"[-_\s]+", " ", self.stem).strip() or "Untitled"
        return words[0].upper() + words[1:]

    def addresses(self, slug: str, date: datetime.date | None) -> list[str]:
        """Return the default addresses of such a file, the likeliest first.

        A dated name gives `/2015/06/11/hello/`, for the date in the front matter and the date in the name. Any other
        name gives its path: `/posts/hello/`.
        """
        last = slug or self.stem
        if not self.date:
            return ["/" + "/".join([*self.parents, last]) + "/"]
        days = dict.fromkeys([date or self.date, self.date])
        folders = [f"/{day.year:04}/{day.month:02}/{day.day:02}/{last}" for day in days]
        return [f"{folder}/" for folder in folders] + [f"{folder}.html" for folder in folders]


def read_file_name(path: Path, folder: Path) -> FileName:
    """Return the parts of the file name `path`, which lies under the imported `folder`."""
    parents = _folders_above(path.parent, folder)
    stem = path.stem
    if stem.lower() == "index" and path.parent.name and parents:
        stem, parents = path.parent.name, parents[:-1]
    dated = _DATED.match(stem)
    date = _make_date(*dated.group(1, 2, 3)) if dated else None
    if dated and date:
        stem = dated[4] or stem
    return FileName(date, stem, parents)


def read_date(value: Any) -> Date | None:
    """Return the date or the moment that `value` from front matter means, or None."""
    if isinstance(value, datetime.date):  # a datetime is one too
        return value
    if not isinstance(value, str):
        return None
    text = _TIME_ZONE.sub(r"\1:\2", value.strip()).removesuffix(" UTC")
    try:
        return parse_datetime(text) or parse_date(text) or _read_long_date(text)
    except (ValueError, OverflowError):
        return None


def expand_permalink(pattern: str, name: FileName, date: datetime.date | None) -> str:
    """Return the permalink `pattern` with its variables replaced, or an empty text if one is unknown.

    The variables are those of https://jekyllrb.com/docs/permalinks/.
    """
    variables = {":title": name.stem, ":slug": name.stem, ":name": name.stem, ":categories": "", ":output_ext": ".html"}
    if date:
        variables |= {
            ":year": f"{date.year:04}",
            ":month": f"{date.month:02}",
            ":day": f"{date.day:02}",
            ":i_month": str(date.month),
            ":i_day": str(date.day),
        }
    for variable in sorted(variables, key=len, reverse=True):
        pattern = pattern.replace(variable, variables[variable])
    return "" if _VARIABLE.search(pattern) else pattern


class AuthorNames:
    """The full names of authors by their short names, from a data file of the old site."""

    def __init__(self, full_names: dict[str, str] | None = None) -> None:
        self.full_names = full_names or {}

    @classmethod
    def near(cls, folder: Path) -> "AuthorNames":
        """Read the first author data file in `folder` or in one of the three folders above it."""
        for parent in [folder, *folder.resolve().parents[:3]]:
            for name in _DATA_FILES:
                if names := _read_full_names(parent / name):
                    return cls(names)
        return cls()

    def read_authors(self, metadata: Metadata, key: str) -> list[AuthorName]:
        """Return the authors under `key`: a text, a list of texts, or mappings with a name."""
        value = metadata.value(key)
        authors: list[AuthorName] = []
        for entry in value if isinstance(value, list) else [value]:
            name = _name_in(entry)
            if isinstance(name, int):
                name = str(name)
            if not isinstance(name, str) or not name.strip():
                metadata.lost("An author's name can't be read.", key)
                continue
            authors += [self._read_author(part, metadata, key) for part in _split_authors(name.strip(), metadata, key)]
        return list(dict.fromkeys(author for author in authors if author.slug))

    def full_name(self, name: str) -> str:
        """Return the name to print for `name`: `colin-murphy` becomes `Colin Murphy`."""
        if name in self.full_names:
            return self.full_names[name]
        if not _SHORT_NAME.fullmatch(name) or name.isdigit():
            return name
        return " ".join(word if word[0].isdigit() else word.capitalize() for word in re.split("[-_]", name))

    def _read_author(self, name: str, metadata: Metadata, key: str) -> AuthorName:
        full_name = self.full_name(name)
        if full_name != name:
            metadata.changed(f"Author `{name}` is printed as {full_name}.", key)
        full_name = metadata.shorten(full_name, MAX_NAME_LENGTH, "The author's name", key)
        return AuthorName(full_name, slugify(name)[:MAX_NAME_LENGTH])


def _folders_above(parent: Path, folder: Path) -> tuple[str, ...]:
    """Return the folders between the root of the old site's content and the post. The root may lie above `folder`."""
    inside = parent.relative_to(folder).parts if parent.is_relative_to(folder) else ()
    for index in range(len(inside) - 1, -1, -1):
        if inside[index] in _CONTENT_ROOTS:
            return tuple(inside[index:] if inside[index].startswith("_") else inside[index + 1 :])
    above = folder.resolve().parts
    for index in range(len(above) - 1, max(len(above) - 5, 0), -1):
        if above[index] in _CONTENT_ROOTS:
            rest = above[index:] if above[index].startswith("_") else above[index + 1 :]
            return (*rest, *inside)
    return tuple(inside)


def _make_date(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _read_long_date(text: str) -> datetime.datetime | None:
    for layout in _LONG_FORMATS:
        try:
            return datetime.datetime.strptime(text, layout)
        except ValueError:
            continue
    return None


def _split_authors(name: str, metadata: Metadata, key: str) -> list[str]:
    if not _SEVERAL_PEOPLE.fullmatch(name) or _GROUP.search(name):
        return [name]
    parts = [part.strip() for part in re.split(r",? (?:and|&) |, ", name)]
    metadata.changed(f"“{name}” was read as {len(parts)} authors.", key)
    return parts


def _read_full_names(path: Path) -> dict[str, str]:
    try:
        if not path.is_file() or path.stat().st_size > 16 * MAX_FRONT_MATTER_SIZE:
            return {}
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else ShallowYAMLHandler().load(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    if isinstance(data, list):
        data = {entry.get("slug") or entry.get("id"): entry for entry in data if isinstance(entry, dict)}
    names = {}
    for short_name, entry in data.items() if isinstance(data, dict) else ():
        name = _name_in(entry)
        if isinstance(short_name, str) and isinstance(name, str):
            names[short_name] = name
    return names


def _name_in(entry: Any) -> Any:
    return next((entry[key] for key in _NAME_KEYS if key in entry), None) if isinstance(entry, dict) else entry

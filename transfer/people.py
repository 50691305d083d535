"""Names of authors, from whatever form the front matter has."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.text import slugify

from transfer.front_matter import MAX_FRONT_MATTER_SIZE, ShallowYAMLHandler
from transfer.notes import Notes

MAX_NAME_LENGTH = 120
# Where generators keep what is known about authors, by short name.
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
class Person:
    """An author: the name to print and the slug by which authors are told apart."""

    name: str
    slug: str


class People:
    """Knows the full names of the site's authors, as far as a data file near the imported folder tells them."""

    def __init__(self, full_names: dict[str, str] | None = None) -> None:
        self.full_names = full_names or {}

    @classmethod
    def near(cls, folder: Path) -> "People":
        """Read the first author data file in `folder` or in one of the three folders above it."""
        for parent in [folder, *folder.resolve().parents[:3]]:
            for name in _DATA_FILES:
                if names := _read_full_names(parent / name):
                    return cls(names)
        return cls()

    def read_authors(self, value: Any, notes: Notes, line: int) -> list[Person]:
        """Return the authors that `value` names: text, a list of texts, or mappings with a name."""
        people: list[Person] = []
        for entry in value if isinstance(value, list) else [value]:
            name = next((entry[key] for key in _NAME_KEYS if key in entry), None) if isinstance(entry, dict) else entry
            if isinstance(name, int):
                name = str(name)
            if not isinstance(name, str) or not name.strip():
                notes.lost("An author whose name can't be read.", line)
                continue
            people += [self._read_person(part, notes, line) for part in _split_people(name.strip(), notes, line)]
        return list(dict.fromkeys(person for person in people if person.slug))

    def full_name(self, name: str) -> str:
        """Return the name to print for `name`: `colin-murphy` becomes `Colin Murphy`."""
        if name in self.full_names:
            return self.full_names[name]
        if not _SHORT_NAME.fullmatch(name) or name.isdigit():
            return name
        return " ".join(word if word[0].isdigit() else word.capitalize() for word in re.split("[-_]", name))

    def _read_person(self, name: str, notes: Notes, line: int) -> Person:
        full_name = self.full_name(name)
        if full_name != name:
            notes.changed(f"Author `{name}` is printed as {full_name}.", line)
        if len(full_name) > MAX_NAME_LENGTH:
            notes.changed(f"The author's name is longer than {MAX_NAME_LENGTH} characters and was shortened.", line)
            full_name = full_name[:MAX_NAME_LENGTH]
        return Person(full_name, slugify(name)[:MAX_NAME_LENGTH])


def _split_people(name: str, notes: Notes, line: int) -> list[str]:
    if not _SEVERAL_PEOPLE.fullmatch(name) or _GROUP.search(name):
        return [name]
    parts = [part.strip() for part in re.split(r",? (?:and|&) |, ", name)]
    notes.changed(f"“{name}” was read as {len(parts)} authors.", line)
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
        name = entry if isinstance(entry, str) else _name_in(entry)
        if isinstance(short_name, str) and isinstance(name, str):
            names[short_name] = name
    return names


def _name_in(entry: Any) -> Any:
    return next((entry[key] for key in _NAME_KEYS if key in entry), None) if isinstance(entry, dict) else None

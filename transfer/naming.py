"""What the place of a file says: its date, its slug, its old address."""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.text import slugify

_DATED = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:-|_|$)(.*)$")
# Folders at which the addresses of a site begin, for Hugo, Zola, Eleventy and Astro.
_CONTENT_ROOTS = {"content", "_posts", "_drafts", "src", "pages"}
MAX_SLUG_LENGTH = 200


@dataclass(frozen=True)
class FileName:
    """A post's name on disk: for `2015-06-11-hello.md` or `2015-06-11-hello/index.md` a date and `hello`."""

    date: datetime.date | None
    stem: str
    parents: tuple[str, ...]

    @property
    def in_drafts_folder(self) -> bool:
        """Jekyll keeps unpublished posts in `_drafts`."""
        return "_drafts" in self.parents

    @property
    def title(self) -> str:
        """The name as a person would write it, for posts that state no title."""
        words = re.sub(r"[-_\s]+", " ", self.stem).strip() or "Untitled"
        return words[0].upper() + words[1:]

    def addresses(self, slug: str, date: datetime.date | None) -> list[str]:
        """Return where generators put such a file when its front matter doesn't say, the likeliest first.

        That is `/2015/06/11/hello/` for a dated name (with the date of the front matter, where that says another
        day), or else the place of the file: `/posts/hello/`.
        """
        last = slug or self.stem
        if not self.date:
            return ["/" + "/".join([*self.parents, last]) + "/"]
        days = dict.fromkeys([date or self.date, self.date])
        folders = [f"/{day.year:04}/{day.month:02}/{day.day:02}/{last}" for day in days]
        return [f"{folder}/" for folder in folders] + [f"{folder}.html" for folder in folders]


def read_file_name(path: Path, folder: Path) -> FileName:
    """Return what the place of the post at `path` under the imported `folder` says."""
    parents = _folders_above(path.parent, folder)
    stem = path.stem
    if stem.lower() == "index" and path.parent.name and parents:
        stem, parents = path.parent.name, parents[:-1]
    dated = _DATED.match(stem)
    date = _make_date(*dated.group(1, 2, 3)) if dated else None
    if dated and date:
        stem = dated[4] or stem
    return FileName(date, stem, parents)


def make_slug(name: str) -> str:
    """Return `name` as a slug: `Rust-1.30.0` becomes `rust-1-30-0`. Empty if nothing of it can be kept."""
    return slugify(re.sub(r"[^\w\s-]+", "-", name))[:MAX_SLUG_LENGTH].strip("-_")


def _folders_above(parent: Path, folder: Path) -> tuple[str, ...]:
    """The folders between the root of the site's content and the post: also those above the imported folder."""
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

"""Reads the content folder: pages as Markdown with front matter, the rest as YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml

CONTENT_FOLDER = Path(__file__).parent / "content"
PICTURES_FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class PageFile:
    """A page as it is written down: its place in the tree (`blog/casting-off`), its fields and its text."""

    place: str
    fields: dict[str, Any]
    text: str

    @property
    def slug(self) -> str:
        """The last part of the page's address."""
        return self.place.rpartition("/")[2]

    @property
    def parent_place(self) -> str:
        """The place of the page above: nothing for the home page, which is the top of the tree."""
        if self.place == "home":
            return ""
        return self.place.rpartition("/")[0] or "home"


@dataclass(frozen=True)
class Content:
    """All that the sample site consists of."""

    folder: Path = CONTENT_FOLDER
    pictures_folder: Path = PICTURES_FOLDER

    def read_yaml(self, name: str) -> Any:
        """Return what the file `name`.yaml holds."""
        return yaml.safe_load((self.folder / f"{name}.yaml").read_text(encoding="utf-8"))

    def read_pages(self) -> Iterator[PageFile]:
        """Yield the home page and those under it in menu order, each one before its children."""
        for place in ("home", *self.read_yaml("site")["pages"]):
            yield self._read_page(place)
            children = [self._read_page(f"{place}/{path.stem}") for path in (self.folder / place).glob("*.md")]
            yield from sorted(children, key=lambda page: (str(page.fields.get("date", "")), page.place))

    def _read_page(self, place: str) -> PageFile:
        post = frontmatter.loads((self.folder / f"{place}.md").read_text(encoding="utf-8"))
        return PageFile(place, dict(post.metadata), post.content)

"""What a reader is and what it gives.

Each module in this folder with a class called `Reader` is a reader; `import_posts --reader NAME` chooses it by the name
of the module. `docs/how-to/reader.md` shows how to write one.
"""

import datetime
import pkgutil
import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from anyascii import anyascii
from django.utils import timezone
from django.utils.text import slugify

from transfer.text import SourceText, compose

# Begins links in a converted text that name a file instead of a URL: `{% post_url … %}`, `{{< ref … >}}`.
FILE_SCHEME = "post-file:"
# Around a callout in a converted text. After the start stand its kind and its title. No source has these characters.
CALLOUT_START, CALLOUT_END = "\ue003", "\ue004"
Date = datetime.date | datetime.datetime
IMAGE_SUFFIXES = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}
# Begins a file whose content `git lfs pull` fetches.
LFS_POINTER = b"version https://git-lfs."
MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx"}
MAX_SLUG_LENGTH = 200
MAX_EXCERPT_LENGTH = 1000


class DiagnosticKind(StrEnum):
    """What became of a detail of the source."""

    KEPT = "kept"
    CHANGED = "changed"
    LOST = "not understood"


@dataclass(frozen=True, order=True)
class Diagnostic:
    """A sentence about one detail of a post. `line` is its line in the file, or 0 for the file as a whole."""

    line: int
    kind: DiagnosticKind
    text: str


class Diagnostics(list[Diagnostic]):
    """The diagnostics of one post."""

    def kept(self, text: str, line: int = 0) -> None:
        """Add that a detail was imported as it is."""
        self.append(Diagnostic(line, DiagnosticKind.KEPT, text))

    def changed(self, text: str, line: int = 0) -> None:
        """Add that a detail was imported in another form."""
        self.append(Diagnostic(line, DiagnosticKind.CHANGED, text))

    def lost(self, text: str, line: int = 0) -> None:
        """Add that a detail wasn't understood or isn't shown."""
        self.append(Diagnostic(line, DiagnosticKind.LOST, text))


class UnreadableFileError(Exception):
    """A file can't be imported. The message is a sentence for the report, `line` the line in the file or 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class LeadImage:
    """The lead image of a post. `reference` is a URL or path as the post writes it."""

    reference: str
    line: int = 0
    alt: str = ""
    caption: str = ""
    only_for_sharing: bool = False


@dataclass
class SourcePost:
    """A post in the words of its source. `body` is Markdown and HTML, and the reader's own markup.

    `relative` is the path that the report prints, `address` the path of the post on its old site. `old_addresses`
    are all paths that are to be redirected to the page.
    """

    path: Path
    relative: str
    title: str
    body: str
    body_line: int = 1
    date: Date | None = None
    slug: str = ""
    address: str = ""
    old_addresses: list[str] = field(default_factory=list)
    draft: bool = False
    expires: Date | None = None
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    series: str = ""
    series_position: int | None = None
    excerpt: str = ""
    search_description: str = ""
    canonical_url: str = ""
    lead_image: LeadImage | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    def __post_init__(self) -> None:
        self.slug = self.slug or make_slug(self.title) or "post"
        self.address = self.address or f"/{self.slug}/"

    @property
    def day(self) -> datetime.date | None:
        """The date that was printed over the post, in the time zone of its author."""
        return as_date(self.date) if self.date else None

    @property
    def moment(self) -> datetime.datetime | None:
        """The moment of `date` in UTC. A date without a time begins at midnight in the site's time zone."""
        return as_moment(self.date) if self.date else None


class Reader(ABC):
    """Reads the posts in `folder`, one from each file. `permalink` is a pattern of their old addresses, or empty."""

    def __init__(self, folder: Path, permalink: str = "") -> None:
        self.folder = folder
        self.permalink = permalink
        # All other files and folders, each with a sentence that says why they aren't read.
        self.skipped: list[tuple[Path, str]] = []
        # Folders and files that can't be read at all, each with the reason.
        self.unreadable: list[tuple[Path, str]] = []

    @abstractmethod
    def find_files(self) -> list[Path]:
        """Return the files that are posts."""

    @abstractmethod
    def read_post(self, path: Path) -> SourcePost | None:
        """Return the post in the file `path`, or None if it is none and was added to `skipped`.

        Raises `UnreadableFileError`.
        """

    def convert_markup(self, text: SourceText, post: SourcePost) -> None:  # noqa: B027  (needn't be overridden)
        """Rewrite markup in `text` that is neither Markdown nor HTML. By default there is none."""


def reader_names() -> list[str]:
    """Return the names of all readers."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def make_reader(name: str, folder: Path, permalink: str = "") -> Reader:
    """Return the reader called `name` for `folder`."""
    reader: Reader = import_module(f"{__name__}.{name}").Reader(folder, permalink)
    return reader


def as_date(value: Date) -> datetime.date:
    """Return the date of `value`."""
    return value.date() if isinstance(value, datetime.datetime) else value


def as_moment(value: Date) -> datetime.datetime:
    """Return the moment of `value` in UTC. A date without a time begins at midnight in the site's time zone."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    if timezone.is_naive(value):
        value = timezone.make_aware(value)
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError:  # the first or last day that Python knows, beyond midnight in UTC
        return value.replace(tzinfo=datetime.UTC)


def make_slug(name: str) -> str:
    """Return `name` as a slug: `Rust-1.30.0` becomes `rust-1-30-0`. Empty if no letter or digit is left.

    Letters of other scripts stay, as in Wagtail's own slugs. A script with vowel signs is written in Latin letters, as
    Wagtail's slugs can't have these.
    """
    name = compose(name[: 5 * MAX_SLUG_LENGTH])
    name = anyascii(name) if any(unicodedata.category(character)[0] == "M" for character in name) else name
    name = re.sub(r"[^\w\s-]+", "-", name)
    plain, full = slugify(name), slugify(name, allow_unicode=True)
    return (plain if len(plain) == len(full) else full)[:MAX_SLUG_LENGTH].strip("-_")


def normalise_address(address: str) -> str:
    """Return path and query of a URL with a leading slash and without `index.html`, or an empty text without a path."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    path = re.sub(r"/{2,}", "/", "/" + unquote(parts.path).lstrip("/")).removesuffix("index.html")
    query = f"?{parts.query}" if parts.query else ""
    return path + query if path != "/" and not re.search(r"[\x00-\x1f]", path) else ""

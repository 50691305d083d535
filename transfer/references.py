"""Finds the posts and pictures to which a post refers.

A converted text must not depend on the database: otherwise a second import couldn't see whether anything has changed.
Therefore it has `page:ref-<key>` and `image:ref-<key>` where the written text has `page:12` and `image:7`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from markdown_it.common.normalize_url import normalizeLink

from transfer.image_files import ImageError, ImageFile, ImageFinder, is_local
from transfer.readers import (
    FILE_SCHEME,
    IMAGE_SUFFIXES,
    MARKDOWN_SUFFIXES,
    Diagnostics,
    Reader,
    SourcePost,
    normalise_address,
)
from transfer.text import compose

PAGE = "page:ref-"
IMAGE = "image:ref-"

_REFERENCE = re.compile(r"\b(page|image):ref-([0-9a-f]{16,40})\b")
_DATED = re.compile(r"/\d{4}/\d{1,2}/(?:\d{1,2}/)?[^/]+")


def bind_references(text: str, bind: Callable[[str, str], str]) -> str:
    """Return `text` with `bind("page" or "image", key)` in place of each reference."""
    return _REFERENCE.sub(lambda match: bind(match[1], match[2]), text)


class URLIndex:
    """All posts of an import by their old addresses, files and names."""

    def __init__(self, posts: Iterable[SourcePost], old_site: str = "") -> None:
        self._by_address: dict[str, SourcePost] = {}
        self._by_file: dict[str, SourcePost] = {}
        self._by_name: dict[str, SourcePost | None] = {}
        self._keys: dict[Path, str] = {}
        self._old_host = urlsplit(old_site).netloc.lower()
        self._find_once = cache(self._find_file)
        posts = list(posts)
        for post in posts:
            self._add(post)
        # An address of its own counts more than one that another post has had.
        for post in posts:
            for address in post.old_addresses:
                self._by_address.setdefault(_address_key(address), post)

    def key(self, post: SourcePost) -> str:
        """Return the key of `post` in references."""
        return self._keys[post.path]

    def find(self, destination: str, post: SourcePost) -> tuple[SourcePost, str] | None:
        """Return the post that the link `destination` in `post` leads to, and the fragment with its `#`, or None."""
        try:
            parts = urlsplit(destination)
        except ValueError:
            return None
        if parts.scheme not in ("", "http", "https", FILE_SCHEME.rstrip(":")) or "\x00" in destination:
            return None
        path = unquote(parts.path)
        if destination.startswith(FILE_SCHEME) or not (parts.netloc or path.startswith("/")):
            found = self._find_once(path, post.path.parent)
        else:
            # A dated address that is a post's leads to that post, whatever the host is.
            is_own = parts.netloc.lower() in ("", self._old_host) or _DATED.match(path)
            found = self._by_address.get(_address_key(path)) if is_own else None
        return (found, f"#{parts.fragment}" if parts.fragment else "") if found else None

    def _add(self, post: SourcePost) -> None:
        identity = post.address
        if other := self._by_address.get(_address_key(post.address)):
            post.diagnostics.changed(f"{other.relative} has the address {post.address} too. Links lead there.")
            identity = f"{post.address} {post.relative}"
        self._keys[post.path] = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._by_address.setdefault(_address_key(post.address), post)
        self._by_file[compose(str(post.path.resolve()))] = post
        stem = post.path.parent.name if post.path.stem == "index" else post.path.stem
        for name in {compose(name).lower() for name in (post.path.stem, stem, post.slug)}:
            self._by_name[name] = None if name in self._by_name else post

    def _find_file(self, path: str, folder: Path) -> SourcePost | None:
        path = compose(path.removeprefix("@/").strip())
        if not path:
            return None
        for base in [folder, *list(folder.parents)[:3]]:
            for candidate in (base / path, base / path / "index.md", base / f"{path.rstrip('/')}.md"):
                with suppress(OSError, ValueError, RuntimeError):
                    if found := self._by_file.get(compose(str(candidate.resolve()))):
                        return found
        if Path(path).suffix.lower() in (*MARKDOWN_SUFFIXES, ""):
            return self._by_name.get(Path(path).stem.lower() if "." in path else Path(path).name.lower())
        return None


@dataclass(frozen=True)
class ImportContext:
    """What all posts of an import share. References to missing targets are pointed to `old_site`, if it is given."""

    reader: Reader
    url_index: URLIndex
    images: ImageFinder
    old_site: str = ""


@dataclass
class References:
    """The references of one post: resolves them, collects the images, and reports what is missing."""

    post: SourcePost
    context: ImportContext
    images: dict[str, ImageFile] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)

    @property
    def diagnostics(self) -> Diagnostics:
        """The diagnostics of the post."""
        return self.post.diagnostics

    def resolve_image(self, reference: str, alt: str, line: int) -> str:
        """Return the reference to the image file, or, after a diagnostic, the address where it may be found."""
        try:
            return f"{IMAGE}{self.find_image(reference, alt).key}"
        except ImageError as error:
            if reference.lower().startswith(("http://", "https://", "//")):
                message = f"The picture `{_short(reference)}` {error}. The page has a link in its place."
                self.diagnostics.changed(message, line)
                return reference
            if not is_local(reference):
                self.diagnostics.lost(f"The picture `{_short(reference)}` {error}. The page doesn't show it.", line)
                return reference
            target, where = self._point_to_old_site(reference)
            self.diagnostics.lost(f"The picture `{_short(reference)}` {error}; the reference {where}.", line)
            return target

    def resolve_link(self, destination: str, line: int) -> str | None:
        """Return the reference to the post or image file that a link leads to, or None to leave the link unchanged."""
        index = self.context.url_index
        if found := index.find(destination, self.post):
            post, fragment = found
            if post is self.post and fragment:
                return fragment
            which = ", which is a draft" if post.draft else ""
            self.diagnostics.kept(f"The link `{_short(destination)}` leads to “{post.title}”{which}.", line)
            return f"{PAGE}{index.key(post)}{fragment}"
        if not destination.startswith(FILE_SCHEME):
            if not is_local(destination) or not (path := urlsplit(destination).path):
                return None
            if Path(path).suffix.lower() in IMAGE_SUFFIXES:
                return self.resolve_image(destination, "", line)
        target, where = self._point_to_old_site(destination.removeprefix(FILE_SCHEME))
        if target != "/":
            self.diagnostics.lost(
                f"The link `{_short(destination)}` leads to nothing that was imported; it {where}.",
                line,
            )
        return target

    def find_image(self, reference: str, alt: str) -> ImageFile:
        """Return the image file, which is added to those of the post. Raises `ImageError`."""
        path = reference.removeprefix(self.context.old_site.rstrip("/"))
        try:
            image = self.context.images.find(path, self.post.path)
        except ImageError:
            elsewhere = self.context.images.find_elsewhere(self._point_to_old_site(reference)[0])
            if not elsewhere:
                raise
            image = elsewhere
        self.images.setdefault(image.key, image)
        if alt and not self.alts.get(image.key):
            self.alts[image.key] = " ".join(alt.split())
        return image

    def _point_to_old_site(self, reference: str) -> tuple[str, str]:
        if not self.context.old_site:
            return reference, "stays as it is"
        # Template tags name pictures by their path from the root of the site, without a leading slash.
        from_root = reference.startswith(("assets/", "static/", "images/", "img/"))
        base = urljoin(self.context.old_site, "/" if from_root else self.post.address)
        return normalizeLink(urljoin(base, reference)), "leads to the old site"


def _address_key(address: str) -> str:
    """Return what all spellings of one address share: without capitals, `.html` and a trailing slash."""
    return compose(normalise_address(address)).lower().removesuffix("/").removesuffix(".html").removesuffix(".md")


def _short(text: str) -> str:
    text = text.removeprefix(FILE_SCHEME)
    return text if len(text) <= 120 else f"{text[:119]}…"

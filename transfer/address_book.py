"""Tells which post a link leads to."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from transfer.addresses import address_key
from transfer.discovery import POST_SUFFIXES
from transfer.source import SourcePost

# Stands in a converted text for links that name a file: `{% post_url … %}`, `{{< ref … >}}`.
FILE_SCHEME = "post-file:"
_ABSOLUTE_URL = re.compile(r"https?://[^\s<>\"'()\[\]{}|]+")
_DATED = re.compile(r"/\d{4}/\d{1,2}/(?:\d{1,2}/)?[^/]+")
# So many links from post to post by full address make a host the blog's own.
_LINKS_OF_OWN_HOST = 3


class AddressBook:
    """All posts of an import by their old addresses, files and names."""

    def __init__(self, posts: Iterable[SourcePost], old_sites: Iterable[str] = ()) -> None:
        self._by_address: dict[str, SourcePost] = {}
        self._by_file: dict[Path, SourcePost] = {}
        self._by_name: dict[str, SourcePost | None] = {}
        self._keys: dict[Path, str] = {}
        self.hosts = {urlsplit(site).netloc.lower() for site in old_sites if "//" in site}
        for post in posts:
            self._add(post)

    def key(self, post: SourcePost) -> str:
        """Return what stands for `post` in converted texts until its page is known."""
        return self._keys[post.path]

    def learn_hosts(self, posts: Iterable[SourcePost]) -> None:
        """Find out under which host the blog stood: the one under which its posts link to each other."""
        found: Counter[str] = Counter()
        for post in posts:
            for url in _ABSOLUTE_URL.findall(post.body):
                parts = _split(url)
                if parts and _DATED.match(parts[1]) and address_key(parts[1]) in self._by_address:
                    found[parts[0].lower()] += 1
        self.hosts |= {host for host, number in found.items() if number >= _LINKS_OF_OWN_HOST}

    def find(self, destination: str, post: SourcePost) -> tuple[SourcePost, str] | None:
        """Return the post to which `destination`, written in `post`, leads, and the fragment with its `#`; or None."""
        parts = _split(destination)
        if parts is None:
            return None
        host, path, fragment = parts
        if destination.startswith(FILE_SCHEME):
            found = self._find_file(path, post)
        elif host:
            found = self._find_on_host(host, path)
        elif path.startswith("/"):
            found = self._by_address.get(address_key(path))
        else:
            found = self._find_file(path, post)
        return (found, fragment) if found else None

    def _add(self, post: SourcePost) -> None:
        identity = post.address
        if other := self._by_address.get(address_key(post.address)):
            post.notes.changed(f"The address {post.address} is that of {other.relative} too; links lead there.")
            identity = f"{post.address} {post.relative}"
        self._keys[post.path] = hashlib.sha256(identity.encode()).hexdigest()[:16]
        for address in post.old_addresses:
            self._by_address.setdefault(address_key(address), post)
        self._by_file[post.path.resolve()] = post
        for name in {post.path.stem, post.path.parent.name if post.path.stem == "index" else post.path.stem, post.slug}:
            self._by_name[name.lower()] = None if name.lower() in self._by_name else post

    def _find_on_host(self, host: str, path: str) -> SourcePost | None:
        if host.lower() not in self.hosts and not _DATED.match(path):
            return None
        return self._by_address.get(address_key(path))

    def _find_file(self, path: str, post: SourcePost) -> SourcePost | None:
        path = path.removeprefix("@/").strip()
        if not path:
            return None
        for base in [post.path.parent, *post.path.parents[1:4]]:
            for candidate in (base / path, base / path / "index.md", base / f"{path.rstrip('/')}.md"):
                if found := self._by_file.get(_resolve(candidate)):
                    return found
        if Path(path).suffix.lower() in (*POST_SUFFIXES, ""):
            return self._by_name.get(Path(path).stem.lower() if "." in path else Path(path).name.lower())
        return None


def _split(url: str) -> tuple[str, str, str] | None:
    """Return host, path and fragment of `url`, or None if it isn't one that could lead to a post."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https", FILE_SCHEME.rstrip(":")) or "\x00" in url:
        return None
    return parts.netloc, unquote(parts.path), f"#{parts.fragment}" if parts.fragment else ""


def _resolve(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return Path()

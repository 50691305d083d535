"""Finds the image files to which posts refer."""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from galley.decoding.processes import NoProcessError, OversizedPictureError, PictureError, examine
from transfer.readers import IMAGE_SUFFIXES, LFS_POINTER, UnreadableFileError
from transfer.text import compose

MAX_IMAGE_SIZE = 20 * 1024 * 1024
# Generators copy these folders to the root of the site: `/x.png` is the file `static/x.png`.
_PUBLIC_FOLDERS = ("", "static", "public", "source", "src", "content", "assets")


class ImageError(Exception):
    """A reference leads to no image file that can be imported. The message is the end of a sentence that says why."""


@dataclass(frozen=True)
class ImageFile:
    """An image file. `key` is the hash of its content, so that copies of one image count once."""

    path: Path
    key: str


@dataclass
class ImageFinder:
    """Resolves references to image files in the imported folder and in the folders of its assets, never elsewhere."""

    folder: Path
    assets: list[Path] = field(default_factory=list)
    fetch: Callable[[str], Path | None] = lambda url: None  # `PictureFetcher.fetch`

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._roots = [self.folder, *(path.resolve() for path in self.assets)]
        self._site_roots = self._find_site_roots()
        self._read_once = cache(_read_image)
        self._find_once = cache(self._find_file)
        self._names_in = cache(lambda folder: {compose(path.name): path for path in folder.iterdir()})

    def find(self, reference: str, post: Path) -> ImageFile:
        """Return the image file to which `reference` in the file `post` leads.

        Raises `ImageError`, or `UnreadableFileError` if there may be such a file: the next import tries it again.
        """
        path = self._find_once(_local_path(reference), post.parent)
        if path is None:
            raise ImageError("wasn't found")
        try:
            return self._read_once(path)
        except OSError as error:
            raise _unreadable(path, error) from error

    def find_elsewhere(self, url: str) -> ImageFile | None:
        """Return the image file at `url` on another host, or None if none are fetched. Raises `ImageError`."""
        is_web = url.lower().startswith(("http://", "https://", "//"))
        path = self.fetch(url) if is_web else None
        return self._read_once(path) if path else None

    def _find_file(self, path: str, folder: Path) -> Path | None:
        for candidate in self._candidates(path, folder):
            try:
                if candidate.is_file():
                    return candidate
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise _unreadable(candidate, error) from error
        return None

    def _candidates(self, path: str, folder: Path) -> Iterator[Path]:
        """Yield the paths where the file may lie: in the `folder` of its post, or below a root of the site."""
        beside = [] if path.startswith("/") else [folder / path]
        below = [root / public / path.lstrip("/") for root in self._site_roots for public in _PUBLIC_FOLDERS]
        for candidate in [*beside, *below]:
            with suppress(ValueError, RuntimeError):
                try:
                    found = self._find_in_any_form(candidate)
                    if not found.exists():  # to resolve it would take ten times as long
                        continue
                    resolved = found.resolve()
                except OSError:  # its folder can't be read
                    resolved = candidate.resolve()
                if any(resolved.is_relative_to(root) for root in self._roots):
                    yield resolved

    def _find_in_any_form(self, path: Path) -> Path:
        """Return `path`, or the existing path that differs from it in its Unicode normal form only."""
        if str(path).isascii() or path.exists():
            return path
        names = self._names_in(self._find_in_any_form(path.parent))
        return names.get(compose(path.name), path)

    def _find_site_roots(self) -> list[Path]:
        """Return the possible roots of the old site: the folders with assets, and up to four folders above.

        A folder above only counts if it has a folder of assets, which may then be read too. The search ends at the
        root of a repository.
        """
        roots = [*self._roots]
        for parent in list(self.folder.parents)[:4]:
            for name in ("assets", "static", "public", "images", "img"):
                if (parent / name).is_dir() and parent != Path(parent.anchor):
                    self._roots.append((parent / name).resolve())
                    if parent not in roots:
                        roots.append(parent)
            if (parent / ".git").exists():
                break
        return roots


def _unreadable(path: Path, error: OSError) -> UnreadableFileError:
    return UnreadableFileError(f"The picture `{path.name}` can't be read: {error.strerror}.")


def is_local(reference: str) -> bool:
    """Return whether the URL `reference` leads to the same site."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _local_path(reference: str) -> str:
    """Return the path in `reference`. Raises `ImageError` for data and for other sites."""
    if reference.startswith("data:"):
        raise ImageError("is written into the text itself, as `data:`")
    if not is_local(reference):
        raise ImageError("lies on another site")
    path = unquote(urlsplit(reference).path)
    if not path or "\x00" in path:
        raise ImageError("wasn't found")
    return path


def _read_image(path: Path) -> ImageFile:
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise ImageError("isn't a picture of a kind that the media library takes")
    if path.stat().st_size > MAX_IMAGE_SIZE:
        raise ImageError(f"is larger than {MAX_IMAGE_SIZE // 1024 // 1024} MB")
    content = path.read_bytes()
    if content.startswith(LFS_POINTER):
        raise ImageError("isn't fetched yet: run `git lfs pull` and import again")
    try:
        examine(content)
    except NoProcessError as error:
        # The picture isn't to blame: the memory is full, or the machine too busy.
        raise UnreadableFileError(f"The picture `{path.name}` couldn't be opened: {error}.") from error
    except OversizedPictureError as error:
        raise ImageError("has too many pixels") from error
    except PictureError as error:
        raise ImageError("is broken or no picture") from error
    return ImageFile(path, hash_content(content))


def hash_content(content: bytes) -> str:
    """Return the key of an image file with `content`, the same as Wagtail's `file_hash`."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()

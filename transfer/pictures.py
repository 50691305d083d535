"""Finds the picture files that posts refer to."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import willow

PICTURE_SUFFIXES = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}
MAX_PICTURE_SIZE = 20 * 1024 * 1024
MAX_PICTURE_PIXELS = 60_000_000
# Generators copy these folders to the root of the site, so that `/x.png` stands for `static/x.png`.
_PUBLIC_FOLDERS = ("", "static", "public", "source", "src", "content", "assets")


class PictureError(Exception):
    """A reference leads to no picture that can be kept. The message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Picture:
    """A picture file: `key` is the hash of its content, so that copies of one picture count once."""

    path: Path
    key: str


@dataclass
class PictureFinder:
    """Resolves references to picture files, never outside of `roots`: the imported folder, and where its assets lie."""

    folder: Path
    assets: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._roots = [self.folder, *(path.resolve() for path in self.assets)]
        self._site_roots = self._find_site_roots()
        self._read: dict[Path, Picture | PictureError] = {}

    def find(self, reference: str, post: Path) -> Picture:
        """Return the picture to which `reference`, written in the file `post`, leads. Raises `PictureError`."""
        path = _local_path(reference)
        for candidate in self._candidates(path, post):
            if candidate.is_file():
                return self._read_once(candidate)
        if (
            not path.startswith("/")
            and ".." in Path(path).parts
            and not self._is_inside((post.parent / path).resolve())
        ):
            raise PictureError("leads out of the imported folder")
        raise PictureError("wasn't found")

    def is_picture(self, reference: str) -> bool:
        """Tell whether `reference` names a picture by its ending."""
        return Path(urlsplit(reference).path).suffix.lower() in PICTURE_SUFFIXES if _is_local(reference) else False

    def _read_once(self, path: Path) -> Picture:
        if path not in self._read:
            try:
                self._read[path] = _read_picture(path)
            except PictureError as error:
                self._read[path] = error
        picture = self._read[path]
        if isinstance(picture, PictureError):
            raise picture
        return picture

    def _candidates(self, path: str, post: Path) -> list[Path]:
        """Where the file may lie: beside its post, or below a root of the site."""
        beside = [] if path.startswith("/") else [post.parent / path]
        below = [root / public / path.lstrip("/") for root in self._site_roots for public in _PUBLIC_FOLDERS]
        found = []
        for candidate in [*beside, *below]:
            try:
                resolved = candidate.resolve()
            except (OSError, ValueError, RuntimeError):
                continue
            if self._is_inside(resolved):
                found.append(resolved)
        return found

    def _find_site_roots(self) -> list[Path]:
        """The imported folder, and above it the site that it belongs to: up to four levels, or the repository's root.

        A folder above is only taken for the site's if a public folder of it holds assets; then these may be read too.
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

    def _is_inside(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self._roots)


def _is_local(reference: str) -> bool:
    try:
        parts = urlsplit(reference)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _local_path(reference: str) -> str:
    """Return the path in `reference`. Raises `PictureError` for addresses on other sites and for data."""
    if reference.startswith("data:"):
        raise PictureError("is written into the text itself, as `data:`")
    if not _is_local(reference):
        raise PictureError("lies on another site")
    path = unquote(urlsplit(reference).path)
    if not path or "\x00" in path:
        raise PictureError("wasn't found")
    return path


def _read_picture(path: Path) -> Picture:
    if path.suffix.lower() not in PICTURE_SUFFIXES:
        raise PictureError("isn't a picture of a kind that the media library takes")
    try:
        if path.stat().st_size > MAX_PICTURE_SIZE:
            raise PictureError(f"is larger than {MAX_PICTURE_SIZE // 1024 // 1024} MB")
        content = path.read_bytes()
    except OSError as error:
        raise PictureError(f"can't be read: {error.strerror}") from error
    _check_picture(path)
    return Picture(path, hashlib.sha1(content, usedforsecurity=False).hexdigest())


def _check_picture(path: Path) -> None:
    """Raise `PictureError` if the file isn't what its name says, or would fill the memory."""
    try:
        with path.open("rb") as file:
            width, height = willow.Image.open(file).get_size()
    except Exception as error:  # decoders raise errors of any kind over broken files
        raise PictureError("is broken or no picture") from error
    if width * height > MAX_PICTURE_PIXELS:
        raise PictureError("has too many pixels")

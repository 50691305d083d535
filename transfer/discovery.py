"""Finds the posts in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

POST_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd", ".mkdn"}
# What generators build or bring along; no author writes posts there.
SKIPPED_FOLDERS = {"node_modules", "_site", "_includes", "_layouts", "_sass", "_data", "vendor", "__pycache__"}
# Papers of the repository that lie beside posts. With front matter even these are posts.
REPOSITORY_PAPERS = {
    "authors", "changelog", "code_of_conduct", "code-of-conduct", "contributing", "licence", "license", "readme",
    "security", "support", "terms",
}  # fmt: skip
DEEPEST_FOLDER = 20


@dataclass
class FoundFiles:
    """What lies in a folder: the files that may be posts, and the others by the reason why they aren't read."""

    posts: list[Path] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)


def find_posts(folder: Path) -> FoundFiles:
    """Return the Markdown files under `folder`, sorted. Symbolic links that lead out of it aren't followed."""
    found = FoundFiles()
    root = folder.resolve()
    for path in _walk(folder, found):
        if path.suffix.lower() not in POST_SUFFIXES:
            continue
        reason = _reason_to_skip(path, root)
        if reason:
            found.skipped.append((path, reason))
        else:
            found.posts.append(path)
    found.posts.sort()
    found.skipped.sort()
    return found


def _walk(folder: Path, found: FoundFiles) -> Iterator[Path]:
    def note_unreadable(error: OSError) -> None:
        found.skipped.append((Path(error.filename), f"The folder can't be read: {error.strerror}."))

    for parent, folders, files in os.walk(folder, onerror=note_unreadable):
        depth = len(Path(parent).relative_to(folder).parts)
        if depth >= DEEPEST_FOLDER and folders:
            found.skipped.append((Path(parent), f"Folders deeper than {DEEPEST_FOLDER} levels aren't searched."))
            folders.clear()
        for name in folders:
            if (Path(parent) / name).is_symlink():
                found.skipped.append((Path(parent) / name, "A symbolic link to a folder; it isn't followed."))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        yield from (Path(parent) / name for name in files if not name.startswith("."))


def _reason_to_skip(path: Path, root: Path) -> str:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "A symbolic link that leads out of the folder; it isn't followed."
    if not path.is_file():
        return "Not a file."
    if path.stem == "_index":
        return "Describes a list of posts (`_index`), not a post."
    if path.stem.lower() in REPOSITORY_PAPERS and not _has_front_matter(path):
        return "A paper of the repository without front matter, not a post."
    return ""


def _has_front_matter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(6).removeprefix(b"\xef\xbb\xbf")[:3] in (b"---", b"+++")
    except OSError:
        return False

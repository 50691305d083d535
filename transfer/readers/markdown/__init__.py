"""Reads a folder of Markdown posts, written for Jekyll, Hugo, Zola, Eleventy or no generator at all."""

import os
from collections.abc import Iterator
from pathlib import Path

from transfer import readers
from transfer.readers.markdown.fields import interpret
from transfer.readers.markdown.front_matter import read_source_file
from transfer.readers.markdown.names import AuthorNames
from transfer.readers.markdown.template_tags import convert_template_tags
from transfer.text import SourceText

# Folders that generators build or bring along.
SKIPPED_FOLDERS = {"node_modules", "_site", "_includes", "_layouts", "_sass", "_data", "vendor", "__pycache__"}
# Documents of a repository that lie beside posts. With front matter they are posts.
REPOSITORY_DOCUMENTS = {
    "authors", "changelog", "code_of_conduct", "code-of-conduct", "contributing", "licence", "license", "readme",
    "security", "support", "terms",
}  # fmt: skip
MAX_FOLDER_DEPTH = 20


class Reader(readers.Reader):
    """Reads Markdown files with front matter."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.author_names = AuthorNames.near(folder)

    def find_files(self) -> list[Path]:
        """Return the Markdown files, sorted. Symbolic links that lead out of the folder aren't followed."""
        root = self.folder.resolve()
        found = []
        for path in self._walk():
            if path.suffix.lower() not in readers.MARKDOWN_SUFFIXES:
                continue
            if reason := _reason_to_skip(path, root):
                self.skipped.append((path, reason))
            else:
                found.append(path)
        self.skipped.sort()
        return sorted(found)

    def read_post(self, path: Path) -> readers.SourcePost | None:
        """Return the post in `path`, or None if it has neither title nor text."""
        file = read_source_file(path)
        if not file.body.strip() and not file.metadata.get("title"):
            return None
        return interpret(file, self.folder, self.author_names)

    def convert_markup(self, text: SourceText, post: readers.SourcePost) -> None:
        """Rewrite template tags and shortcodes."""
        convert_template_tags(text, post.metadata, post.diagnostics)

    def _walk(self) -> Iterator[Path]:
        def skip_unreadable(error: OSError) -> None:
            self.skipped.append((Path(error.filename), f"The folder can't be read: {error.strerror}."))

        for name, folders, files in os.walk(self.folder, onerror=skip_unreadable):
            parent = Path(name)
            if len(parent.relative_to(self.folder).parts) >= MAX_FOLDER_DEPTH and folders:
                self.skipped.append((parent, f"Folders deeper than {MAX_FOLDER_DEPTH} levels aren't searched."))
                folders.clear()
            links = [parent / folder for folder in folders if (parent / folder).is_symlink()]
            self.skipped += [(link, "A symbolic link to a folder; it isn't followed.") for link in links]
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
            yield from (parent / file for file in files if not file.startswith("."))


def _reason_to_skip(path: Path, root: Path) -> str:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "A symbolic link that leads out of the folder; it isn't followed."
    if not path.is_file():
        return "Not a file."
    if path.stem == "_index":
        return "Describes a list of posts (`_index`), not a post."
    if path.stem.lower() in REPOSITORY_DOCUMENTS and not _has_front_matter(path):
        return "A document of the repository without front matter, not a post."
    return ""


def _has_front_matter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(6).removeprefix(b"\xef\xbb\xbf")[:3] in (b"---", b"+++")
    except OSError:
        return False

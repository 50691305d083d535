"""Reads a folder of Markdown posts, written for Jekyll, Hugo, Zola, Eleventy or no generator at all."""

import os
from pathlib import Path

from transfer import readers
from transfer.readers.markdown.fields import interpret
from transfer.readers.markdown.front_matter import read_source_file
from transfer.readers.markdown.generator_config import GeneratorConfig
from transfer.readers.markdown.template_tags import convert_template_tags
from transfer.text import SourceText

# Folders that generators build or bring along.
SKIPPED_FOLDERS = {"node_modules", "_site", "_includes", "_layouts", "_sass", "_data", "vendor", "__pycache__"}
# Documents of a repository that lie beside posts. With front matter they are posts.
REPOSITORY_DOCUMENTS = {
    "authors", "changelog", "code_of_conduct", "code-of-conduct", "contributing", "licence", "license", "readme",
    "security", "support", "terms",
}  # fmt: skip


class Reader(readers.Reader):
    """Reads Markdown files with front matter."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config = GeneratorConfig(folder, self.unreadable)

    def find_files(self) -> list[Path]:
        """Return the Markdown files, sorted. Symbolic links that lead out of the folder aren't followed."""

        def skip_unreadable(error: OSError) -> None:
            self.unreadable.append((Path(error.filename), f"The folder can't be read: {error.strerror}."))

        found = []
        for name, folders, files in os.walk(self.folder, onerror=skip_unreadable):
            links = [Path(name, folder) for folder in folders if Path(name, folder).is_symlink()]
            self.skipped += [(link, "A symbolic link to a folder; it isn't followed.") for link in links]
            folders[:] = [folder for folder in folders if not folder.startswith(".") and folder not in SKIPPED_FOLDERS]
            for path in [Path(name, file) for file in files if not file.startswith(".")]:
                if path.suffix.lower() not in readers.MARKDOWN_SUFFIXES:
                    continue
                if reason := self._reason_to_skip(path):
                    self.skipped.append((path, reason))
                else:
                    found.append(path)
        return sorted(found)

    def read_post(self, path: Path) -> readers.SourcePost | None:
        """Return the post in `path`. A file without title and text isn't one, nor a document of the repository."""
        file = read_source_file(path)
        reason = ""
        if not file.body.strip() and not file.metadata.values.get("title"):
            reason = "Has neither a title nor a text."
        elif path.stem.lower() in REPOSITORY_DOCUMENTS and not file.metadata.values:
            reason = "A document of the repository without front matter, not a post."
        if reason:
            self.skipped.append((path, reason))
            return None
        return interpret(file, self.config)

    def convert_markup(self, text: SourceText, post: readers.SourcePost) -> None:
        """Rewrite template tags and shortcodes."""
        convert_template_tags(text, post.metadata, post.diagnostics)

    def _reason_to_skip(self, path: Path) -> str:
        if path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve()):
            return "A symbolic link that leads out of the folder; it isn't followed."
        if not path.is_file():
            return "Not a file."
        return "Describes a list of posts (`_index`), not a post." if path.stem == "_index" else ""

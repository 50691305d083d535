"""Reads a folder of posts in Markdown, MDX or HTML, written for Jekyll, Hugo, Zola, Eleventy or no generator at all."""

import os
from pathlib import Path

from transfer import readers
from transfer.readers.markdown.admonitions import convert_admonitions, convert_wiki_links, remove_comments
from transfer.readers.markdown.fields import interpret
from transfer.readers.markdown.front_matter import read_source_file
from transfer.readers.markdown.generator_config import GeneratorConfig
from transfer.readers.markdown.html_and_mdx import (
    HTML_SUFFIXES,
    convert_html,
    convert_mdx,
    is_template,
    read_html,
    remove_mdx_comments,
)
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
    """Reads Markdown, MDX and HTML with front matter."""

    def __init__(self, folder: Path, permalink: str = "") -> None:
        super().__init__(folder, permalink)
        self.config = GeneratorConfig(folder, self.unreadable, permalink)

    def find_files(self) -> list[Path]:
        """Return the files that may be posts, sorted. Symbolic links that lead out of the folder aren't followed."""

        def skip_unreadable(error: OSError) -> None:
            self.unreadable.append((Path(error.filename), f"The folder can't be read: {error.strerror}."))

        found = []
        for name, folders, files in os.walk(self.folder, onerror=skip_unreadable):
            links = [Path(name, folder) for folder in folders if Path(name, folder).is_symlink()]
            self.skipped += [(link, "A symbolic link to a folder; it isn't followed.") for link in links]
            built = [folder for folder in folders if folder.startswith(".") or folder in SKIPPED_FOLDERS]
            self.skipped += [(Path(name, folder), "A folder without posts.") for folder in built]
            folders[:] = [folder for folder in folders if folder not in built]
            for path in [Path(name, file) for file in files]:
                if reason := self._reason_to_skip(path):
                    self.skipped.append((path, reason))
                else:
                    found.append(path)
        return self._without_links_to(sorted(found))

    def _without_links_to(self, found: list[Path]) -> list[Path]:
        """Return the files `found` without symbolic links to others of them."""
        files = {path.resolve(): path for path in sorted(found, key=Path.is_symlink, reverse=True)}
        others = [path for path in found if files[path.resolve()] != path]
        self.skipped += [
            (path, f"A symbolic link to `{files[path.resolve()].name}`, which is read.") for path in others
        ]
        return [path for path in found if path not in others]

    def read_post(self, path: Path) -> readers.SourcePost | None:
        """Return the post in `path`. A file without title and text isn't one, nor a document of the repository."""
        file = read_source_file(path)
        is_html = path.suffix.lower() in HTML_SUFFIXES
        reason = "A template of the generator, not a post." if is_html and is_template(file) else ""
        if not file.body.strip() and not file.metadata.values.get("title"):
            reason = "Has neither a title nor a text."
        elif path.stem.lower() in REPOSITORY_DOCUMENTS and not file.metadata.values:
            reason = "A document of the repository without front matter, not a post."
        if reason:
            self.skipped.append((path, reason))
            return None
        return interpret(read_html(file) if is_html else file, self.config)

    def convert_markup(self, text: SourceText, post: readers.SourcePost) -> None:
        """Rewrite admonitions, template tags, shortcodes and wiki links."""
        suffix = post.path.suffix.lower()
        remove_comments(text, post.diagnostics)
        remove_mdx_comments(text)
        convert_admonitions(text, post.diagnostics)
        if suffix == ".mdx":
            convert_mdx(text, post.diagnostics)
        convert_template_tags(text, post.metadata, post.diagnostics)
        convert_wiki_links(text)
        if suffix in HTML_SUFFIXES:
            convert_html(text)

    def _reason_to_skip(self, path: Path) -> str:
        if path.name.startswith("."):
            return "A hidden file."
        if path.suffix.lower() not in (readers.MARKDOWN_SUFFIXES | HTML_SUFFIXES):
            return "Only Markdown, MDX and HTML are read as posts."
        if not path.is_file():
            return "Not a file."
        if path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve()):
            return "A symbolic link that leads out of the folder; it isn't followed."
        return "Describes a list of posts (`_index`), not a post." if path.stem == "_index" else ""

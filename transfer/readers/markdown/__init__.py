"""Reads a folder of posts in Markdown, MDX or HTML, written for Jekyll, Hugo, Zola, Eleventy or no generator at all."""

import os
import re
from contextlib import suppress
from pathlib import Path

from transfer import readers
from transfer.readers.markdown.admonitions import (
    convert_admonitions,
    convert_marks,
    convert_wiki_links,
    remove_comments,
)
from transfer.readers.markdown.fields import interpret
from transfer.readers.markdown.front_matter import TemplateFileError, read_source_file
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
# Documents of a repository that lie beside posts, of themes and of plugins. With front matter they are posts.
REPOSITORY_DOCUMENTS = {
    "changelog", "code_of_conduct", "code-of-conduct", "contributing", "licence", "license", "readme"
}  # fmt: skip
ROOT_DOCUMENTS = REPOSITORY_DOCUMENTS | {
    "agents", "authors", "claude", "copying", "issue_template", "pull_request_template", "security", "support", "terms"
}  # fmt: skip


_REFRESH = re.compile(r"<meta\b(?=[^<>]*\bhttp-equiv=[\"']?refresh)[^<>]*\burl=", re.IGNORECASE)


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
            reasons = {folder: self._reason_to_skip_folder(Path(name, folder)) for folder in folders}
            self.skipped += [(Path(name, folder), reason) for folder, reason in reasons.items() if reason]
            folders[:] = [folder for folder in folders if not reasons[folder]]
            for path in [Path(name, file) for file in files]:
                if reason := self._reason_to_skip(path):
                    self.skipped.append((path, reason))
                elif not _is_utf8(path):
                    self.unreadable.append((path, "Its name isn't valid UTF-8. Rename it and import again."))
                else:
                    found.append(path)
        return self._without_copies(self._without_links_to(sorted(found)))

    def _without_links_to(self, found: list[Path]) -> list[Path]:
        """Return the files `found` without symbolic links to others of them."""
        files = {path.resolve(): path for path in sorted(found, key=Path.is_symlink, reverse=True)}
        others = [path for path in found if files[path.resolve()] != path]
        self.skipped += [
            (path, f"A symbolic link to `{files[path.resolve()].name}`, which is read.") for path in others
        ]
        return [path for path in found if path not in others]

    def _without_copies(self, found: list[Path]) -> list[Path]:
        """Return the files `found` without the HTML that was made of Markdown beside it."""
        written = {path.with_suffix(""): path.name for path in found if path.suffix.lower() not in HTML_SUFFIXES}
        made = {path for path in found if path.suffix.lower() in HTML_SUFFIXES and path.with_suffix("") in written}
        self.skipped += [(path, f"HTML beside `{written[path.with_suffix('')]}`, which is read.") for path in made]
        return [path for path in found if path not in made]

    def read_post(self, path: Path) -> readers.SourcePost | None:
        """Return the post in `path`. A file without title and text isn't one, nor a document of the repository."""
        try:
            file = read_source_file(path)
        except TemplateFileError as error:
            self.skipped.append((path, str(error)))
            return None
        is_html = path.suffix.lower() in HTML_SUFFIXES
        if not file.body.strip() and not file.metadata.values.get("title"):
            self.skipped.append((path, "Has neither a title nor a text."))
        elif not file.metadata.values and self._is_document(path):
            self.skipped.append((path, "A document of the repository without front matter, not a post."))
        elif not file.metadata.values and is_html and self.config.generator == "jekyll":
            self.skipped.append((path, "Without front matter the generator copied it as it is; it isn't a post."))
        elif (is_html and _REFRESH.search(file.body)) or (file.metadata.value("redirect_to") and not file.body.strip()):
            self.skipped.append((path, "Only leads to another page."))
        elif is_template(file):
            self.skipped.append((path, "A template of the generator, not a post."))
        else:
            return interpret(read_html(file) if is_html else file, self.config)
        return None

    def convert_markup(self, text: SourceText, post: readers.SourcePost) -> None:
        """Rewrite admonitions, template tags, shortcodes, wiki links and other marks."""
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
        else:
            convert_marks(text, post.diagnostics)

    def _is_document(self, path: Path) -> bool:
        """Return whether `path` is a document of a repository. A README alone is the page of its folder."""
        name = path.stem.lower()
        if path.parent == self.folder:
            return name in ROOT_DOCUMENTS or re.match(r"readme[._-]", name) is not None
        if name != "readme":
            return name in REPOSITORY_DOCUMENTS
        return any(
            other.suffix.lower() in readers.MARKDOWN_SUFFIXES and other != path for other in path.parent.iterdir()
        )

    def _reason_to_skip_folder(self, path: Path) -> str:
        if path.name.startswith("."):
            return "A hidden folder; it isn't searched."
        if path.name in SKIPPED_FOLDERS:
            return "A folder that generators build or bring along; it isn't searched."
        return "" if self.config.may_have_posts(path) else "The generator reads no posts in this folder."

    def _reason_to_skip(self, path: Path) -> str:
        if path.name.startswith("."):
            return "A hidden file."
        if path.suffix.lower() not in (readers.MARKDOWN_SUFFIXES | HTML_SUFFIXES):
            return "Only Markdown, MDX and HTML are read as posts."
        if not path.is_file():
            return "Not a file."
        if path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve()):
            return "A symbolic link that leads out of the folder; it isn't followed."
        if path.name.startswith("_index."):
            return "Describes a list of posts (`_index`), not a post."
        return "" if self.config.may_have_posts(path) else "Not in the folder in which the generator reads posts."


def _is_utf8(path: Path) -> bool:
    with suppress(UnicodeEncodeError):
        return bool(str(path).encode())
    return False

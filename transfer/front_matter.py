"""Reads a file and splits it into front matter and text."""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler, JSONHandler, SafeLoader, YAMLHandler

from transfer.notes import UnreadableFileError

MAX_FILE_SIZE = 2 * 1024 * 1024
MAX_FRONT_MATTER_SIZE = 64 * 1024
MAX_NESTING = 50


class TOMLHandler(BaseHandler):
    """TOML between `+++`, read with the standard library (the package's own handler wants another one)."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        """Return the TOML document `fm` as a dict."""
        return tomllib.loads(fm)


class ShallowYAMLHandler(YAMLHandler):
    """YAML between `---`, read with the safe loader, and only if it isn't nested too deeply.

    LibYAML builds its result by recursion without a limit: 50,000 brackets end the whole process.
    """

    def load(self, fm: str, **kwargs: Any) -> Any:
        """Return the YAML document `fm`. Raises `ValueError` if it is nested too deeply."""
        depth = 0
        for event in yaml.parse(fm, Loader=SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_NESTING:
                raise ValueError(f"it is nested more than {MAX_NESTING} levels deep")
        return super().load(fm, **kwargs)


HANDLERS: list[BaseHandler] = [ShallowYAMLHandler(), TOMLHandler(), JSONHandler()]


@dataclass(frozen=True)
class SourceFile:
    """A file in its two parts. `key_lines` and `body_line` are lines in the file, from 1."""

    path: Path
    metadata: dict[str, Any]
    key_lines: dict[str, int]
    body: str
    body_line: int


def read_source_file(path: Path) -> SourceFile:
    """Read and split the file at `path`. Raises `UnreadableFileError` with the reason if that can't be done."""
    return split_front_matter(path, _read_text(path))


def split_front_matter(path: Path, text: str) -> SourceFile:
    """Split `text` into front matter (YAML, TOML or JSON, if there is any) and body."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    handler = frontmatter.detect_format(text, HANDLERS)
    try:
        header, body = handler.split(text) if handler else ("", text)
    except ValueError:  # a single line of dashes at the top is a rule, not front matter
        handler, header, body = None, "", text
    metadata = _load(handler, header) if handler else {}
    if metadata is None:
        header, body, metadata = "", text, {}
    lead = len(body) - len(body.lstrip("\n"))
    body_line = text.count("\n", 0, len(text) - len(body) + lead) + 1
    return SourceFile(path, metadata, _find_key_lines(header), body.strip("\n"), body_line)


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_SIZE:
            raise UnreadableFileError(
                f"The file is {size / 2**20:.1f} MB large; posts up to {MAX_FILE_SIZE // 2**20} MB are read."
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"The file can't be read: {error.strerror}.") from error
    if b"\x00" in content:
        raise UnreadableFileError("The file holds binary data, not text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError("The file isn't valid UTF-8. Save it as UTF-8 and import again.", line) from error


def _load(handler: BaseHandler, header: str) -> dict[str, Any] | None:
    """Return the front matter as a dict, or None if what stands there is no list of keys and values."""
    if len(header) > MAX_FRONT_MATTER_SIZE:
        raise UnreadableFileError(f"The front matter is larger than {MAX_FRONT_MATTER_SIZE // 1024} kB.")
    try:
        loaded: Any = handler.load(header)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableFileError(f"The YAML front matter isn't valid: {error.problem}.", line) from error
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        message = f"The TOML front matter isn't valid: {error}."
        raise UnreadableFileError(message, int(where[1]) if where else 1) from error
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"The JSON front matter isn't valid: {error.msg}.", error.lineno) from error
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise UnreadableFileError(f"The front matter can't be read: {error}.", 1) from error
    if loaded is None:
        return {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else None


def _find_key_lines(header: str) -> dict[str, int]:
    """Return on which line of the file each key stands. Where a key occurs twice, the first counts."""
    find: Callable[[str], re.Match[str] | None] = re.compile(r"""\s*(?:\[+)?["']?([\w.-]+)["']?\s*[:=\]]""").match
    lines: dict[str, int] = {}
    for number, line in enumerate(header.split("\n"), start=1):
        if match := find(line):
            lines.setdefault(match[1], number)
    return lines

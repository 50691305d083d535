"""Splits a file into front matter and text, and reads values out of the front matter."""

import codecs
import datetime
import json
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from transfer.readers import LFS_POINTER, Diagnostics, UnreadableFileError
from transfer.text import compose, shorten

MAX_FILE_SIZE = 2 * 1024 * 1024
MAX_FRONT_MATTER_SIZE = 64 * 1024
MAX_NESTING = 50
_KEY = re.compile(r"""\s*(?:\[+)?["']?([\w.-]+)["']?\s*[:=\]]""")
# They configure the generator and say nothing about the post.
_GENERATOR_KEYS = {
    "layout", "template", "type", "templateEngineOverride", "generate_feeds", "sort_by", "weight", "toc", "comments",
    "eleventyNavigation", "markup", "render",
}  # fmt: skip


def load_yaml(text: str) -> Any:
    """Return the YAML document `text`. Raises `ValueError` if it is nested too deeply, or `yaml.YAMLError`.

    The safe loader of LibYAML accepts more tabs than Python's. It recurses without a limit, and 50,000 brackets would
    crash the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_NESTING:
            raise ValueError(f"it is nested more than {MAX_NESTING} levels deep")
    return yaml.load(text, Loader=yaml.CSafeLoader)


LOADERS: dict[str, Callable[[str], Any]] = {
    "---": load_yaml, "yaml": load_yaml, "yml": load_yaml, "+++": tomllib.loads, "toml": tomllib.loads,
    "json": json.loads, "{": json.loads,
}  # fmt: skip
# `---`, also with the name of a format, `+++`, or an object in JSON. YAML may end with `...`.
_FENCE = re.compile(
    r"(?P<fence>---|\+\+\+)[-+]*[ \t]*(?P<format>ya?ml|toml|json)?[ \t]*$|(?=(?P<json>\{)[ \t]*$)", re.MULTILINE
)
_ENDS = {"---": r"^(?:---+|\.\.\.)[ \t]*$", "+++": r"^\+\+\++[ \t]*$", None: r"^\}[ \t]*$"}
# `title: {{ title }}` or `title: <% … %>` in what Hexo, Hugo and Obsidian make new posts of
_PLACEHOLDER = re.compile(r"^[\w-]+[ \t]*[:=][ \t]*(?:\{\{|<%)", re.MULTILINE)
# `Title: x` without a line of dashes above, as in Pelican, MultiMarkdown and Hexo; `.. title: x` in Nikola.
_HEADER_LINE = re.compile(r"(?:\.\. ?)?(?P<key>[A-Za-z][\w -]{0,40}?)(?::|[ \t]*=)(?:[ \t]+(?P<value>.*))?")
# `% Title`, `% Authors` and `% Date` in Pandoc.
_PERCENT_HEADER = re.compile(
    r"%[ \t]+(?P<title>\S.*)(?:\n%[ \t]*(?P<authors>.*)(?:\n%[ \t]*(?P<date>.*))?)?(?:\n[ \t]*(?=\n)|\s*\Z)"
)
_HEADER_KEYS = {"title", "date", "slug", "status"}


class TemplateFileError(UnreadableFileError):
    """A file is no post, but what new posts are made of."""


class Metadata:
    """The front matter of one post. A key may be a path, such as `cover.image`."""

    def __init__(self, values: dict[str, Any], header: str) -> None:
        self.values = values
        # What holds for all posts of a folder, where the post doesn't say otherwise.
        self.inherited: dict[str, Any] = {}
        self.diagnostics = Diagnostics()
        self._used: set[str] = set()
        # The line number of each key. Of repeated keys, the first counts.
        self._lines: dict[str, int] = {}
        for number, line in enumerate(header.split("\n"), start=1):
            if match := _KEY.match(line):
                self._lines.setdefault(_fold(match[1].rsplit(".", 1)[-1]), number)
        self._folded = _fold_names(values)

    def value(self, key: str) -> Any:
        """Return the value of `key`, or None. `cover_image`, `coverImage` and `Cover-Image` are one key."""
        key = _fold(key)
        self._used.add(key)
        first, *rest = key.split(".")
        for values in (self._folded, _fold_names(self.inherited)):
            value = values.get(first)
            for part in rest:
                value = _fold_names(value).get(part) if isinstance(value, dict) else None
            if value is not None:
                return value
        return None

    def line(self, *keys: str) -> int:
        """Return the line of the first of `keys` that there is, or 0."""
        names = [_fold(key.rsplit(".", 1)[-1]) for key in keys if self.value(key) is not None] or map(_fold, keys)
        return next((self._lines[name] for name in names if name in self._lines), 0)

    def text(self, *keys: str) -> str:
        """Return the stripped text of the first of `keys` that has one, or an empty text."""
        return next(iter(self.texts(*keys, split=False)), "")

    def texts(self, *keys: str, split: bool = True, split_words: bool = False) -> list[str]:
        """Return the texts of the first of `keys` that has any. `split` splits a single text at its commas."""
        found: list[str] = []
        for key in keys:
            value = self.value(key)
            if found:
                continue
            entries = value if isinstance(value, list) else [value]
            entries = [part for entry in entries for part in (entry if isinstance(entry, list) else [entry])]  # Hexo
            texts = [str(entry) for entry in map(name_in, entries) if entry is not None and entry is not True]
            if split and isinstance(value, str):
                is_one = "," in value or not split_words or not key.endswith("s")  # Jekyll's `category` is one
                texts = value.split(",") if is_one else value.split()
            found = [compose(text.strip()) for text in texts if text.strip() and text != "False"]
            if any(entry is not None and name_in(entry) is None for entry in entries):
                self.lost(f"`{key}` holds something other than texts.", key)
        return found

    def number(self, *keys: str) -> int | None:
        """Return the first integer from 0 to 32767 among the values of `keys`, or None."""
        values = [self.value(key) for key in keys]
        numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
        return next((number for number in numbers if 0 <= number <= 32767), None)

    def flag(self, key: str) -> bool | None:
        """Return the value of `key` as a boolean, or None if it is none."""
        value = self.value(key)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(value, str):
            value = {"true": 1, "yes": 1, "y": 1, "on": 1, "1": 1, "false": 0, "no": 0, "n": 0, "off": 0, "0": 0}.get(
                value.strip().lower()
            )
        return bool(value) if value in (0, 1) else None

    def changed(self, text: str, *keys: str) -> None:
        """Add that the value of one of `keys` was imported in another form."""
        self.diagnostics.changed(text, self.line(*keys))

    def lost(self, text: str, *keys: str) -> None:
        """Add that the value of one of `keys` wasn't understood."""
        self.diagnostics.lost(text, self.line(*keys))

    def shorten(self, text: str, length: int, what: str, *keys: str) -> str:
        """Return at most `length` characters of `text`. Adds that `what`, a value of `keys`, is shortened."""
        if len(text) > length:
            self.changed(f"{what} is longer than {length} characters and is shortened.", *keys)
        return shorten(text, length)

    def report_unused_keys(self, values: dict[Any, Any] | None = None, prefix: str = "") -> None:
        """Add a diagnostic for every key that was never read."""
        for name, value in (values or self.values).items():
            key = f"{prefix}{name}"
            if _fold(key) in self._used or key in _GENERATOR_KEYS or value in (None, "", [], {}):
                continue
            if isinstance(value, dict) and prefix.count(".") < 3:
                self.report_unused_keys(value, f"{key}.")
            else:
                written = str(value).lower() if isinstance(value, bool) else value
                shown = f" ({str(written)[:80]})" if isinstance(value, (str, int, float)) else ""
                self.lost(f"`{key[:80]}`{shown} has no place in a post here.", key)


def name_in(entry: Any) -> Any:
    """Return the text, number or date that `entry` is, or the name in the mapping that it is, or None."""
    if isinstance(entry, dict):
        entry = next(
            (entry[key] for key in ("name", "full_name", "display_name", "label", "key") if key in entry), None
        )
    return entry if isinstance(entry, (str, int, float, datetime.date)) else None


def _fold(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")


def _fold_names(values: dict[Any, Any]) -> dict[str, Any]:
    return {_fold(str(name)): value for name, value in reversed(values.items())}


@dataclass(frozen=True)
class SourceFile:
    """The two parts of a file. `body_line` is a line number in the file, from 1."""

    path: Path
    metadata: Metadata
    body: str
    body_line: int


def read_source_file(path: Path) -> SourceFile:
    """Return the parts of the file `path`. Raises `UnreadableFileError` with the reason."""
    return split_front_matter(path, _read_text(path))


def split_front_matter(path: Path, text: str) -> SourceFile:
    """Split `text` into front matter (YAML, TOML, JSON or lines such as `Title: x`, if there is any) and body.

    Raises `UnreadableFileError`, or `TemplateFileError` if values are to be filled in.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    start = text.lstrip()
    values: dict[str, Any] | None = None
    header, body = "", text
    fence = _FENCE.match(start)
    if fence and (end := re.compile(_ENDS[fence["fence"]], re.MULTILINE).search(start, fence.end() + 1)):
        header, body = start[fence.end() : end.end() if fence["json"] else end.start()], start[end.end() :]
        if _PLACEHOLDER.search(header):
            raise TemplateFileError("A template of new posts, not a post.", 1)
        values = _load(LOADERS[fence["format"] or fence["fence"] or "{"], header)
    elif fence and _HEADER_LINE.match(start.partition("\n")[2]):  # else it is a thematic break
        raise UnreadableFileError("The front matter has no end. A line such as its first has to stand below it.", 1)
    elif inline := _split_inline_json(start):
        values, header, body = inline
    elif bare := _split_bare_header(start):
        values, header, body = bare
    elif percent := _PERCENT_HEADER.match(start):
        values = {key: value.strip() for key, value in percent.groupdict().items() if value}
        header, body = percent[0], start[percent.end() :]
    if values is None:
        header, body, values = "", text, {}
    above = text.count("\n", 0, len(text) - len(start))
    body_line = text.count("\n", 0, len(text) - len(body.lstrip("\n"))) + 1
    return SourceFile(path, Metadata(values, "\n" * above + header), body.strip("\n"), body_line)


def _split_inline_json(text: str) -> tuple[dict[str, Any], str, str] | None:
    """Return the values, the header and the body of a text that begins with `{"title": "x"}` in any layout, or None."""
    with suppress(ValueError, RecursionError):
        values, end = json.JSONDecoder().raw_decode(text)
        if isinstance(values, dict) and set(values) & _HEADER_KEYS and end <= MAX_FRONT_MATTER_SIZE:
            return values, text[:end], text[end:]
    return None


def _split_bare_header(text: str) -> tuple[dict[str, Any] | None, str, str] | None:
    """Return the values, the header and the body of a text that begins with lines such as `Title: x`, or None."""
    end = re.search(r"^(?:-{3,}|-->|)[ \t]*$\n?|\Z", text, re.MULTILINE)
    header, body = (text[: end.start()], text[end.end() :]) if end else (text, "")
    lines = header.rstrip("\n").split("\n")
    values: dict[str, Any] = {}
    key = ""
    for line in lines[1:] if lines[0].strip() == "<!--" else lines:
        match = _HEADER_LINE.fullmatch(line)
        if match:
            key = match["key"]
            values.setdefault(key, (match["value"] or "").strip())
        elif key and line.startswith((" ", "\t", "- ")):
            values[key] = f"{values[key]} {line.strip()}"
        else:
            return None
    if not {name.lower() for name in values} & _HEADER_KEYS:
        return None
    with suppress(UnreadableFileError):
        values = (end and end[0].startswith("---") and _load(load_yaml, header)) or values
    return values, header, body


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
    if content.startswith(LFS_POINTER):
        raise UnreadableFileError("The file isn't fetched yet: run `git lfs pull` and import again.")
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # from Windows
    if b"\x00" in content and not is_wide:
        raise UnreadableFileError("The file holds binary data, not text.")
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError("The file isn't valid UTF-8. Save it as UTF-8 and import again.", line) from error


def _load(load: Callable[[str], Any], header: str) -> dict[str, Any] | None:
    """Return the front matter as a dict, or None if it is something else. Raises `UnreadableFileError`."""
    if len(header) > MAX_FRONT_MATTER_SIZE:
        raise UnreadableFileError(f"The front matter is larger than {MAX_FRONT_MATTER_SIZE // 1024} kB.")
    try:
        loaded: Any = load(header)
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        reason = getattr(error, "problem", None) or error
        lines = re.findall(r"line (\d+)", str(error)) or ["1"]
        raise UnreadableFileError(f"The front matter isn't valid: {reason}.", int(lines[-1])) from error
    if loaded is None:
        return {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else None

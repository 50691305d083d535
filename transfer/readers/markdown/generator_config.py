"""Reads what the generator of the old site knows about all posts of a folder, beside their own front matter."""

import ast
import errno
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import yaml

from transfer.readers import UnreadableFileError, normalise_address
from transfer.readers.markdown.front_matter import LOADERS, name_in, read_source_file

_SETTINGS_FILES = {
    **dict.fromkeys(("_config.yml", "_config.yaml", "_config.toml"), "jekyll"),  # and Hexo
    **{f"docusaurus.config.{suffix}": "docusaurus" for suffix in ("js", "ts", "mjs", "cjs")},
    **{f"astro.config.{suffix}": "astro" for suffix in ("js", "ts", "mjs", "cjs")},
    **dict.fromkeys(
        (".eleventy.js", *(f"eleventy.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts"))), "eleventy"
    ),
    **dict.fromkeys(("publishconf.py", "pelicanconf.py"), "pelican"),
    "conf.py": "nikola",
    **{f"gatsby-config.{suffix}": "gatsby" for suffix in ("js", "ts", "mjs")},
    **{f"next.config.{suffix}": "next" for suffix in ("js", "ts", "mjs")},
    **{f".{name}/config.{suffix}": "vuepress" for name in ("vuepress", "vitepress") for suffix in ("js", "ts", "mts")},
    **{
        f"{folder}{name}.{suffix}": "hugo"  # or Zola
        for folder in ("", "config/_default/")
        for name in ("hugo", "config")
        for suffix in ("toml", "yaml", "yml", "json")
    },
}
_LITERAL = re.compile(r"\b(\w+)\s*:\s*(?:\"([^\"\n]*)\"|'([^'\n]*)')")
_BLOG = re.compile(r"\bblog\s*:\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")
# Where generators read posts: the setting, and its usual value.
_CONTENT_FOLDERS = {
    "hugo": ("contentDir", "content"), "zola": ("", "content"), "pelican": ("PATH", "content"),
    "hexo": ("source_dir", "source"), "eleventy": ("input", "."),
}  # fmt: skip
_STATIC_FOLDERS = {"public", "static", "dist", "build", "out", "output"}
# Files in which generators look up authors by their short names.
_AUTHOR_FILES = [
    f"{folder}authors.{suffix}"
    for folder in ("", "_data/", "data/", "src/_data/", "blog/")
    for suffix in ("yml", "yaml", "json", "toml")
]


class GeneratorConfig:
    """The settings of the generator whose posts are in `folder`. They may lie up to three folders above.

    `generator` is its name, or empty. `permalink` is a pattern of addresses that counts more than the settings.
    `full_names` has authors by their short names. Files with settings that can't be read are added to `unreadable`.
    """

    def __init__(self, folder: Path, unreadable: list[tuple[Path, str]] | None = None, permalink: str = "") -> None:
        self.folder = folder
        self.unreadable = [] if unreadable is None else unreadable
        self.permalink = permalink
        self.root, name, self.values = next(self._read_first(_SETTINGS_FILES), (folder, "", {}))
        self.generator = "zola" if "base_url" in self.values else _SETTINGS_FILES.get(name, "")
        is_hugo = {"baseurl", "theme", "languagecode", "permalinks"} & set(map(str.lower, self.values))
        # Sphinx has a `conf.py` too, and many programs a `config.json`.
        if (name == "conf.py" and "POSTS" not in self.values) or (
            name.startswith("config.")
            and self.generator == "hugo"
            and not (is_hugo or (self.root / "content").is_dir())
        ):
            self.generator = ""
        # Octopress, which is Jekyll, has a folder of that name too.
        if self.generator == "jekyll" and (self.root / "source").is_dir() and "destination" not in self.values:
            self.generator = "hexo"
        for suffix in ("toml", "yaml", "yml", "json"):
            if permalinks := self._read(self.root / f"config/_default/permalinks.{suffix}"):
                self.values["permalinks"] = permalinks
        _, _, names = next(self._read_first(_AUTHOR_FILES), (folder, "", {}))
        self.full_names = {key: name for key, entry in names.items() if isinstance(name := name_in(entry), str)}
        self._read_once = cache(self._read)

    @property
    def languages(self) -> dict[str, Any]:
        """The languages of the old site by their codes, each with its settings: Hugo's, Zola's and Nikola's."""
        return as_dict(self.values.get("languages") or self.values.get("TRANSLATIONS"))

    def may_have_posts(self, path: Path) -> bool:
        """Return whether the generator may read posts in `path`, a file or folder that is found in its own folder."""
        if self.root != self.folder or not self.generator:
            return True
        of_languages = [as_dict(language).get("contentDir") for language in self.languages.values()]
        setting, usual = _CONTENT_FOLDERS.get(self.generator, ("", "."))
        named = [self.root / str(name) for name in (self.values.get(setting, usual), *filter(None, of_languages))]
        found = [folder for folder in named if folder.is_dir()] or [self.root]
        is_static = path.parent == self.root and path.name in _STATIC_FOLDERS
        return not is_static and any(path.is_relative_to(place) or place.is_relative_to(path) for place in found)

    @property
    def base(self) -> str:
        """The path below which the old site lay."""
        keys = ("baseurl", "root", "baseURL", "base_url", "SITEURL", "baseUrl", "base", "pathPrefix")
        return next((normalise_address(str(self.values[key])) for key in keys if self.values.get(key)), "")

    @property
    def public_folders(self) -> set[str]:
        """The folders with an underscore whose posts are public: `_posts`, and collections with pages of their own."""
        collections = as_dict(self.values.get("collections"))
        return {"_posts"} | {f"_{name}" for name, options in collections.items() if as_dict(options).get("output")}

    def inherited(self, path: Path) -> dict[str, Any]:
        """Return the front matter that the file `path` inherits. What lies nearest to the file counts."""
        root = self.root if path.is_relative_to(self.root) else self.folder
        relative = path.relative_to(root)
        values: dict[str, Any] = {}
        if any(_matches(relative, pattern) for pattern in _as_list(self.values.get("exclude"))):
            values["excluded"] = True
        kind = next((part[1:] for part in relative.parts[:-1] if part.startswith("_")), "pages")
        values |= as_dict(self.values.get("DEFAULT_METADATA"))  # Pelican
        for key, text in (("FILENAME_METADATA", path.stem), ("PATH_METADATA", relative.as_posix())):
            with suppress(re.error):
                match = re.match(str(self.values.get(key, "")), text)
                values |= {name: value for name, value in (match.groupdict() if match else {}).items() if value}
        for entry in map(as_dict, _as_list(self.values.get("defaults"))):  # Jekyll
            scope = as_dict(entry.get("scope"))
            if scope.get("type", kind) == kind and _matches(relative, scope.get("path")):
                values |= as_dict(entry.get("values"))
        values |= _cascade(self.values, relative)
        for parent in reversed([root / above for above in relative.parents]):
            values |= _cascade(self._read_once(parent / "_index.md"), relative)  # Hugo
            for name in (f"{parent.name}.json", f"{parent.name}.11tydata.json"):  # Eleventy
                values |= self._read_once(parent / name)
            code = self._read_once(parent / f"{parent.name}.11tydata.js")
            values |= {"permalink": code["permalink"]} if "permalink" in code else {}
        for suffix in (".json", ".11tydata.json", *([".meta"] * (self.generator == "nikola"))):
            values |= self._read_once(path.with_name(path.stem + suffix))
        return values

    def _read_first(self, names: Iterable[str]) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        for parent in _folder_and_above(self.folder):
            for name in names:
                if (parent / name).is_file():
                    yield parent, name, self._read(parent / name)

    def _read(self, path: Path) -> dict[str, Any]:
        """Return the settings in the file `path`, or an empty dict. Notes why they can't be read."""
        try:
            if not path.is_file():
                return {}
            if path.name == "_index.md" or path.suffix == ".meta":
                return read_source_file(path).metadata.values
            text = path.read_text(encoding="utf-8")
            load = {".py": _load_python}.get(path.suffix) or LOADERS.get(path.suffix[1:], _load_javascript)
            return as_dict(load(text))
        except (
            OSError,
            ValueError,
            TypeError,
            SyntaxError,
            RecursionError,
            yaml.YAMLError,
            UnreadableFileError,
        ) as error:
            if getattr(error, "errno", None) == errno.ENAMETOOLONG:
                return {}
            self.unreadable.append((path, f"The settings can't be read: {' '.join(str(error).split())}."))
            return {}


def _load_python(text: str) -> dict[str, Any]:
    """Return the names to which the Python code `text` assigns a literal."""
    values = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(ValueError):
                values[node.targets[0].id] = ast.literal_eval(node.value)
    return values


def _load_javascript(text: str) -> dict[str, str]:
    """Return the first text of each name in the JavaScript `text`. Those in `blog: {…}` count first."""
    values = {name: double or single for name, double, single in reversed(_LITERAL.findall(text))}
    if blog := _BLOG.search(text):
        values.pop("routeBasePath", None)  # another part's, such as that of the documentation
        values |= {name: double or single for name, double, single in reversed(_LITERAL.findall(blog[0]))}
    return values


def _folder_and_above(folder: Path) -> Iterator[Path]:
    """Yield `folder` and the three folders above, up to the root of a repository."""
    for parent in [folder, *list(folder.resolve().parents)[:3]]:
        yield parent
        if (parent / ".git").exists():
            return


def _matches(path: PurePath, pattern: Any) -> bool:
    """Return whether the path or pattern of paths names `path` or a folder above it."""
    pattern = str(pattern or "").strip("/")
    return any(fnmatchcase(str(above), pattern) for above in (path, *path.parents)) if pattern else True


def _cascade(values: dict[str, Any], path: PurePath) -> dict[str, Any]:
    """Return what Hugo hands down to `path` from the front matter or the settings `values`."""
    found: dict[str, Any] = {}
    entries, parts = values.get("cascade"), path.with_suffix("").parts
    below = PurePath(*parts[parts.index("content") + 1 :] if "content" in parts else parts)
    for entry in map(as_dict, entries if isinstance(entries, list) else [entries]):
        target = as_dict(entry.get("target") or entry.get("_target"))
        if _matches(below, target.get("path")):
            found |= {key: value for key, value in entry.items() if key not in ("target", "_target")}
    return found


def as_dict(value: Any) -> dict[str, Any]:
    """Return `value` if it is a mapping, else an empty dict."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""What an import shows: a progress bar, a summary on the screen, and a report of every post in a file."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transfer.models import ImportState
from transfer.readers import DiagnosticKind, Diagnostics

_LINE_EVERY = 50
_SECONDS_BETWEEN_FRAMES = 0.1
_STATE_LABELS = {
    ImportState.NEW: "new",
    ImportState.UPDATED: "updated",
    ImportState.UNCHANGED: "unchanged",
    ImportState.CHANGED_HERE_TOO: "changed here and in the file: left alone. `--overwrite` imports the file",
    ImportState.DELETED_HERE: "deleted here: left alone. `--overwrite` restores them",
    ImportState.FAILED: "failed",
}


@dataclass
class PostReport:
    """The result of one file."""

    file: str
    state: ImportState
    diagnostics: Diagnostics
    title: str = ""
    page: int | None = None
    url: str = ""
    visibility: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        data: dict[str, Any] = {
            name: getattr(self, name) for name in ("file", "state", "title", "page", "url", "visibility")
        }
        for kind in DiagnosticKind:
            details = [detail for detail in self.diagnostics if detail.kind is kind]
            data[kind.name.lower()] = [{"line": detail.line or None, "text": detail.text} for detail in details]
        return data


@dataclass
class Report:
    """The result of a folder."""

    folder: str
    blog: str
    dry_run: bool
    posts: list[PostReport] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    new_pictures: int = 0
    old_sites: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def failed(self) -> list[PostReport]:
        """The files that couldn't be imported."""
        return [post for post in self.posts if post.state is ImportState.FAILED]

    def counts(self) -> dict[str, int]:
        """Return how many files there are in each state."""
        found = Counter(post.state for post in self.posts)
        return {state.value: found[state] for state in ImportState}

    def summary(self) -> list[str]:
        """Return the report in a few lines."""
        found = Counter(post.state for post in self.posts)
        kinds = Counter(detail.kind for post in self.posts for detail in post.diagnostics)
        visibility = Counter(post.visibility for post in self.posts if post.visibility)
        lines = [f"{len(self.posts)} posts in {self.folder}" + (" (dry run: nothing was written)" * self.dry_run)]
        lines += [f"  {found[state]:5} {label}" for state, label in _STATE_LABELS.items() if found[state]]
        lines += [f"  {number:5} of them {name}" for name, number in sorted(visibility.items()) if name != "published"]
        copied = "" if self.dry_run else f", {self.new_pictures} of them new in the media library"
        lines.append(f"{self.pictures} pictures{copied}")
        lines.append("Details: " + ", ".join(f"{kinds[kind]} {kind.value}" for kind in DiagnosticKind))
        if self.old_sites:
            lines.append(f"Links to {', '.join(sorted(self.old_sites))} were read as links within the blog.")
        if self.skipped:
            lines.append(f"{len(self.skipped)} files aren't posts and were skipped.")
        if self.missing:
            lines.append(f"{len(self.missing)} files that were imported earlier are missing. Their pages stay.")
        if self.interrupted:
            lines.append("The import was interrupted. Run the same command again to complete it.")
        return lines

    def write(self, path: Path) -> None:
        """Write the whole report to `path`: as JSON if it ends in `.json`, else as Markdown. Raises `OSError`."""
        text = self.as_json() if path.suffix.lower() == ".json" else self.as_markdown()
        path.write_text(text, encoding="utf-8")

    def as_json(self) -> str:
        """Return the whole report as JSON."""
        data = {
            "folder": self.folder,
            "blog": self.blog,
            "dry_run": self.dry_run,
            "interrupted": self.interrupted,
            "counts": self.counts(),
            "pictures": {"used": self.pictures, "new": self.new_pictures},
            "old_sites": sorted(self.old_sites),
            "posts": [post.as_dict() for post in self._ordered()],
            "skipped": [{"file": file, "reason": reason} for file, reason in self.skipped],
            "vanished": [{"file": file, "page": page} for file, page in self.missing],
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    def as_markdown(self) -> str:
        """Return the whole report as Markdown, with the failed files at its end."""
        lines = [f"# Import into “{self.blog}”", "", *(f"    {line}" for line in self.summary()), ""]
        for post in self._ordered():
            lines += _describe(post)
        for title, rows in (("Skipped: not posts", self.skipped), ("Missing since the last import", self.missing)):
            if rows:
                lines += [f"## {title}", "", *(f"- `{file}`: {text}" for file, text in rows), ""]
        return "\n".join(lines)

    def _ordered(self) -> list[PostReport]:
        return sorted(self.posts, key=lambda post: (post.state is ImportState.FAILED, post.file))


def _describe(post: PostReport) -> list[str]:
    where = f", page {post.page}, {post.url}" if post.page else ""
    hidden = f", {post.visibility}" if post.visibility not in ("", "published") else ""
    lines = [f"## {post.title or post.file}", "", f"`{post.file}`: **{post.state.value}**{hidden}{where}", ""]
    for kind in DiagnosticKind:
        details = [detail for detail in post.diagnostics if detail.kind is kind]
        places = [f"`{post.file}:{detail.line}` " if detail.line else "" for detail in details]
        if details:
            entries = [f"- {place}{detail.text}" for place, detail in zip(places, details, strict=True)]
            lines += [f"{kind.value.capitalize()}:", "", *entries, ""]
    return lines


class ProgressBar:
    """A bar on a terminal; anywhere else, a line after every fifty items."""

    def __init__(self, write: Callable[[str], object], on_terminal: bool) -> None:
        self._write = write
        self._on_terminal = on_terminal
        self._drawn_at = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show that `done` of `total` items of a step are finished."""
        if not self._on_terminal:
            if done % _LINE_EVERY == 0 or done == total:
                self._write(f"{step}: {done} of {total}\n")
            return
        now = time.monotonic()
        if done < total and now - self._drawn_at < _SECONDS_BETWEEN_FRAMES:
            return
        self._drawn_at = now
        width = max(10, min(40, shutil.get_terminal_size().columns - 40))
        filled = width * done // total
        bar = "█" * filled + "·" * (width - filled)
        self._write(f"\r{step:<13}{bar} {done} of {total}\033[K" + ("\n" if done == total else ""))

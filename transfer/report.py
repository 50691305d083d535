"""What an import tells about itself: for the screen in short, for a file post by post."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transfer.ledger import State
from transfer.notes import Kind, Note, Notes

_STATE_LABELS = {
    State.NEW: "new",
    State.UPDATED: "updated",
    State.UNCHANGED: "unchanged",
    State.CHANGED_HERE_TOO: "changed here and in the file: left alone, `--overwrite` lets the file win",
    State.DELETED_HERE: "deleted here: left alone, `--overwrite` brings them back",
    State.FAILED: "failed",
}


@dataclass
class PostReport:
    """What became of one file."""

    file: str
    state: State
    notes: Notes
    title: str = ""
    page: int | None = None
    url: str = ""
    visibility: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "file": self.file,
            "state": self.state.value,
            "title": self.title,
            "page": self.page,
            "url": self.url,
            "visibility": self.visibility,
            **{kind.name.lower(): [_as_dict(note) for note in self.notes if note.kind is kind] for kind in Kind},
        }


@dataclass
class Report:
    """What became of a folder."""

    folder: str
    blog: str
    dry_run: bool
    posts: list[PostReport] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    vanished: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    new_pictures: int = 0
    old_sites: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def failed(self) -> list[PostReport]:
        """The files that couldn't be imported."""
        return [post for post in self.posts if post.state is State.FAILED]

    def counts(self) -> dict[str, int]:
        """Return how many files there are in each state."""
        found = Counter(post.state for post in self.posts)
        return {state.value: found[state] for state in State}

    def summary(self) -> list[str]:
        """Return the report in a few lines."""
        found = Counter(post.state for post in self.posts)
        notes = Counter(note.kind for post in self.posts for note in post.notes)
        visibility = Counter(post.visibility for post in self.posts if post.visibility)
        lines = [f"{len(self.posts)} posts in {self.folder}" + (" (dry run: nothing was written)" * self.dry_run)]
        lines += [f"  {found[state]:5} {label}" for state, label in _STATE_LABELS.items() if found[state]]
        lines += [f"  {number:5} of them {name}" for name, number in sorted(visibility.items()) if name != "published"]
        copied = "" if self.dry_run else f", {self.new_pictures} of them new in the media library"
        lines.append(f"{self.pictures} pictures{copied}")
        lines.append("Details: " + ", ".join(f"{notes[kind]} {kind.value}" for kind in Kind))
        if self.old_sites:
            lines.append(f"Links to {', '.join(sorted(self.old_sites))} were read as links within the blog.")
        if self.skipped:
            lines.append(f"{len(self.skipped)} files aren't posts and were skipped.")
        if self.vanished:
            lines.append(f"{len(self.vanished)} files imported earlier have vanished; their pages stay.")
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
            "vanished": [{"file": file, "page": page} for file, page in self.vanished],
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    def as_markdown(self) -> str:
        """Return the whole report as Markdown, the files that failed at its end."""
        lines = [f"# Import into “{self.blog}”", "", *(f"    {line}" for line in self.summary()), ""]
        for post in self._ordered():
            lines += _describe(post)
        for title, rows in (("Skipped: not posts", self.skipped), ("Vanished since the last import", self.vanished)):
            if rows:
                lines += [f"## {title}", "", *(f"- `{file}`: {text}" for file, text in rows), ""]
        return "\n".join(lines)

    def _ordered(self) -> list[PostReport]:
        return sorted(self.posts, key=lambda post: (post.state is State.FAILED, post.file))


def _describe(post: PostReport) -> list[str]:
    where = f", page {post.page}, {post.url}" if post.page else ""
    hidden = f", {post.visibility}" if post.visibility not in ("", "published") else ""
    lines = [f"## {post.title or post.file}", "", f"`{post.file}`: **{post.state.value}**{hidden}{where}", ""]
    for kind in Kind:
        notes = [note for note in post.notes if note.kind is kind]
        if notes:
            lines += [f"{kind.value.capitalize()}:", "", *(f"- {_place(post, note)}{note.text}" for note in notes), ""]
    return lines


def _place(post: PostReport, note: Note) -> str:
    return f"`{post.file}:{note.line}` " if note.line else ""


def _as_dict(note: Note) -> dict[str, Any]:
    return {"line": note.line or None, "text": note.text}

"""What an import shows: a summary on the screen, and a report of every post in a file."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath

from transfer.models import ImportState
from transfer.readers import DiagnosticKind, Diagnostics

_ADVICE = {
    ImportState.CHANGED_HERE_TOO: ": left alone. `--overwrite` imports the file",
    ImportState.DELETED_HERE: ": left alone. `--overwrite` restores them",
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
    old_addresses: int = 0
    dead_addresses: int = 0
    interrupted: bool = False

    @property
    def failed(self) -> list[PostReport]:
        """The files that couldn't be imported."""
        return [post for post in self.posts if post.state is ImportState.FAILED]

    def summary(self) -> list[str]:
        """Return the report in a few lines."""
        found = Counter(post.state for post in self.posts)
        kinds = Counter(detail.kind for post in self.posts for detail in post.diagnostics)
        visibility = Counter(post.visibility for post in self.posts if post.visibility)
        lines = [f"{len(self.posts)} posts in {self.folder}" + (" (dry run: nothing was written)" * self.dry_run)]
        lines += [f"  {found[state]:5} {state}{_ADVICE.get(state, '')}" for state in ImportState if found[state]]
        lines += [f"  {number:5} of them {name}" for name, number in sorted(visibility.items()) if name != "published"]
        copied = "" if self.dry_run else f", {self.new_pictures} of them new in the media library"
        lines.append(f"{self.pictures} pictures{copied}")
        lines.append(f"{self.old_addresses} old addresses will answer, {self.dead_addresses} won't")
        lines.append("Details: " + ", ".join(f"{kinds[kind]} {kind.value}" for kind in DiagnosticKind))
        if self.skipped:
            suffixes = Counter(PurePath(file).suffix or "others" for file, _ in self.skipped)
            named = ", ".join(f"{number} {suffix}" for suffix, number in suffixes.most_common())
            lines.append(f"{len(self.skipped)} files and folders weren't read as posts: {named}")
        if self.missing:
            lines.append(f"{len(self.missing)} files that were imported earlier are missing. Their pages stay.")
        if self.interrupted:
            lines.append("The import was interrupted. Run the same command again to complete it.")
        return lines

    def write(self, path: Path) -> None:
        """Write the whole report to `path`: as JSON if it ends in `.json`, else as Markdown. Raises `OSError`."""
        # Failed files come last.
        self.posts.sort(key=lambda post: (post.state is ImportState.FAILED, post.file))
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) if path.suffix == ".json" else self.as_markdown()
        path.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")

    def as_markdown(self) -> str:
        """Return the whole report as Markdown."""
        lines = [f"# Import into “{self.blog}”", "", *(f"    {line}" for line in self.summary()), ""]
        for post in self.posts:
            lines += _describe(post)
        for title, rows in (("Not read as posts", self.skipped), ("Missing since the last import", self.missing)):
            if rows:
                lines += [f"## {title}", "", *(f"- `{file}`: {text}" for file, text in rows), ""]
        return "\n".join(lines)


def _describe(post: PostReport) -> list[str]:
    where = f", page {post.page}, {post.url}" if post.page else ""
    hidden = f", {post.visibility}" if post.visibility not in ("", "published") else ""
    lines = [f"## {post.title or post.file}", "", f"`{post.file}`: **{post.state.value}**{hidden}{where}", ""]
    for kind in DiagnosticKind:
        details = [detail for detail in post.diagnostics if detail.kind is kind]
        entries = [f"`{post.file}:{detail.line}` {detail.text}" if detail.line else detail.text for detail in details]
        if entries:
            lines += [f"{kind.value.capitalize()}:", "", *(f"- {entry}" for entry in entries), ""]
    return lines

"""Tells which posts were imported before, and what has happened to them since."""

from enum import StrEnum
from pathlib import Path

from blog.models import BlogIndexPage
from transfer.convert import ConvertedPost
from transfer.models import PostImport


class State(StrEnum):
    """What became of a file, or in a dry run would become of it."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CHANGED_HERE_TOO = "changed here and there"
    DELETED_HERE = "deleted here"
    FAILED = "failed"


class Ledger:
    """The records of earlier imports into `blog`."""

    def __init__(self, blog: BlogIndexPage) -> None:
        records = list(PostImport.objects.filter(blog=blog).select_related("page"))
        self._by_source = {record.source: record for record in records}
        self._by_address: dict[str, list[PostImport]] = {}
        for record in records:
            self._by_address.setdefault(record.address, []).append(record)
        self._claimed: set[int] = set()

    def find(self, post: ConvertedPost) -> PostImport | None:
        """Return the record of the file, also if the file has been moved since, or None."""
        record = self._by_source.get(str(post.source.path.resolve()))
        if record is None:
            moved = [
                other
                for other in self._by_address.get(post.source.address, [])
                if other.pk not in self._claimed and not Path(other.source).exists()
            ]
            record = moved[0] if moved else None
        if record:
            self._claimed.add(record.pk)
        return record

    def find_vanished(self, folder: Path) -> list[PostImport]:
        """Return the records of files under `folder` that aren't there any more."""
        root = folder.resolve()
        return [
            record
            for record in self._by_source.values()
            if record.pk not in self._claimed
            and Path(record.source).is_relative_to(root)
            and not Path(record.source).exists()
        ]


def compare(post: ConvertedPost, record: PostImport | None, overwrite: bool) -> State:
    """Return what is to be done with `post`; `overwrite` lets the file win over an editor."""
    if record is None or (record.page is None and overwrite):
        return State.NEW
    if record.page is None:
        return State.DELETED_HERE
    if record.fingerprint == post.fingerprint:
        return State.UNCHANGED
    if record.revision_id is None and record.page.latest_revision_id is None:
        return State.NEW  # an earlier run was interrupted between reserving the page and filling it
    edited = record.page.latest_revision_id != record.revision_id or record.page.locked
    return State.CHANGED_HERE_TOO if edited and not overwrite else State.UPDATED

"""Records of imported files, by which an import can be repeated."""

from enum import StrEnum
from pathlib import Path

from django.db import models

from blog.models import BlogIndexPage


class ImportState(StrEnum):
    """What an import does with a file."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CHANGED_HERE_TOO = "changed here and there"
    DELETED_HERE = "deleted here"
    FAILED = "failed"


class PostImport(models.Model):
    """An imported file, the page that it became, and what was written there."""

    blog = models.ForeignKey("blog.BlogIndexPage", on_delete=models.CASCADE, related_name="+")
    # The record outlives the page. Otherwise the next import would restore a page that an editor has deleted.
    page = models.OneToOneField("blog.BlogPostPage", null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.TextField(help_text="The path of the file on the machine that imported it.")
    address = models.TextField(help_text="The path of the post on its old site.")
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="A hash of everything that was written. Empty until that is done."
    )
    revision_id = models.PositiveBigIntegerField(
        null=True, help_text="The revision that the import made. A later one was made by an editor."
    )
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        # The table was made when the model belonged to the app `blog`.
        db_table = "blog_postimport"
        constraints = [models.UniqueConstraint(fields=["blog", "source"], name="one_import_per_file")]

    def __str__(self) -> str:
        return f"{self.source} → {self.page_id or 'no page'}"

    def compare(self, fingerprint: str, overwrite: bool) -> ImportState:
        """Return what to do with the file, whose post has `fingerprint` now. `overwrite` ignores changes by editors."""
        if self.page is None:
            return ImportState.NEW if overwrite else ImportState.DELETED_HERE
        if self.fingerprint == fingerprint:
            return ImportState.UNCHANGED
        if self.revision_id is None and self.page.latest_revision_id is None:
            return ImportState.NEW  # an import was interrupted after it had created the page
        is_edited = self.page.latest_revision_id != self.revision_id or self.page.locked
        return ImportState.CHANGED_HERE_TOO if is_edited and not overwrite else ImportState.UPDATED


def _is_gone(path: str) -> bool:
    """Return whether there is no file `path`. One that can't be read is still there."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


class ImportRecords:
    """The records of earlier imports into `blog`."""

    def __init__(self, blog: BlogIndexPage) -> None:
        records = list(PostImport.objects.filter(blog=blog).select_related("page"))
        self._by_source = {record.source: record for record in records}
        self._by_address: dict[str, list[PostImport]] = {}
        for record in records:
            self._by_address.setdefault(record.address, []).append(record)
        self._found: set[int] = set()

    def find(self, path: Path, address: str) -> PostImport | None:
        """Return the record of the file `path`, or of a file with the same `address` that was moved there, or None."""
        record = self._by_source.get(str(path.resolve()))
        if record is None:
            same_address = self._by_address.get(address, [])
            moved = [other for other in same_address if other.pk not in self._found and _is_gone(other.source)]
            record = moved[0] if moved else None
        if record:
            self._found.add(record.pk)
        return record

    def missing_files(self, folder: Path) -> list[PostImport]:
        """Return the records of files under `folder` that no longer exist."""
        root = folder.resolve()
        rest = [record for record in self._by_source.values() if record.pk not in self._found]
        return [record for record in rest if Path(record.source).is_relative_to(root) and _is_gone(record.source)]

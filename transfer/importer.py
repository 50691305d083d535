"""Imports a folder of posts, from its files to the report."""

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

from blog.models import BlogIndexPage
from transfer.conversion import ConvertedPost, convert_post
from transfer.fetching import PictureFetcher
from transfer.image_files import ImageFinder
from transfer.models import ImportRecords, ImportState, PostImport
from transfer.readers import Diagnostics, SourcePost, UnreadableFileError, make_reader
from transfer.references import ImportContext, URLIndex
from transfer.report import PostReport, Report
from transfer.writers.pages import PageWriter, Redirects

logger = logging.getLogger(__name__)
# Any number that no other lock in the database has.
_DATABASE_LOCK = 0x1A907

# Called with the name of a step, the number of finished items, and the number of all items.
Progress = Callable[[str, int, int], None]
Item = TypeVar("Item")


def import_lock_path() -> Path:
    """Return the path of the file that is locked during an import into this database."""
    name = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:16]
    return Path(settings.VAR_DIR) / f"import-{name}.lock"


class ImportRunningError(Exception):
    """Another import is running, or it can't be known that none is."""


def _open_or_create(path: Path) -> int:
    """Return a descriptor of the file `path`, which may belong to another account. Raises `OSError`."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        if not path.exists():
            raise
        return os.open(path, os.O_RDONLY)


@contextmanager
def _import_lock() -> Iterator[None]:
    """Hold the lock of imports into this database. The operating system releases it when the process ends."""
    path = import_lock_path()
    with ExitStack() as stack:
        try:
            descriptor = _open_or_create(path)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportRunningError("Another import is running. Start this one when it has ended.") from error
        except OSError as error:
            raise ImportRunningError(f"The lock file {path} of imports can't be used: {error.strerror}.") from error
        if connection.vendor == "postgresql":
            _lock_database(stack)
        yield


def _lock_database(stack: ExitStack) -> None:
    """Hold a lock in PostgreSQL until `stack` ends: an import on another machine has another lock file.

    It belongs to a transaction, which a connection pool leaves to one process, and ends with its connection.
    """
    other = connection.copy()
    stack.callback(other.close)
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_DATABASE_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRunningError("Another import is running on another machine. Start this one when it has ended.")


@dataclass
class Task:
    """A post, its record from earlier imports, and what to do with it."""

    post: ConvertedPost
    record: PostImport | None
    state: ImportState


@dataclass
class FolderImport:
    """An import of one folder. All posts are read and converted before the first is written, as they link to others."""

    folder: Path
    blog: BlogIndexPage
    progress: Progress
    reader: str = "markdown"
    dry_run: bool = False
    overwrite: bool = False
    assets: list[Path] = field(default_factory=list)
    old_site: str = ""
    permalink: str = ""
    fetch_pictures: bool = False

    def __post_init__(self) -> None:
        self.report = Report(str(self.folder), self.blog.title, self.dry_run)
        self.folder = self.folder.resolve()
        self._reader = make_reader(self.reader, self.folder, self.permalink)
        self._redirects = Redirects(self.blog)
        self._addresses: dict[str, str] = {}  # of all posts, by their keys

    def run(self) -> Report:
        """Import the folder. Ctrl-C ends the import early; the report then has what was done until then.

        Raises `ImportRunningError`.
        """
        with nullcontext() if self.dry_run else _import_lock():
            return self._run()

    def _run(self) -> Report:
        try:
            converted = self._convert(self._read())
            records = ImportRecords(self.blog)
            tasks = [self._plan(post, records) for post in converted]
            self.report.missing = [
                (self._relative(Path(record.source)), f"page {record.page_id} stays" if record.page_id else "no page")
                for record in records.missing_files(self.folder)
            ]
            if self.dry_run:
                for task in tasks:
                    self._report_task(task)
            else:
                self._write(tasks)
        except KeyboardInterrupt:
            self.report.interrupted = True
        return self.report

    def _read(self) -> list[SourcePost]:
        posts = []
        for path in self._follow("Reading", self._reader.find_files()):
            with self._reporting_failure(path, Diagnostics()):
                posts.append(self._reader.read_post(path))
        for path, reason in self._reader.unreadable:
            with self._reporting_failure(path, Diagnostics()):
                raise UnreadableFileError(reason)
        self.report.skipped = [(self._relative(path), reason) for path, reason in sorted(self._reader.skipped)]
        return [post for post in posts if post]

    def _convert(self, posts: list[SourcePost]) -> list[ConvertedPost]:
        index, images = URLIndex(posts, self.old_site), ImageFinder(self.folder, self.assets)
        # A picture that an earlier run has brought over stays, whatever is asked for now.
        asks = self.fetch_pictures and not self.dry_run
        images.fetch = PictureFetcher(Path(settings.VAR_DIR) / "fetched-pictures", asks=asks).fetch
        self._addresses = {index.key(post): post.address for post in posts}
        context = ImportContext(self._reader, index, images, self.old_site)
        converted = []
        for post in self._follow("Converting", posts):
            with self._reporting_failure(post.path, post.diagnostics):
                converted.append(convert_post(post, context))
        self.report.pictures = len({key for post in converted for key in post.images})
        return converted

    def _plan(self, post: ConvertedPost, records: ImportRecords) -> Task:
        record = records.find(post.source.path, post.source.address)
        state = record.compare(post.fingerprint, self.overwrite) if record else ImportState.NEW
        return Task(post, record, state)

    def _write(self, tasks: list[Task]) -> None:
        keys = [key for task in tasks for key in task.post.images]
        writer = PageWriter(self.blog, self._redirects, keys, note=import_lock_path().with_suffix(".storing"))
        for task in tasks:
            if task.record and task.record.page_id:
                writer.pages[task.post.key] = task.record.page_id
        for task in tasks:
            with self._reporting_failure(task.post.source.path, task.post.diagnostics, task):
                writer.restore_images(task.post)
        without_page = [task for task in tasks if task.state is ImportState.NEW and task.post.key not in writer.pages]
        for task in self._follow("Making pages", without_page):
            with self._reporting_failure(task.post.source.path, task.post.diagnostics, task):
                task.record = writer.reserve(task.post, task.record)
        failed = self._addresses.keys() - {task.post.key for task in tasks if task.state is not ImportState.FAILED}
        for task in self._follow("Writing", tasks):
            if task.record and task.state in (ImportState.NEW, ImportState.UPDATED):
                with self._reporting_failure(task.post.source.path, task.post.diagnostics, task):
                    task.record.page = writer.write(task.post, task.record, self._addresses, failed)
            if task.state is not ImportState.FAILED:
                self._report_task(task)
            self.report.new_pictures = writer.images.added

    def _report_task(self, task: Task) -> None:
        source, page = task.post.source, task.record.page if task.record else None
        report = PostReport(source.relative, task.state, source.diagnostics, source.title)
        is_ahead = source.moment is not None and source.moment > timezone.now()
        report.visibility = "draft" if source.draft else "scheduled" if is_ahead else "published"
        if page and not self.dry_run:
            if task.state in (ImportState.NEW, ImportState.UPDATED):
                page.refresh_from_db(fields=["live"])
            report.visibility = "published" if page.live else "scheduled" if is_ahead and not source.draft else "draft"
        if report.visibility != "draft" and task.state is not ImportState.DELETED_HERE:
            answering = self._redirects.count_answering(page, source.old_addresses)
            self.report.old_addresses += answering
            self.report.dead_addresses += len(source.old_addresses) - answering
        if page:
            report.page, report.url = page.pk, page.get_url() or ""
        self.report.posts.append(report)

    @contextmanager
    def _reporting_failure(self, path: Path, diagnostics: Diagnostics, task: Task | None = None) -> Iterator[None]:
        """Report an error of the block as the failure of the file `path`. The `task` fails with it."""
        try:
            yield
        except Exception as error:
            if task:
                task.state = ImportState.FAILED
            if isinstance(error, UnreadableFileError):
                diagnostics.lost(str(error), error.line)
            else:
                logger.debug("Importing %s failed", path, exc_info=error)
                diagnostics.lost(f"The post couldn't be imported: {type(error).__name__}: {error}")
            self.report.posts.append(PostReport(self._relative(path), ImportState.FAILED, diagnostics))

    def _relative(self, path: Path) -> str:
        """Return `path` below the folder as the report prints it, also if its name isn't valid UTF-8."""
        shown = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
        return shown.as_posix().encode(errors="backslashreplace").decode()

    def _follow(self, step: str, items: Sequence[Item]) -> Iterator[Item]:
        for number, item in enumerate(items, start=1):
            yield item
            self.progress(step, number, len(items))

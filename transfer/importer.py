"""Imports a folder of posts, from its files to the report."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.utils import timezone

from blog.models import BlogIndexPage
from transfer.conversion import ConvertedPost, convert_post
from transfer.image_files import ImageFinder
from transfer.models import ImportRecords, ImportState, PostImport
from transfer.readers import Diagnostics, SourcePost, UnreadableFileError, make_reader
from transfer.references import ImportContext, URLIndex
from transfer.report import PostReport, Report
from transfer.writers.pages import PageWriter

logger = logging.getLogger(__name__)

# Called with the name of a step, the number of finished items, and the number of all items.
Progress = Callable[[str, int, int], None]
Item = TypeVar("Item")


@dataclass(frozen=True)
class ImportOptions:
    """What to import, and how."""

    folder: Path
    blog: BlogIndexPage
    reader: str = "markdown"
    dry_run: bool = False
    overwrite: bool = False
    assets: list[Path] = field(default_factory=list)
    old_site: str = ""


@dataclass
class Task:
    """A post, its record from earlier imports, and what to do with it."""

    post: ConvertedPost
    record: PostImport | None
    state: ImportState


class FolderImport:
    """An import of one folder. All posts are read and converted before the first is written, as they link to others."""

    def __init__(self, options: ImportOptions, progress: Progress) -> None:
        self.options = options
        self.report = Report(str(options.folder), options.blog.title, options.dry_run)
        self._progress = progress
        self._reader = make_reader(options.reader, options.folder)

    def run(self) -> Report:
        """Import the folder. Ctrl-C ends the import early; the report then has what was done until then."""
        try:
            converted = self._convert(self._read())
            records = ImportRecords(self.options.blog)
            tasks = [self._plan(post, records) for post in converted]
            self._report_missing_files(records)
            if self.options.dry_run:
                for task in tasks:
                    self._report_task(task)
            else:
                self._write(tasks)
        except KeyboardInterrupt:
            self.report.interrupted = True
        return self.report

    def _read(self) -> list[SourcePost]:
        files = self._reader.find_files()
        self.report.skipped = [(self._relative(path), reason) for path, reason in self._reader.skipped]
        posts = []
        for path in self._follow("Reading", files):
            try:
                if post := self._reader.read_post(path):
                    posts.append(post)
                else:
                    self.report.skipped.append((self._relative(path), "Has neither a title nor a text."))
            except Exception as error:
                self._report_failure(path, error, Diagnostics())
        return posts

    def _convert(self, posts: list[SourcePost]) -> list[ConvertedPost]:
        index = URLIndex(posts, [self.options.old_site])
        images = ImageFinder(self.options.folder, self.options.assets)
        context = ImportContext(self._reader, index, images, self.options.old_site)
        self.report.old_sites = sorted(index.hosts)
        converted = []
        for post in self._follow("Converting", posts):
            try:
                converted.append(convert_post(post, context))
            except Exception as error:
                self._report_failure(post.path, error, post.diagnostics)
        self.report.pictures = len({key for post in converted for key in post.images})
        return converted

    def _plan(self, post: ConvertedPost, records: ImportRecords) -> Task:
        record = records.find(post.source.path, post.source.address)
        state = record.compare(post.fingerprint, self.options.overwrite) if record else ImportState.NEW
        return Task(post, record, state)

    def _write(self, tasks: list[Task]) -> None:
        writer = PageWriter(self.options.blog, [key for task in tasks for key in task.post.images])
        for task in tasks:
            if task.record and task.record.page_id:
                writer.pages[task.post.key] = task.record.page_id
        without_page = [task for task in tasks if task.state is ImportState.NEW and task.post.key not in writer.pages]
        for task in self._follow("Making pages", without_page):
            with self._reporting_failure(task):
                task.record = writer.reserve(task.post, task.record)
        addresses = {task.post.key: task.post.source.address for task in tasks}
        for task in self._follow("Writing", tasks):
            if task.record and task.state in (ImportState.NEW, ImportState.UPDATED):
                with self._reporting_failure(task):
                    task.record.page = writer.write(task.post, task.record, addresses)
            if task.state is not ImportState.FAILED:
                self._report_task(task)
            self.report.new_pictures = writer.images.added

    @contextmanager
    def _reporting_failure(self, task: Task) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            task.state = ImportState.FAILED
            self._report_failure(task.post.source.path, error, task.post.diagnostics)

    def _report_task(self, task: Task) -> None:
        source, page = task.post.source, task.record.page if task.record else None
        report = PostReport(source.relative, task.state, source.diagnostics, source.title)
        is_ahead = source.moment is not None and source.moment > timezone.now()
        report.visibility = "draft" if source.draft else "scheduled" if is_ahead else "published"
        if page:
            report.page, report.url = page.pk, page.get_url() or ""
        self.report.posts.append(report)

    def _report_failure(self, path: Path, error: Exception, diagnostics: Diagnostics) -> None:
        if isinstance(error, UnreadableFileError):
            diagnostics.lost(str(error), error.line)
        else:
            logger.debug("Importing %s failed", path, exc_info=error)
            diagnostics.lost(f"The post couldn't be imported: {type(error).__name__}: {error}")
        self.report.posts.append(PostReport(self._relative(path), ImportState.FAILED, diagnostics))

    def _report_missing_files(self, records: ImportRecords) -> None:
        self.report.missing = [
            (self._relative(Path(record.source)), f"page {record.page_id} stays" if record.page_id else "no page")
            for record in records.missing_files(self.options.folder)
        ]

    def _relative(self, path: Path) -> str:
        for folder in (self.options.folder, self.options.folder.resolve()):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return str(path)

    def _follow(self, step: str, items: Sequence[Item]) -> Iterator[Item]:
        for number, item in enumerate(items, start=1):
            yield item
            self._progress(step, number, len(items))

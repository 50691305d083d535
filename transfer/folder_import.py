"""The import of a folder, from its files to the report."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone

from blog.models import BlogIndexPage
from transfer.address_book import AddressBook
from transfer.conversion import Surroundings
from transfer.convert import ConvertedPost, convert_post
from transfer.dates import as_moment
from transfer.discovery import find_posts
from transfer.front_matter import read_source_file
from transfer.ledger import Ledger, State, compare
from transfer.media import MediaLibrary
from transfer.models import PostImport
from transfer.notes import Notes, UnreadableFileError
from transfer.pages import PageWriter
from transfer.people import People
from transfer.pictures import PictureFinder
from transfer.report import PostReport, Report
from transfer.source import SourcePost, interpret

logger = logging.getLogger(__name__)

# Told about each step: its name, how many posts are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ImportOptions:
    """What to import and how."""

    folder: Path
    blog: BlogIndexPage
    dry_run: bool = False
    overwrite: bool = False
    assets: list[Path] = field(default_factory=list)
    old_site: str = ""


@dataclass
class Task:
    """A post, what is known of it from earlier imports, and what is to be done with it."""

    post: ConvertedPost
    record: PostImport | None
    state: State


class FolderImport:
    """Reads and converts all posts first, since they link to each other, and then writes them one by one."""

    def __init__(self, options: ImportOptions, progress: Progress) -> None:
        self.options = options
        self.progress = progress
        self.report = Report(str(options.folder), options.blog.title, options.dry_run)

    def run(self) -> Report:
        """Import the folder. Ctrl-C ends it early, with what was done until then kept and reported."""
        try:
            posts = self._read()
            converted = self._convert(posts)
            ledger = Ledger(self.options.blog)
            tasks = [self._plan(post, ledger) for post in converted]
            self._note_vanished(ledger)
            if self.options.dry_run:
                self._report_plan(tasks)
            else:
                self._write(tasks, {post.key: post.source.address for post in converted})
        except KeyboardInterrupt:
            self.report.interrupted = True
        return self.report

    def _read(self) -> list[SourcePost]:
        found = find_posts(self.options.folder)
        people = self._people = People.near(self.options.folder)
        self.report.skipped = [(self._relative(path), reason) for path, reason in found.skipped]
        posts = []
        for path in self._follow("Reading", found.posts):
            try:
                file = read_source_file(path)
                if not file.body.strip() and not file.metadata.get("title"):
                    self.report.skipped.append((self._relative(path), "Holds neither a title nor a text."))
                    continue
                posts.append(interpret(file, self.options.folder, people))
            except Exception as error:
                self._fail(path, error)
        return posts

    def _convert(self, posts: list[SourcePost]) -> list[ConvertedPost]:
        book = AddressBook(posts, [self.options.old_site])
        book.learn_hosts(posts)
        self.report.old_sites = sorted(book.hosts)
        pictures = PictureFinder(self.options.folder, self.options.assets)
        surroundings = Surroundings(book, pictures, self._people, self.options.old_site)
        converted = []
        for post in self._follow("Converting", posts):
            try:
                converted.append(convert_post(post, surroundings))
            except Exception as error:
                self._fail(post.path, error, post.notes)
        self.report.pictures = len({key for post in converted for key in post.pictures})
        return converted

    def _plan(self, post: ConvertedPost, ledger: Ledger) -> Task:
        record = ledger.find(post)
        return Task(post, record, compare(post, record, self.options.overwrite))

    def _write(self, tasks: list[Task], addresses: dict[str, str]) -> None:
        library = MediaLibrary(key for task in tasks for key in task.post.pictures)
        writer = PageWriter(self.options.blog, library)
        for task in tasks:
            if task.record and task.record.page_id and task.state is not State.NEW:
                writer.pages[task.post.key] = task.record.page_id
        self._reserve([task for task in tasks if task.state is State.NEW], writer)
        for task in self._follow("Writing", tasks):
            self._write_one(task, writer, addresses)
            self.report.new_pictures = library.added

    def _reserve(self, tasks: list[Task], writer: PageWriter) -> None:
        for task in self._follow("Making pages", tasks):
            try:
                if task.record and task.record.page_id:
                    writer.pages[task.post.key] = task.record.page_id
                else:
                    task.record = writer.reserve(task.post, task.record)
            except Exception as error:
                task.state = State.FAILED
                self._fail(task.post.source.path, error, task.post.notes)

    def _write_one(self, task: Task, writer: PageWriter, addresses: dict[str, str]) -> None:
        if task.state is State.FAILED:
            return
        if task.state in (State.NEW, State.UPDATED) and task.record:
            try:
                task.record.page = writer.write(task.post, task.record, addresses)
            except Exception as error:
                self._fail(task.post.source.path, error, task.post.notes)
                return
        self._report_task(task)

    def _report_plan(self, tasks: list[Task]) -> None:
        for task in tasks:
            self._report_task(task)

    def _report_task(self, task: Task) -> None:
        source, page = task.post.source, task.record.page if task.record else None
        report = PostReport(source.relative, task.state, source.notes, source.title, visibility=_visibility(source))
        if page:
            report.page, report.url = page.pk, page.get_url() or ""
        self.report.posts.append(report)

    def _fail(self, path: Path, error: Exception, notes: Notes | None = None) -> None:
        notes = notes if notes is not None else Notes()
        if isinstance(error, UnreadableFileError):
            notes.lost(str(error), error.line)
        else:
            logger.debug("Importing %s failed", path, exc_info=error)
            notes.lost(f"The post couldn't be imported: {type(error).__name__}: {error}")
        self.report.posts.append(PostReport(self._relative(path), State.FAILED, notes))

    def _note_vanished(self, ledger: Ledger) -> None:
        vanished = ledger.find_vanished(self.options.folder)
        self.report.vanished = [
            (self._relative(Path(record.source)), f"page {record.page_id} stays" if record.page_id else "no page")
            for record in vanished
        ]

    def _relative(self, path: Path) -> str:
        for folder in (self.options.folder, self.options.folder.resolve()):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return str(path)

    def _follow(self, step: str, items: Iterable) -> Iterator:
        items = list(items)
        for number, item in enumerate(items, start=1):
            yield item
            self.progress(step, number, len(items))


def _visibility(source: SourcePost) -> str:
    if source.draft:
        return "draft"
    is_ahead = source.date is not None and as_moment(source.date) > timezone.now()
    return "scheduled" if is_ahead else "published"

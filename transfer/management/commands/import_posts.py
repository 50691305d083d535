"""`manage.py import_posts FOLDER`: brings a folder of Markdown posts into the blog."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from blog.models import BlogIndexPage
from transfer.folder_import import FolderImport, ImportOptions
from transfer.progress import ProgressBar
from transfer.report import Report


class Command(BaseCommand):
    """Imports a folder of Markdown posts. Safe to repeat: what hasn't changed is left alone."""

    help = (
        "Imports a folder of Markdown posts, written for Jekyll, Hugo, Zola, Eleventy or nothing in particular: "
        "posts, pictures, authors, tags, old addresses. Run it again at any time; only changed files are written."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the folder and the options."""
        parser.add_argument("folder", type=Path, help="The folder with the posts; folders in it are searched too.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write every detail to FILE (.md or .json).")
        parser.add_argument("--blog", metavar="SLUG", help="Which blog the posts go to, if there are several.")
        parser.add_argument(
            "--overwrite", action="store_true", help="Let the files win over what editors changed or deleted here."
        )
        parser.add_argument(
            "--assets",
            type=Path,
            action="append",
            default=[],
            metavar="FOLDER",
            help="Where pictures like /assets/a.png lie, if that isn't found by itself. Can be repeated.",
        )
        parser.add_argument(
            "--old-site",
            default="",
            metavar="URL",
            help="The old site's address, https://…: links and pictures that aren't in the folder will lead there.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the folder; end with an error if a post couldn't be imported."""
        folder = self._check_folder(options["folder"])
        for assets in options["assets"]:
            self._check_folder(assets)
        if options["old_site"] and not options["old_site"].startswith(("http://", "https://")):
            raise CommandError("--old-site has to start with http:// or https://.")
        self._check_report(options["report"])
        import_options = ImportOptions(
            folder=folder,
            blog=self._find_blog(options["blog"]),
            dry_run=options["dry_run"],
            overwrite=options["overwrite"],
            assets=options["assets"],
            old_site=options["old_site"],
        )
        report = FolderImport(import_options, self._progress_bar()).run()
        self._tell(report, options["report"])

    def _progress_bar(self) -> ProgressBar:
        def write(text: str) -> None:
            self.stderr.write(text, style_func=str, ending="")
            self.stderr.flush()

        return ProgressBar(write, on_terminal=self.stderr.isatty())

    def _tell(self, report: Report, path: Path | None) -> None:
        for line in report.summary():
            self.stdout.write(line)
        if path:
            self._write_report(report, path)
            self.stdout.write(f"Every detail: {path}")
        elif any(post.notes for post in report.posts):
            self.stdout.write("Add --report FILE.md to see every detail, with file and line.")
        for post in report.failed:
            note = post.notes[-1]
            self.stderr.write(f"{post.file}{f':{note.line}' if note.line else ''}: {note.text}")
        if not report.posts and not report.interrupted:
            raise CommandError(f"There are no Markdown posts in {report.folder}. Nothing was changed.")
        if report.interrupted:
            raise CommandError("Interrupted.", returncode=130)
        if report.failed:
            raise CommandError(
                f"{len(report.failed)} of {len(report.posts)} posts couldn't be imported, see above; the others were. "
                "Mend the files and run the same command again."
            )

    def _write_report(self, report: Report, path: Path) -> None:
        try:
            report.write(path)
        except OSError as error:
            message = f"The import is done, but the report couldn't be written to {path}: {error.strerror}."
            raise CommandError(message) from error

    def _check_folder(self, folder: Path) -> Path:
        if not folder.exists():
            raise CommandError(f"There is no folder {folder}.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is a file. Name the folder that it lies in.")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise CommandError(f"The folder {folder} can't be read: you lack the permission.")
        return folder

    def _check_report(self, path: Path | None) -> None:
        """A report that can't be written should be known before the work, not after."""
        if path and path.is_dir():
            raise CommandError(f"{path} is a folder. Name a file for the report.")
        if path and not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise CommandError(f"The report can't be written to {path}.")

    def _find_blog(self, slug: str | None) -> BlogIndexPage:
        blogs = list(BlogIndexPage.objects.order_by("path"))
        names = ", ".join(blog.slug for blog in blogs)
        if slug:
            blogs = [blog for blog in blogs if blog.slug == slug]
            if not blogs:
                raise CommandError(f"There is no blog with the slug {slug}. There is: {names or 'none'}.")
        if not blogs:
            raise CommandError("There is no blog yet. Make a page of the type 'blog' in the admin, then import again.")
        if len(blogs) > 1:
            raise CommandError(f"There are several blogs: {names}. Choose one with --blog SLUG.")
        return blogs[0]

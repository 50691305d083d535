"""`manage.py import_posts FOLDER` imports a folder of posts into the blog."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from blog.models import BlogIndexPage
from galley.site_settings.commands import LocalTimeCommand
from transfer.importer import FolderImport, ImportRunningError
from transfer.readers import reader_names
from transfer.report import Report

ITEMS_BETWEEN_LINES = 50


class Command(LocalTimeCommand):
    """Imports a folder of posts. When it is repeated, it only writes posts that have changed."""

    help = (
        "Imports a folder of Markdown posts, as Jekyll, Hugo, Zola and Eleventy use them, with pictures, authors, tags "
        "and old addresses. You can run it again at any time: it only writes posts that have changed."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the folder and the options."""
        parser.add_argument("folder", type=Path, help="The folder with the posts. Folders in it are searched too.")
        parser.add_argument(
            "--reader", choices=reader_names(), default="markdown", help="How the posts are written. Default: markdown."
        )
        parser.add_argument("--dry-run", action="store_true", help="Show what would be done, and write nothing.")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="Write a detailed report to FILE (.md or .json)."
        )
        parser.add_argument("--blog", metavar="SLUG", help="The slug of the blog, if there are several.")
        parser.add_argument(
            "--overwrite", action="store_true", help="Replace what editors have changed or deleted on the site."
        )
        parser.add_argument(
            "--assets",
            type=Path,
            action="append",
            default=[],
            metavar="FOLDER",
            help="The folder of pictures such as /assets/a.png, if it isn't found. Can be given several times.",
        )
        parser.add_argument(
            "--old-site",
            default="",
            metavar="URL",
            help="The address of the old site, https://…. Links and pictures that aren't in the folder lead there.",
        )

        parser.add_argument(
            "--fetch-pictures",
            action="store_true",
            help="Bring over pictures from other hosts, from public addresses only. Not in a dry run.",
        )
        parser.add_argument(
            "--permalink",
            default="",
            metavar="PATTERN",
            help="The form of the old addresses, such as /blog/:year/:month/:title/, if no settings of it are found.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the folder. Exits with an error if a post couldn't be imported."""
        for folder in (options["folder"], *options["assets"]):
            self._check_folder(folder)
        if options["old_site"] and not options["old_site"].startswith(("http://", "https://")):
            raise CommandError("--old-site has to start with http:// or https://.")
        self._check_report(options["report"], options["folder"])
        names = ("folder", "reader", "dry_run", "overwrite", "assets", "old_site", "permalink", "fetch_pictures")
        chosen = {name: options[name] for name in names}
        try:
            report = FolderImport(blog=self._find_blog(options["blog"]), progress=self._show_progress, **chosen).run()
        except ImportRunningError as error:
            raise CommandError(str(error)) from error
        self._show(report, options["report"])

    def _show_progress(self, step: str, done: int, total: int) -> None:
        if done % ITEMS_BETWEEN_LINES == 0 or done == total:
            self.stderr.write(f"{step}: {done} of {total}", style_func=str)

    def _show(self, report: Report, path: Path | None) -> None:
        for line in report.summary():
            self.stdout.write(line)
        if path:
            try:
                report.write(path)
            except OSError as error:
                message = f"The import is done, but the report couldn't be written to {path}: {error.strerror}."
                raise CommandError(message) from error
            self.stdout.write(f"Every detail: {path}")
        elif any(post.diagnostics for post in report.posts):
            self.stdout.write("Add --report FILE.md to see every detail, with file and line.")
        for post in report.failed:
            reason = post.diagnostics[-1]
            self.stderr.write(f"{post.file}{f':{reason.line}' if reason.line else ''}: {reason.text}")
        if not report.posts and not report.interrupted:
            raise CommandError(f"There are no posts in {report.folder}. Nothing was changed.")
        if report.interrupted:
            raise CommandError("Interrupted.", returncode=130)
        if report.failed:
            raise CommandError(
                f"{len(report.failed)} of {len(report.posts)} posts couldn't be imported, see above. "
                "Correct these files and run the same command again."
            )

    def _check_folder(self, folder: Path) -> None:
        if not folder.exists():
            raise CommandError(f"There is no folder {folder}.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is a file. Give the folder that contains it.")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise CommandError(f"The folder {folder} can't be read. Your account has no permission.")

    def _check_report(self, path: Path | None, folder: Path) -> None:
        """Raise `CommandError` before the import if the report can't be written afterwards."""
        if path and (path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK)):
            raise CommandError(f"The report can't be written to {path}.")
        if path and path.suffix != ".json" and path.resolve().is_relative_to(folder.resolve()):
            raise CommandError("The next import would read the report as a post. Choose a file outside of the folder.")

    def _find_blog(self, slug: str | None) -> BlogIndexPage:
        blogs = list(BlogIndexPage.objects.order_by("path"))
        names = ", ".join(blog.slug for blog in blogs)
        if slug:
            blogs = [blog for blog in blogs if blog.slug == slug]
            if not blogs:
                raise CommandError(f"There is no blog with the slug {slug}. There is: {names or 'none'}.")
        if not blogs:
            raise CommandError("There is no blog yet. Create a page of the type “blog” in the admin first.")
        if len(blogs) > 1:
            raise CommandError(f"There are several blogs: {names}. Choose one with --blog SLUG.")
        return blogs[0]

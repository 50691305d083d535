"""`manage.py generate_posts 10000`: fills a blog with posts that nobody wrote, to try the site at its size."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from blog.models import BlogIndexPage
from quickstart.generating import generate_posts


class Command(BaseCommand):
    """Publishes generated posts, quickly and by the thousand."""

    help = "Publishes generated posts, to try the site with many of them. Not for a site that people read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of posts, the blog and where the texts come from."""
        parser.add_argument("number", type=int, help="how many posts to add")
        parser.add_argument("--blog", metavar="SLUG", help="the slug of the blog, where there are several")
        parser.add_argument("--seed", type=int, default=1, help="another number makes other posts")
        parser.add_argument(
            "--own-texts",
            action="store_true",
            help="take the texts of the posts that the blog has already, such as imported ones",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish them, telling how far it is."""
        blogs = BlogIndexPage.objects.filter(slug=options["blog"]) if options["blog"] else BlogIndexPage.objects.all()
        index = blogs.order_by("path").first()
        if index is None:
            raise CommandError("There is no such blog. Make a page of the type “blog” first, or name another.")
        try:
            generate_posts(
                index, options["number"], self.stdout.write, own_texts=options["own_texts"], seed=options["seed"]
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            self.style.SUCCESS("Done. The search knows them after `manage.py update_index --chunk_size 1000`.")
        )

"""Fills a blog with generated posts: `python -m benchmarks.generate_posts 10000`. Not for a site that people read.

The search finds them after `manage.py update_index --chunk_size 1000`.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import django


def main(arguments: Sequence[str] | None = None) -> None:
    """Publish the posts and print the progress. Exits with a message if there is no such blog, or it has no texts."""
    parser = argparse.ArgumentParser(prog="benchmarks.generate_posts", description=__doc__)
    parser.add_argument("number", type=int, help="how many posts to add")
    parser.add_argument("--blog", metavar="SLUG", help="the slug of the blog, if there are several")
    parser.add_argument("--seed", type=int, default=1, help="another number makes other posts")
    parser.add_argument("--own-texts", action="store_true", help="use the texts of the posts that the blog already has")
    options = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    from benchmarks.generating import generate_posts
    from blog.models import BlogIndexPage

    blogs = BlogIndexPage.objects.filter(slug=options.blog) if options.blog else BlogIndexPage.objects.all()
    index = blogs.order_by("path").first()
    if index is None:
        sys.exit("There is no such blog. Create a page of the type “blog” first, or name another blog.")
    try:
        generate_posts(index, options.number, print, own_texts=options.own_texts, seed=options.seed)
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

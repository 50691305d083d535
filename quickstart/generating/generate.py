"""Writes posts into the database a thousand at a time, as if each had been published at its date.

Saving them one by one takes minutes for ten thousand. Here rows are written in bulk: pages at the next free places of
the tree, their posts beside them, then tags, authors and departments. They have no revisions; an editor makes one.
"""

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router, transaction
from django.utils.text import slugify
from taggit.models import Tag
from wagtail.models import Page

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, PostAuthor, PostTag
from quickstart.generating.texts import open_body, tag_names, write_body, write_title

BATCH = 1_000
NUMBER_OF_BODIES = 200
NEWEST = datetime.date(2025, 12, 31)
YEARS = 15


@dataclass(frozen=True)
class Supplies:
    """What generated posts are put together from."""

    bodies: Sequence[tuple[str, str]]
    """Texts as they are stored, each with its opening words."""
    tags: Sequence[Tag]
    authors: Sequence[Author]
    categories: Sequence[Category]


def generate_posts(
    index: BlogIndexPage, number: int, report: Callable[[str], object], *, own_texts: bool = False, seed: int = 1
) -> None:
    """Publish `number` posts under `index`. The same `seed` makes the same posts in a blog of the same size.

    With `own_texts` they have the texts of the posts that `index` has already. Raises ValueError if it has none.
    """
    random = Random(f"{seed} {index.numchild}")  # noqa: S311
    supplies = _prepare_supplies(random, _read_texts(index) if own_texts else [])
    first = Page.objects.child_of(index).count() + 1
    for numbers in _batched(range(first, first + number)):
        with transaction.atomic():
            _publish(index, numbers, supplies, random)
        report(f"{numbers[-1] - first + 1:,} of {number:,} posts")


def _batched(numbers: range) -> list[range]:
    return [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]


def _read_texts(index: BlogIndexPage) -> list[tuple[str, str]]:
    posts = BlogPostPage.objects.child_of(index).live()[:NUMBER_OF_BODIES]
    texts = [(json.dumps(list(post.body.raw_data)), post.opening) for post in posts]
    if not texts:
        raise ValueError(f"The blog “{index}” has no posts whose texts could be taken.")
    return texts


def _prepare_supplies(random: Random, bodies: list[tuple[str, str]]) -> Supplies:
    if not bodies:
        written = [write_body(random) for _ in range(NUMBER_OF_BODIES)]
        bodies = [(json.dumps(body), open_body(body)) for body in written]
    names = ["Ada Quill", "Bert Forme", "Clara Stet", "Dora Quoin", "Emil Galley", "Fritz Serif"]
    authors = [Author.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in names]
    departments = ["Workshop", "Reading", "Field notes", "Reports"]
    categories = [
        Category.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in departments
    ]
    tags = [Tag.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in tag_names()]
    return Supplies(bodies, tags, authors, categories)


def _publish(index: BlogIndexPage, numbers: range, supplies: Supplies, random: Random) -> None:
    parent = Page.objects.select_for_update().get(pk=index.pk)
    pages = Page.objects.bulk_create(_make_pages(parent, numbers, random))
    _insert_rows(BlogPostPage, [_make_post(page, supplies, random) for page in pages])
    Page.objects.filter(pk=parent.pk).update(numchild=models.F("numchild") + len(pages))
    # The earlier a tag stands among all, the more posts have it.
    chosen = [(page, {int(random.paretovariate(0.7) - 1) % len(supplies.tags) for _ in range(3)}) for page in pages]
    PostTag.objects.bulk_create(
        [PostTag(content_object_id=page.pk, tag=supplies.tags[place]) for page, places in chosen for place in places]
    )
    PostAuthor.objects.bulk_create(
        [PostAuthor(page_id=page.pk, author=random.choice(supplies.authors), sort_order=0) for page in pages]
    )
    through = BlogPostPage.categories.through
    through.objects.bulk_create(
        [through(blogpostpage_id=page.pk, category=random.choice(supplies.categories)) for page in pages]
    )


def _make_pages(parent: Page, numbers: range, random: Random) -> list[Page]:
    last = Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1).order_by("path").last()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    content_type = ContentType.objects.get_for_model(BlogPostPage)
    return [_make_page(parent, step + place, number, content_type, random) for place, number in enumerate(numbers, 1)]


def _make_page(parent: Page, step: int, number: int, content_type: ContentType, random: Random) -> Page:
    title = write_title(random, number)
    slug = slugify(title)
    day = NEWEST - datetime.timedelta(days=random.randrange(365 * YEARS))
    published = datetime.datetime.combine(day, datetime.time(9), tzinfo=datetime.UTC)
    return Page(
        title=title,
        draft_title=title,
        slug=slug,
        url_path=f"{parent.url_path}{slug}/",
        path=Page._get_path(parent.path, parent.depth + 1, step),
        depth=parent.depth + 1,
        content_type=content_type,
        locale_id=parent.locale_id,
        live=True,
        first_published_at=published,
        last_published_at=published,
    )


def _make_post(page: Page, supplies: Supplies, random: Random) -> BlogPostPage:
    body, opening = random.choice(supplies.bodies)
    post = BlogPostPage(page_ptr_id=page.pk, date=page.first_published_at.date(), opening=opening)
    # Stored as it is: Wagtail would parse and write it again.
    post.__dict__["body"] = body
    return post


def _insert_rows(model: type[models.Model], instances: list[Any]) -> None:
    """Write the rows of `model`'s own table. `bulk_create` refuses models whose fields lie in two tables."""
    connection = connections[router.db_for_write(model)]
    fields = model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(model._meta.db_table)
    rows = [[_stored(field, instance, connection) for field in fields] for instance in instances]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608


def _stored(field: models.Field, instance: Any, connection: Any) -> Any:
    value = instance.__dict__[field.attname]
    return value if isinstance(value, str) else field.get_db_prep_save(value, connection)

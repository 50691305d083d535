"""Publishes generated posts in bulk, to measure a site with many of them.

Saving ten thousand posts one by one takes minutes. Here the rows are inserted a thousand at a time: first the pages,
then their posts, tags, authors and categories. The posts have no revisions; an editor makes the first one.
"""

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router, transaction
from django.utils.text import slugify
from wagtail.models import Page

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, PostAuthor, PostTag, Tag
from home.blocks import opening_words
from home.blocks.body import BodyBlock

BATCH = 1_000
NUMBER_OF_BODIES = 200
NEWEST = datetime.date(2025, 12, 31)
YEARS = 15

NAMES = ("the compositor", "a reader", "the press", "an apprentice", "the margin", "our printer", "the second proof")
VERBS = ("marks", "forgets", "sets", "reads", "corrects", "measures", "keeps", "loses", "finds", "defends")
THINGS = ("a comma", "the last line", "every heading", "an old figure", "the caption", "a crooked rule", "half a page")
CIRCUMSTANCES = (
    "before the ink is dry",
    "without being asked",
    "when nobody else is in the room",
    "for the third time this week",
    "and says so in the margin",
    "because the sheet has to be folded by noon",
)
SUBJECTS = ("proof", "paper", "type", "ink", "margin", "press", "binding", "grid", "letter", "plate", "rule", "fold")
ASPECTS = ("history", "craft", "tools", "mistakes", "people", "numbers", "colour", "measure", "trade", "care")


@dataclass(frozen=True)
class Fixtures:
    """The texts and terms from which generated posts are composed."""

    bodies: Sequence[tuple[str, str]]
    """Texts as StreamFields store them, each with its opening words."""
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
    fixtures = _prepare_fixtures(random, _read_texts(index) if own_texts else [])
    first = Page.objects.child_of(index).count() + 1
    for numbers in _batched(range(first, first + number)):
        with transaction.atomic():
            _publish(index, numbers, fixtures, random)
        report(f"{numbers[-1] - first + 1:,} of {number:,} posts")


def _batched(numbers: range) -> list[range]:
    return [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]


def _read_texts(index: BlogIndexPage) -> list[tuple[str, str]]:
    posts = BlogPostPage.objects.child_of(index).live()[:NUMBER_OF_BODIES]
    texts = [(json.dumps(list(post.body.raw_data)), post.opening) for post in posts]
    if not texts:
        raise ValueError(f"The blog “{index}” has no posts whose texts could be taken.")
    return texts


def _prepare_fixtures(random: Random, bodies: list[tuple[str, str]]) -> Fixtures:
    if not bodies:
        written = [_write_body(random) for _ in range(NUMBER_OF_BODIES)]
        bodies = [(json.dumps(body), _open_body(body)) for body in written]
    names = ["Ada Quill", "Bert Forme", "Clara Stet", "Dora Quoin", "Emil Galley", "Fritz Serif"]
    authors = [Author.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in names]
    category_names = ["Workshop", "Reading", "Field notes", "Reports"]
    categories = [
        Category.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in category_names
    ]
    tags = [Tag.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0] for name in _tag_names()]
    return Fixtures(bodies, tags, authors, categories)


def _publish(index: BlogIndexPage, numbers: range, fixtures: Fixtures, random: Random) -> None:
    parent = Page.objects.select_for_update().get(pk=index.pk)
    pages = Page.objects.bulk_create(_make_pages(parent, numbers, random))
    _insert_rows(BlogPostPage, [_make_post(page, fixtures, random) for page in pages])
    Page.objects.filter(pk=parent.pk).update(numchild=models.F("numchild") + len(pages))
    # The earlier a tag stands among all, the more posts have it.
    chosen = [(page, {int(random.paretovariate(0.7) - 1) % len(fixtures.tags) for _ in range(3)}) for page in pages]
    PostTag.objects.bulk_create(
        [PostTag(content_object_id=page.pk, tag=fixtures.tags[place]) for page, places in chosen for place in places]
    )
    PostAuthor.objects.bulk_create(
        [PostAuthor(page_id=page.pk, author=random.choice(fixtures.authors), sort_order=0) for page in pages]
    )
    through = BlogPostPage.categories.through
    through.objects.bulk_create(
        [through(blogpostpage_id=page.pk, category=random.choice(fixtures.categories)) for page in pages]
    )


def _make_pages(parent: Page, numbers: range, random: Random) -> list[Page]:
    last = Page.objects.filter(path__startswith=parent.path, depth=parent.depth + 1).order_by("path").last()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    content_type = ContentType.objects.get_for_model(BlogPostPage)
    return [_make_page(parent, step + place, number, content_type, random) for place, number in enumerate(numbers, 1)]


def _make_page(parent: Page, step: int, number: int, content_type: ContentType, random: Random) -> Page:
    title = _write_title(random, number)
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


def _make_post(page: Page, fixtures: Fixtures, random: Random) -> BlogPostPage:
    body, opening = random.choice(fixtures.bodies)
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


def _tag_names() -> list[str]:
    """Return the tags that posts may have, the frequent ones first."""
    return [*SUBJECTS, *(f"{subject} {aspect}" for subject in SUBJECTS for aspect in ASPECTS)]


def _write_title(random: Random, number: int) -> str:
    """Return a title that no other number has."""
    return f"{random.choice(NAMES).capitalize()} {random.choice(VERBS)} {random.choice(THINGS)}, part {number}"


def _write_body(random: Random) -> list[dict[str, Any]]:
    """Return the blocks of a text of about 300 to 900 words, as a StreamField stores them."""
    sections = [_section(random) for _ in range(random.randint(3, 8))]
    half = len(sections) // 2
    quote = {"quote": _sentence(random), "attribution": random.choice(NAMES).capitalize()}
    blocks: list[dict[str, Any]] = [
        {"type": "markdown", "value": "\n\n".join(sections[:half])},
        {"type": "pull_quote", "value": quote},
        {"type": "markdown", "value": "\n\n".join(sections[half:])},
    ]
    return [{"id": str(UUID(int=random.getrandbits(128), version=4)), **block} for block in blocks]


def _open_body(body: list[dict[str, Any]]) -> str:
    """Return the words that a list shows of `body`."""
    return opening_words(BodyBlock().to_python(body))


def _section(random: Random) -> str:
    paragraphs = [" ".join(_sentence(random) for _ in range(random.randint(3, 7))) for _ in range(random.randint(1, 2))]
    extras = ["", "", "- " + "\n- ".join(_sentence(random) for _ in range(3)), "```python\nsheet = fold(sheet)\n```"]
    return "\n\n".join([f"## {_sentence(random)[:-1]}", *paragraphs, random.choice(extras)])


def _sentence(random: Random) -> str:
    words = [random.choice(part) for part in (NAMES, VERBS, THINGS, CIRCUMSTANCES)]
    if random.random() < 0.15:
        words[2] = f"[{words[2]}](https://example.org/{random.randint(1, 99)})"
    if random.random() < 0.1:
        words[1] = f"*{words[1]}*"
    return f"{' '.join(words)}.".capitalize()

"""Posts on the same subjects."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from blog.models import BlogPostPage, Category, PostAuthor, Series
from blog.related import MAX_TERMS_PER_TAXONOMY, NEAREST, score_posts
from tests.blog.test_post import context
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory


@pytest.fixture
def write(small_site: SmallSite):
    """Write a post; each is a month away from the one before, with one between that shares nothing."""
    days = iter(range(0, 10_000, 30))

    def write(title: str, *tags: str, **fields: object) -> BlogPostPage:
        for name in (f"Nothing to do with {title}", title):
            date = datetime.date(2020, 1, 1) + datetime.timedelta(days=next(days))
            post = BlogPostPageFactory(parent=small_site.blog, title=name, date=date, body=[("markdown", "x")])
        for name, value in fields.items():
            setattr(post, name, value)
        post.tags.add(*tags)
        post.save()
        return post

    small_site.post.delete()
    return write


def related(post: BlogPostPage) -> list[str]:
    return [other.title for other in context(post)["related_posts"]]


def test_a_rare_tag_counts_more_than_a_common_one(write) -> None:
    post = write("Post", "common", "rare")
    for number in range(5):
        write(f"Common {number}", "common")
    write("Rare", "rare")
    write("Both", "common", "rare")
    assert related(post)[:2] == ["Both", "Rare"]
    assert len(related(post)) == 3


@pytest.mark.parametrize("shared", ["author", "category", "series"])
@pytest.mark.by_day(0)
def test_other_things_count_too(write, shared: str) -> None:
    author, category = AuthorFactory(), Category.objects.create(name="Proofs", slug="proofs")
    series = Series.objects.create(name="Type", slug="type")
    values = {
        "author": lambda: {"post_authors": [PostAuthor(author=author)]},
        "category": lambda: {"categories": [category]},
        "series": lambda: {"series": series},
    }[shared]
    posts = [write(f"Part {number}", **values()) for number in range(4)]
    expected = {"Part 2", "Part 3"} if shared == "series" else {"Part 1", "Part 2", "Part 3"}
    assert set(related(posts[0])) == expected  # the next part of the series is named elsewhere


def test_words_decide_between_posts_that_share_as_much(write) -> None:
    post = write("Folding sheets by hand", "paper")
    for title in ("Ink", "Glue", "Folding more sheets", "String"):
        write(title, "paper")
    assert related(post)[0] == "Folding more sheets"


def test_nothing_shared_is_nothing_related(write) -> None:
    write("One", "ink")
    assert related(write("Other", "paper")) == []


def test_what_may_not_be_read_is_not_named(write, asgi_get) -> None:
    post = write("Post", "ink")
    draft, restricted = write("Draft", "ink"), write("Restricted", "ink")
    write("Public", "ink")
    draft.unpublish()
    PageViewRestriction.objects.create(page=restricted, restriction_type=PageViewRestriction.LOGIN)
    assert related(post) == ["Public"]
    html = asgi_get(post.url).content.decode()
    assert "related-label" in html
    assert draft.url not in html
    assert restricted.url not in html


def test_neighbours_are_not_named_twice(small_site: SmallSite, write) -> None:
    post = write("Post", "ink")
    after = BlogPostPageFactory(parent=small_site.blog, title="Next", date=post.date + datetime.timedelta(days=1))
    after.tags.add("ink")
    after.save()
    assert context(post)["next_post"].title == "Next"
    assert related(post) == []


def test_a_draft_with_new_tags_has_related_posts_as_well(small_site: SmallSite, write) -> None:
    write("Old", "ink")
    page = BlogPostPage(title="New", slug="new", date=datetime.date(2030, 1, 1))
    page.depth, page.path = small_site.blog.depth + 1, small_site.blog.path + "zzzz"
    page.tags.add("ink", "never heard of")
    found = page.make_preview_request().context_data["related_posts"]
    # Its only relative stands right before it, and so among its neighbours.
    assert found == []
    write("Newer", "ink")
    page.date = datetime.date(2010, 1, 1)
    assert {post.title for post in page.make_preview_request().context_data["related_posts"]} == {"Old", "Newer"}


def index_steps(sql: str, params: tuple) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        yield from (row[-1] for row in cursor.fetchall())


def test_the_cost_does_not_grow_with_the_posts_that_share_something(write) -> None:
    fields = {
        "post_authors": [PostAuthor(author=AuthorFactory())],
        "categories": [Category.objects.create(name="Proofs", slug="proofs")],
        "series": Series.objects.create(name="Type", slug="type"),
    }
    post = write("Post", "ink", **fields)
    with CaptureQueriesContext(connection) as queries:
        score_posts(BlogPostPage.objects.get(pk=post.pk), fields["categories"])
    sql = next(query["sql"] for query in queries if "UNION ALL" in query["sql"])
    assert sql.count(f"LIMIT {NEAREST}") == 8
    if connection.vendor == "sqlite":
        steps = list(index_steps(sql, ()))
        searches = [step for step in steps if step.startswith("SEARCH")]
        assert len(searches) == 8
        # Each reads the few rows that it wants in the order of an index: nothing is scanned or sorted.
        assert all("INDEX" in step and step.count("?") == 2 for step in searches)
        assert not any("TEMP B-TREE" in step for step in steps)


def test_a_post_with_many_tags_asks_no_more_than_twice(write) -> None:
    other = write("Other", *(f"tag {number}" for number in range(40)))
    post = write("Post", *(f"tag {number}" for number in range(40)))
    few = write("Few", "tag 1")
    counts = []
    for page in (post, few):
        with CaptureQueriesContext(connection) as queries:
            context(page)
        counts.append(len(queries))
        assert sum(query["sql"].count("SELECT * FROM (SELECT") for query in queries) <= 2 * MAX_TERMS_PER_TAXONOMY
    assert counts[0] == counts[1]
    assert "Other" in related(post) or other

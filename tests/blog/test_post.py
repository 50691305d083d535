"""What stands around the text of a post."""

import datetime
import re
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client, RequestFactory
from wagtail.models import PageViewRestriction

from blog.models import BlogPostPage, Category, PostAuthor, Series
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory


@pytest.fixture
def posts(small_site: SmallSite) -> list[BlogPostPage]:
    """Five posts, the oldest first; the third and the fourth of one day."""
    small_site.post.delete()
    dates = ["2023-01-01", "2023-02-01", "2023-03-01", "2023-03-01", "2023-04-01"]
    return [
        BlogPostPageFactory(parent=small_site.blog, title=f"Post {number}", date=datetime.date.fromisoformat(date))
        for number, date in enumerate(dates, start=1)
    ]


def context(page: BlogPostPage) -> dict:
    request = RequestFactory().get("/", headers={"host": "testserver"})
    return BlogPostPage.objects.get(pk=page.pk).get_context(request)


def neighbours(page: BlogPostPage) -> tuple:
    found = context(page)
    return tuple(one and (one.title, one.address) for one in (found["previous_post"], found["next_post"]))


def test_posts_have_neighbours_in_time(posts) -> None:
    assert neighbours(posts[0]) == (None, ("Post 2", "/blog/post-2/"))
    assert neighbours(posts[2]) == (("Post 2", "/blog/post-2/"), ("Post 4", "/blog/post-4/"))
    assert neighbours(posts[3]) == (("Post 3", "/blog/post-3/"), ("Post 5", "/blog/post-5/"))
    assert neighbours(posts[4]) == (("Post 4", "/blog/post-4/"), None)
    assert [context(post)["sequence_number"] for post in posts] == [1, 2, 3, 4, 5]


def test_the_only_post_is_number_one_and_alone(small_site: SmallSite) -> None:
    found = context(small_site.post)
    assert (found["sequence_number"], found["previous_post"], found["next_post"], found["series"]) == (
        1,
        None,
        None,
        None,
    )


def test_neighbours_that_may_not_be_read_are_passed_over(posts) -> None:
    posts[1].unpublish()
    PageViewRestriction.objects.create(page=posts[2], restriction_type=PageViewRestriction.LOGIN)
    assert neighbours(posts[3]) == (("Post 1", "/blog/post-1/"), ("Post 5", "/blog/post-5/"))
    assert context(posts[3])["sequence_number"] == 2


def test_authors_tags_and_categories_lead_to_the_list(posts) -> None:
    post = posts[0]
    post.post_authors = [
        PostAuthor(author=AuthorFactory(name="Zoe", slug="zoe"), sort_order=0),
        PostAuthor(author=AuthorFactory(name="Ada", slug="ada"), sort_order=1),
    ]
    post.tags.add("Hot metal")
    post.categories = [Category.objects.create(name="Proofs", slug="proofs")]
    post.save()
    found = context(post)
    assert [(author.name, author.listing_url) for author in found["authors"]] == [
        ("Zoe", "/blog/authors/zoe/"),
        ("Ada", "/blog/authors/ada/"),
    ]
    assert [(link.label, link.url) for link in found["tag_links"]] == [("Hot metal", "/blog/tags/hot-metal/")]
    assert [(link.label, link.url) for link in found["category_links"]] == [("Proofs", "/blog/categories/proofs/")]


def test_a_post_knows_its_place_in_a_series(posts) -> None:
    series = Series.objects.create(name="How type is set", slug="type")
    for post, number in zip(posts, [3, 1, 2, None, None], strict=True):
        post.series, post.series_position = (series, number) if post is not posts[4] else (None, None)
        post.save()
    found = context(posts[2])["series"]
    assert (found.name, found.url) == ("How type is set", "/blog/series/type/")
    assert (found.position, found.total) == (2, 4)
    assert (found.previous.title, found.next.title) == ("Post 2", "Post 1")
    assert found.next.address == "/blog/post-1/"
    last = context(posts[3])["series"]
    assert (last.position, last.next) == (4, None)


def test_a_draft_is_shown_at_its_place(posts) -> None:
    posts[2].unpublish()
    found = context(posts[2])
    assert found["sequence_number"] == 3
    assert (found["previous_post"].title, found["next_post"].title) == ("Post 2", "Post 4")


def test_an_unsaved_post_with_unsaved_children_renders(small_site: SmallSite) -> None:
    author = AuthorFactory(name="Ada")
    series = Series.objects.create(name="Type", slug="type")
    page = BlogPostPage(title="New", slug="new", body=[("markdown", "*x*")], date=None, series=series)
    page.post_authors = [PostAuthor(author=author), PostAuthor()]
    page.tags.add("unheard of")
    response = page.make_preview_request()
    html = response.content.decode()
    assert response.status_code == 200
    assert "<em>x</em>" in html
    assert [one.name for one in response.context_data["authors"]] == ["Ada"]
    assert [link.label for link in response.context_data["tag_links"]] == ["unheard of"]
    assert response.context_data["series"].total == 1


def test_a_post_being_added_under_the_blog_knows_its_neighbours(small_site: SmallSite) -> None:
    page = BlogPostPage(title="New", slug="new")
    page.depth = small_site.blog.depth + 1
    page.path = small_site.blog.path + "zzzz"
    found = page.make_preview_request().context_data
    assert found["previous_post"].title == small_site.post.title
    assert found["sequence_number"] == 2


def test_footnotes_of_several_markdown_blocks_keep_to_themselves(small_site: SmallSite, asgi_get) -> None:
    text = "A word.[^1]\n\n[^1]: The note."
    post = BlogPostPageFactory(parent=small_site.blog, body=[("markdown", text), ("markdown", text)])
    ids = re.findall(r' id="(fn[^"]*)"', asgi_get(post.url).content.decode())
    assert len(ids) == len(set(ids)) == 4


def test_the_head_of_a_post_says_how_long_it_takes_to_read(small_site: SmallSite, asgi_get) -> None:
    post = small_site.post
    assert "1 minute to read" in asgi_get(post.url).content.decode()
    post.body = [("markdown", "word " * 660)]
    post.save()
    assert "3 minutes to read" in asgi_get(post.url).content.decode()
    post.body = []
    post.save()
    assert "to read" not in asgi_get(post.url).content.decode()


def test_a_draft_says_how_long_it_would_take(small_site: SmallSite) -> None:
    small_site.post.body = [("markdown", "word " * 660)]
    assert "3 minutes to read" in small_site.post.make_preview_request().content.decode()


def test_posts_from_before_are_measured_by_the_migration(small_site: SmallSite) -> None:
    BlogPostPage.objects.update(reading_minutes=0)
    migration = import_module("blog.migrations.0002_reading_time_and_related_posts")
    migration.measure_posts(apps, None)
    assert BlogPostPage.objects.get(pk=small_site.post.pk).reading_minutes == 1


def test_categories_are_ticked(small_site: SmallSite, editor, client: Client) -> None:
    """In a list of options, a click on one takes the others away."""
    category = Category.objects.create(name="Proofs", slug="proofs")
    client.force_login(editor)
    html = client.get(f"/admin/pages/{small_site.post.pk}/edit/").content.decode()
    assert re.search(rf'<input type="checkbox" name="categories" value="{category.pk}"', html)

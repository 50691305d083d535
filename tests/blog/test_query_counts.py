"""The number of queries doesn't grow with the number of posts, authors, tags or pictures."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import Author, BlogPostPage, Category, PostAuthor
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db


def fill_blog(small_site: SmallSite, numbers: range) -> None:
    small_site.blog.posts_per_page = 100
    small_site.blog.save()
    category, _ = Category.objects.get_or_create(name="Proofs", slug="proofs")
    authors = [Author.objects.get_or_create(name=name, slug=name)[0] for name in ("first", "second", "third")]
    for number in numbers:
        post = BlogPostPageFactory(
            parent=small_site.blog,
            title=f"Filled {number}",
            date=datetime.date(2020, 1, 1) + datetime.timedelta(days=40 * number),
            lead_image=SiteImageFactory(file__width=60, file__height=40),
        )
        post.tags.add("common", f"tag {number}")
        post.post_authors = [PostAuthor(author=author) for author in authors]
        post.categories = [category]
        post.save()


def count_queries(asgi_get, url: str, **headers: str) -> int:
    asgi_get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert asgi_get(url, headers=headers).status_code == 200
    return len(queries)


# What every page of the site prints around its own part: the menu and the texts at the foot.
FRAME = 4
# What its head asks for engines: the pages above it; on a page outside the blog, which blog's feeds to name.
HEAD = 1
FEED = 2
# Of the others, Wagtail needs 6 to find the page and check its restrictions, 8 for a post. Nothing is kept here: what
# would be read once for the list and the counts beside it is read for each.
MOST_QUERIES = {
    "/blog/": 12 + FRAME + HEAD,
    # One for the terms that were renamed.
    "/blog/?tag=common&author=first&year=2020": 15 + FRAME + HEAD,
    "/": 15 + FRAME + FEED,
}


def test_lists(small_site: SmallSite, asgi_get) -> None:
    fill_blog(small_site, range(10))
    few = {url: count_queries(asgi_get, url) for url in MOST_QUERIES}
    fill_blog(small_site, range(10, 25))
    many = {url: count_queries(asgi_get, url) for url in MOST_QUERIES}
    assert few == many
    assert all(many[url] <= most for url, most in MOST_QUERIES.items()), many
    assert count_queries(asgi_get, "/blog/", **{"HX-Request": "true"}) <= MOST_QUERIES["/blog/"]


def write_post(small_site: SmallSite, pictures: int) -> BlogPostPage:
    images = iter([SiteImageFactory(file__width=50, file__height=30) for _ in range(3 * pictures)])
    markdown = "\n\n".join(f"![x](image:{next(images).pk}) [y](page:{small_site.about.pk})" for _ in range(pictures))
    figures = [("figure", {"image": next(images), "placement": "column"}) for _ in range(pictures)]
    gallery = ("gallery", {"pictures": [{"image": next(images)} for _ in range(pictures)]})
    post = BlogPostPageFactory(parent=small_site.blog, body=[*figures, gallery, ("markdown", markdown)])
    post.post_authors = [PostAuthor(author=AuthorFactory()) for _ in range(pictures)]
    post.tags.add(*[f"tag {number}" for number in range(pictures)])
    post.save()
    return post


def test_a_post_of_words_takes_few_queries(small_site: SmallSite, asgi_get) -> None:
    assert count_queries(asgi_get, small_site.post.url) <= 12 + FRAME


def test_a_post_with_many_pictures(small_site: SmallSite, asgi_get) -> None:
    few = count_queries(asgi_get, write_post(small_site, 2).url)
    many = count_queries(asgi_get, write_post(small_site, 12).url)
    # Figures and gallery; in the Markdown pictures and pages; the pages above it, for engines.
    assert few == many <= 12 + 2 + 2 + 1 + FRAME

"""The blog's own addresses: archive, years and months, and the pages of what posts have in common."""

import datetime
import re
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from blog import taxonomy_pages
from blog.archive import archive_url, month_url, year_url
from blog.models import Author, AuthorLink, BlogPostPage, Category, PostAuthor, Series
from blog.taxonomy_pages import taxonomy_url, term_url
from tests.conftest import SmallSite
from tests.databases import AddToSmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory, SiteImageFactory

HTMX = {"HX-Request": "true"}


def write_post(small_site: SmallSite, title: str, date: str, **more) -> BlogPostPage:
    return BlogPostPageFactory(parent=small_site.blog, title=title, date=datetime.date.fromisoformat(date), **more)


def write_posts(small_site: SmallSite) -> None:
    """Four posts over three years instead of the one, with subjects that overlap."""
    ada = AuthorFactory(
        name="Ada Quill", slug="ada", biography="She sets type.", portrait=SiteImageFactory(file__width=40)
    )
    ada.links = [AuthorLink(label="Her prints", url="https://prints.example/")]
    ada.save()
    small_site.post.delete()
    proofs = Category.objects.create(name="Proofs", slug="proofs", description="All that is corrected.")
    series = Series.objects.create(name="How type is set", slug="type")
    for title, date, tags, authors, categories, part in (
        ("oldest", "2022-03-01", ["ink"], [ada], [], 2),
        ("second", "2023-05-01", ["ink", "hot metal"], [], [proofs], 1),
        ("third", "2023-05-31", ["hot metal"], [ada], [proofs], None),
        ("newest", "2024-01-01", [], [], [], None),
    ):
        post = write_post(small_site, title, date)
        post.tags.add(*tags)
        post.post_authors = [PostAuthor(author=author) for author in authors]
        post.categories = categories
        post.series, post.series_position = (series, part) if part else (None, None)
        post.save()


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    return write_posts


@pytest.fixture
def posts(added_to_small_site: None) -> None:
    """The four posts, in place of the small site's own."""


def titles(response) -> list[str]:
    return [post.title for post in response.context["listing"].posts]


def heading(response) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)[1].strip()


@pytest.mark.parametrize(
    ("path", "title", "expected"),
    [
        ("tags/ink/", "ink", ["second", "oldest"]),
        ("tags/hot-metal/", "hot metal", ["third", "second"]),
        ("authors/ada/", "Ada Quill", ["third", "oldest"]),
        ("categories/proofs/", "Proofs", ["third", "second"]),
        ("series/type/", "How type is set", ["second", "oldest"]),  # from its first part
        ("2023/", "2023", ["third", "second"]),
        ("2023/05/", "May 2023", ["third", "second"]),
        ("2022/03/", "March 2022", ["oldest"]),
        ("tags/ink/?author=ada", "ink", ["oldest"]),
        ("2023/?tag=ink", "2023", ["second"]),
        ("tags/ink/?tag=nothing", "ink", ["second", "oldest"]),  # what the address says already
        ("tags/ink/?year=1999", "ink", []),
    ],
)
@pytest.mark.by_day(0, 2, 4, 6, 9, 11)
def test_subjects_have_pages(posts, asgi_get, path: str, title: str, expected: list[str]) -> None:
    response = asgi_get(f"/blog/{path}")
    html = response.content.decode()
    assert (titles(response), heading(response)) == (expected, title)
    assert f"<title>{title} — Blog — " in html
    assert f'<link rel="canonical" href="http://testserver/blog/{path.partition("?")[0]}">' in html
    assert html.count('rel="canonical"') == 1


@pytest.mark.parametrize(
    "path",
    [
        "tags/nothing/", "authors/nobody/", "categories/none/", "series/none/", "2021/", "2023/04/", "0000/",
        "2023/13/", "2023/5/", "20233/", "tags/ink/more/", "archive/2023/", "tags/%00/", "tags/%ff/", "tags/%ed%a0%80/",
        "٢٠٢٣/", f"tags/{'x' * 5_000}/",
    ],
)  # fmt: skip
@pytest.mark.by_day(0, 5, 10)
def test_what_has_no_posts_has_no_page(posts, asgi_get, path: str) -> None:
    assert asgi_get(f"/blog/{path}").status_code == 404


def test_an_author_has_a_biography_a_portrait_and_links(posts, asgi_get) -> None:
    html = asgi_get("/blog/authors/ada/").content.decode()
    assert "She sets type." in html
    assert '<meta name="description" content="She sets type.">' in html
    assert 'href="https://prints.example/"' in html
    assert re.search(r'slug__portrait"><picture>.*?<img [^>]*alt=""', html)


@pytest.mark.parametrize(
    ("path", "description"),
    [
        ("tags/ink/", "Tag: ink. All posts, newest first."),
        ("2023/", "Year: 2023. All posts, newest first."),
        ("tags/", "Tags of the blog, with the number of posts under each."),
        ("archive/", "All posts of the blog by year and month."),
    ],
)
def test_search_engines_are_told_what_a_list_is(posts, asgi_get, path: str, description: str) -> None:
    assert f'<meta name="description" content="{description}">' in asgi_get(f"/blog/{path}").content.decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tags/", [("hot metal", "/blog/tags/hot-metal/", 2), ("ink", "/blog/tags/ink/", 2)]),
        ("authors/", [("Ada Quill", "/blog/authors/ada/", 2)]),
        ("categories/", [("Proofs", "/blog/categories/proofs/", 2)]),
        ("series/", [("How type is set", "/blog/series/type/", 2)]),
    ],
)
def test_all_of_a_kind_are_listed(posts, asgi_get, path: str, expected: list) -> None:
    response = asgi_get(f"/blog/{path}")
    listed = [(one.title, one.url, one.count) for one in response.context["terms"].terms]
    assert listed == expected
    for _title, url, count in listed:
        assert len(titles(asgi_get(url))) == count


def test_many_subjects_stand_on_pages(posts, asgi_get, monkeypatch) -> None:
    monkeypatch.setattr(taxonomy_pages, "TERMS_PER_PAGE", 1)
    first, second = asgi_get("/blog/tags/"), asgi_get("/blog/tags/?page=2")
    names = [[one.title for one in page.context["terms"].terms] for page in (first, second)]
    assert names == [["hot metal"], ["ink"]]
    assert 'href="http://testserver/blog/tags/?page=2"' in second.content.decode()  # canonical


def test_the_archive_counts_years_and_months(posts, asgi_get) -> None:
    response = asgi_get("/blog/archive/")
    years = [
        (year.number, year.url, year.count, [(month.first_day.month, month.url, month.count) for month in year.months])
        for year in response.context["archive"].years
    ]
    assert years == [
        (2024, "/blog/2024/", 1, [(1, "/blog/2024/01/", 1)]),
        (2023, "/blog/2023/", 2, [(5, "/blog/2023/05/", 2)]),
        (2022, "/blog/2022/", 1, [(3, "/blog/2022/03/", 1)]),
    ]
    assert heading(response) == "Archive"


def test_an_empty_blog_has_an_empty_archive(small_site, asgi_get) -> None:
    small_site.post.delete()
    assert "No posts have been published" in asgi_get("/blog/archive/").content.decode()
    assert asgi_get("/blog/tags/").status_code == 200


@pytest.mark.parametrize("hide", ["unpublish", "restrict"])
@pytest.mark.by_day(0)
def test_what_may_not_be_read_shows_nowhere(posts, small_site, asgi_get, hide: str) -> None:
    post = write_post(small_site, "hidden", "2020-02-02")
    post.tags.add("secret")
    post.post_authors = [PostAuthor(author=AuthorFactory(name="Secret", slug="secret"))]
    post.save()
    assert asgi_get("/blog/tags/secret/").status_code == 200
    if hide == "unpublish":
        post.unpublish()
    else:
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    for path in ("tags/secret/", "authors/secret/", "2020/", "2020/02/"):
        assert asgi_get(f"/blog/{path}").status_code == 404
    for path in ("tags/", "authors/", "archive/"):
        html = asgi_get(f"/blog/{path}").content.decode()
        assert "ecret" not in html
        assert "2020" not in html


@pytest.mark.parametrize("path", ["archive/", "tags/", "tags/ink/", "2023/", "2023/05/"])
def test_a_private_blog_is_private_in_all_its_addresses(posts, small_site, asgi_get, path: str) -> None:
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    assert asgi_get(f"/blog/{path}").status_code == 302


def test_categories_and_series_stand_in_the_order_of_the_editors(small_site, asgi_get) -> None:
    post = small_site.post
    names = ["Middle", "alpha", "Zeta"]
    post.categories = [Category.objects.create(name=name) for name in names]
    for name in ("Second", "First"):
        post = write_post(small_site, f"Part of {name}", "2024-01-01")
        post.series = Series.objects.create(name=name)
        post.save()
    small_site.post.save()

    def shown(path: str, segment: str) -> list[str]:
        links = re.findall(rf'href="/blog/(?:{segment}/|\?category=)([-\w]+)', asgi_get(path).content.decode())
        return list(dict.fromkeys(links))

    assert shown("/blog/series/", "series") == ["second", "first"]
    places = ("/blog/", "/blog/categories/", small_site.post.url)
    for path in places:
        assert shown(path, "categories") == ["middle", "alpha", "zeta"]
    for place, name in enumerate(["Zeta", "Middle", "alpha"]):
        Category.objects.filter(name=name).update(sort_order=place)
    for path in places:
        assert shown(path, "categories") == ["zeta", "middle", "alpha"]


@pytest.mark.parametrize("path", ["archive/", "tags/", "tags/ink/", "authors/ada/", "series/type/", "2023/"])
@pytest.mark.by_day(0, 2)
def test_htmx_and_wsgi_get_the_same(posts, asgi_get, path: str) -> None:
    whole, part = asgi_get(f"/blog/{path}"), asgi_get(f"/blog/{path}", headers=HTMX)
    assert "<html" not in part.content.decode()
    assert part.content.decode().strip() in whole.content.decode()
    assert Client().get(f"/blog/{path}").content == whole.content


@pytest.mark.parametrize(("title", "slug"), [("2023", "2023"), ("Archive", "archive"), ("Tags", "tags")])
@pytest.mark.by_day(0)
def test_a_post_keeps_its_address_whatever_it_is_called(posts, small_site, asgi_get, title: str, slug: str) -> None:
    write_post(small_site, f"A post called {title}", "2024-02-02", slug=slug)
    assert heading(asgi_get(f"/blog/{slug}/")) == f"A post called {title}"
    assert heading(asgi_get("/blog/tags/ink/")) == "ink"
    assert heading(asgi_get("/blog/2023/05/")) == "May 2023"


def test_a_draft_takes_no_address(posts, small_site, asgi_get) -> None:
    write_post(small_site, "Unpublished", "2024-02-02", slug="archive").unpublish()
    assert heading(asgi_get("/blog/archive/")) == "Archive"


def test_posts_and_lists_lead_there(posts, asgi_get) -> None:
    post = asgi_get("/blog/third/").content.decode()
    for path in ("tags/hot-metal/", "authors/ada/", "categories/proofs/"):
        assert f'href="/blog/{path}"' in post
    index = asgi_get("/blog/").content.decode()
    for path in ("archive/", "tags/", "authors/", "categories/", "authors/ada/"):
        assert f'href="/blog/{path}"' in index


def test_the_blog_has_a_preview_of_its_own(posts, small_site) -> None:
    small_site.blog.title = "Changed and not saved"
    html = small_site.blog.make_preview_request().content.decode()
    assert "Changed and not saved" in html
    assert "newest" in html


def test_queries_do_not_grow_with_the_posts(posts, small_site, asgi_get) -> None:
    ada, series = Author.objects.get(), Series.objects.get()

    def add_posts(numbers: range) -> None:
        for number in numbers:
            post = write_post(small_site, f"Filled {number}", "2020-01-01")
            post.tags.add("common", f"tag {number}")
            post.post_authors = [PostAuthor(author=ada)]
            post.series = series
            post.save()

    def count_queries(path: str) -> int:
        asgi_get(f"/blog/{path}")
        with CaptureQueriesContext(connection) as queries:
            assert asgi_get(f"/blog/{path}").status_code == 200
        return len(queries)

    paths = ["archive/", "tags/", "tags/common/", "authors/ada/", "2020/", "series/type/"]
    add_posts(range(3))
    few = {path: count_queries(path) for path in paths}
    add_posts(range(3, 15))
    assert {path: count_queries(path) for path in paths} == few


@pytest.mark.parametrize("blog", ["/blog/", "https://example.org/blog/"])
def test_addresses_can_be_asked_for(blog: str) -> None:
    assert term_url(blog, "tag", "hot-metal") == f"{blog}tags/hot-metal/"
    assert term_url(blog, "category", "a/b ü") == f"{blog}categories/a%2Fb%20%C3%BC/"
    assert taxonomy_url(blog, "author") == f"{blog}authors/"
    assert archive_url(blog) == f"{blog}archive/"
    assert year_url(blog, 987) == f"{blog}0987/"
    assert month_url(blog, 2024, 5) == f"{blog}2024/05/"


@pytest.mark.parametrize("path", ["tags/ink/", "authors/ada/"])
def test_they_lead_to_their_own_feeds(posts, asgi_get, path: str) -> None:
    page = asgi_get(f"/blog/{path}").content.decode()
    feed = re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]* href="([^"]+)"', page)[1]
    assert feed.endswith(f"/blog/{path}feed.atom")
    assert asgi_get(urlsplit(feed).path).status_code == 200

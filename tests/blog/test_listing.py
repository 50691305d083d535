"""The list of posts: order, filters, facets, pages."""

import datetime

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from wagtail.models import PageViewRestriction

from blog.listing import PostListing
from blog.models import BlogPostPage, Category, PostAuthor, Series
from tests.conftest import SmallSite
from tests.databases import AddToSmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory


def write_posts(small_site: SmallSite) -> None:
    """Four posts by two authors instead of the one, with tags and categories that overlap."""
    small_site.post.delete()
    ada, ben = AuthorFactory(name="Ada", slug="ada"), AuthorFactory(name="Ben", slug="ben")
    proofs = Category.objects.create(name="Proofs", slug="proofs")
    rows = [
        ("oldest", "2022-03-01", ["ink"], [ada], []),
        ("second", "2023-05-01", ["ink", "lead"], [ben], [proofs]),
        ("third", "2023-05-01", ["lead"], [ada, ben], [proofs]),
        ("newest", "2024-01-01", [], [], []),
    ]
    for title, date, tags, authors, categories in rows:
        post = BlogPostPageFactory(parent=small_site.blog, title=title, date=datetime.date.fromisoformat(date))
        post.tags.add(*tags)
        post.post_authors = [PostAuthor(author=author, sort_order=order) for order, author in enumerate(authors)]
        post.categories = categories
        post.save()


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    return write_posts


@pytest.fixture
def cast(added_to_small_site: None) -> dict[str, BlogPostPage]:
    """The four posts by title."""
    return {post.title: post for post in BlogPostPage.objects.all()}


@pytest.fixture
def listing(cast, asgi_get, small_site: SmallSite):
    def get(query: str = "", status: int = 200) -> PostListing:
        response = asgi_get(f"{small_site.blog.url}{query}")
        assert response.status_code == status
        return response.context["listing"]

    return get


def titles(listing: PostListing) -> list[str]:
    return [post.title for post in listing.posts]


def options(listing: PostListing, name: str) -> list[tuple[str, int]]:
    return [(option.label, option.count) for facet in listing.facets if facet.name == name for option in facet.options]


def test_the_newest_post_comes_first_and_the_oldest_is_number_one(listing) -> None:
    shown = listing()
    assert [(post.title, post.sequence_number) for post in shown.posts] == [
        ("newest", 4),
        ("third", 3),
        ("second", 2),
        ("oldest", 1),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?tag=ink", ["second", "oldest"]),
        ("?category=proofs", ["third", "second"]),
        ("?author=ada", ["third", "oldest"]),
        ("?year=2023", ["third", "second"]),
        ("?tag=lead&author=ada", ["third"]),
        ("?tag=ink&category=proofs&author=ben&year=2023", ["second"]),
        ("?tag=ink&year=2024", []),
        ("?tag=", ["newest", "third", "second", "oldest"]),
        ("?unknown=1", ["newest", "third", "second", "oldest"]),
    ],
)
def test_filters_combine(listing, query: str, expected: list[str]) -> None:
    assert titles(listing(query)) == expected


def test_numbers_stay_the_same_under_a_filter(listing) -> None:
    assert [post.sequence_number for post in listing("?author=ada").posts] == [3, 1]


STRANGE_VALUES = [
    "nowhere", "%00", "in%00k", "x" * 10_000, "9" * 5_000, "-1", "0", "0000", "99999", "2023abc", "%F0%9F%98%80",
    "%ff", "'\"<script>", "٢٠٢٣", "1e3", "%ed%a0%80", "%2B2023",
]  # fmt: skip


FEW_STRANGE_VALUES = ["%00", "9" * 5_000, "%ff"]


@pytest.mark.parametrize(
    "values", [FEW_STRANGE_VALUES, pytest.param(STRANGE_VALUES, marks=pytest.mark.nightly)], ids=["few", "all"]
)
@pytest.mark.parametrize("parameter", ["tag", "category", "author", "year", "series"])
def test_a_value_that_matches_nothing_gives_an_empty_list_and_a_way_back(
    listing, parameter: str, values: list[str]
) -> None:
    for value in values:
        shown = listing(f"?{parameter}={value}")
        assert shown.posts == []
        assert shown.pagination.total == 0
        assert [one.url for one in shown.active_filters] == [shown.clear_url] == ["/blog/"]
        assert len(shown.active_filters[0].label) < 80


def test_what_a_visitor_asks_for_is_escaped(listing, asgi_get) -> None:
    html = asgi_get("/blog/?tag=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script>alert" not in html


STRANGE_PAGES = {
    "1": 1, "2": 2, "0": 1, "-3": 1, "99": 2, "9" * 5000: 2, "abc": 1, "%00": 1, "1.5": 1, "²": 1, "": 1
}  # fmt: skip


def test_a_strange_page_number_gives_the_nearest_page(listing, small_site: SmallSite) -> None:
    small_site.blog.posts_per_page = 3
    small_site.blog.save()
    for page, number in STRANGE_PAGES.items():
        assert listing(f"?page={page}").pagination.number == number, page


def test_pages_keep_the_filters(listing, small_site: SmallSite) -> None:
    small_site.blog.posts_per_page = 1
    small_site.blog.save()
    shown = listing("?author=ada&page=2")
    assert titles(shown) == ["oldest"]
    assert shown.posts[0].sequence_number == 1
    pagination = shown.pagination
    assert (pagination.number, pagination.count, pagination.total) == (2, 2, 2)
    assert (pagination.previous_url, pagination.next_url) == ("/blog/?author=ada", None)
    assert [(page.number, page.url, page.current) for page in pagination.pages] == [
        (1, "/blog/?author=ada", False),
        (2, "/blog/?author=ada&page=2", True),
    ]


def test_sequence_numbers_run_on_over_pages(listing, small_site: SmallSite) -> None:
    small_site.blog.posts_per_page = 3
    small_site.blog.save()
    assert [post.sequence_number for post in listing("?page=2").posts] == [1]


def test_many_pages_are_elided(listing, small_site: SmallSite, cast) -> None:
    small_site.blog.posts_per_page = 1
    small_site.blog.save()
    for _ in range(10):
        BlogPostPageFactory(parent=small_site.blog)
    assert [page.number for page in listing("?page=7").pagination.pages] == [1, None, 6, 7, 8, None, 14]


def test_facets_count_what_each_value_would_leave(listing) -> None:
    shown = listing()
    assert options(shown, "Tag") == [("ink", 2), ("lead", 2)]
    assert options(shown, "Category") == [("Proofs", 2)]
    assert options(shown, "Author") == [("Ada", 2), ("Ben", 2)]
    assert options(shown, "Year") == [("2024", 1), ("2023", 2), ("2022", 1)]


def test_facets_count_under_the_other_filters(listing) -> None:
    shown = listing("?author=ada")
    assert options(shown, "Tag") == [("ink", 1), ("lead", 1)]
    assert options(shown, "Author") == [("Ada", 2), ("Ben", 2)]  # the other author can be chosen instead
    chosen = next(option for facet in shown.facets for option in facet.options if option.active)
    assert (chosen.label, chosen.url) == ("Ada", "/blog/")
    assert [(one.label, one.url) for one in shown.active_filters] == [("Author: Ada", "/blog/")]


def test_every_facet_leads_where_it_says(listing) -> None:
    for facet in listing().facets:
        for option in facet.options:
            assert listing(option.url.removeprefix("/blog/")).pagination.total == option.count


def test_a_facet_shows_the_most_used_values_and_the_chosen_one(listing, cast) -> None:
    cast["second"].tags.add(*[f"rare {number:02}" for number in range(40)])
    cast["second"].save()
    assert len(options(listing(), "Tag")) == 30
    assert ("ink", 2) in options(listing(), "Tag")
    labels = [label for label, _ in options(listing("?tag=rare-39"), "Tag")]
    assert len(labels) == 31
    assert "rare 39" in labels


def test_an_author_named_twice_does_not_double_the_post(listing, cast) -> None:
    ada = cast["oldest"].authors[0]
    cast["oldest"].post_authors.add(PostAuthor(author=ada))
    cast["oldest"].save()
    shown = listing("?author=ada")
    assert titles(shown) == ["third", "oldest"]
    assert options(shown, "Author") == [("Ada", 2), ("Ben", 2)]


def hide_by_unpublishing(post: BlogPostPage) -> None:
    post.unpublish()


def hide_by_restricting(post: BlogPostPage) -> None:
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)


@pytest.mark.parametrize("hide", [hide_by_unpublishing, hide_by_restricting])
def test_what_may_not_be_read_shows_nowhere(listing, cast, hide) -> None:
    cast["newest"].tags.add("secret")
    cast["newest"].post_authors = [PostAuthor(author=AuthorFactory(name="Secret", slug="secret"))]
    cast["newest"].save()
    hide(cast["newest"])
    shown = listing()
    assert titles(shown) == ["third", "second", "oldest"]
    assert "secret" not in str(shown.facets).lower()
    assert "2024" not in str(shown.facets)
    assert listing("?tag=secret").posts == []


def test_a_draft_of_a_published_post_stays_a_draft(listing, cast) -> None:
    cast["newest"].title = "unfinished"
    cast["newest"].save_revision()
    assert "unfinished" not in titles(listing())


def test_a_private_blog_lists_its_posts_to_those_who_may_read_it(
    cast, small_site, asgi_get, async_client, editor
) -> None:
    PageViewRestriction.objects.create(page=small_site.blog, restriction_type=PageViewRestriction.LOGIN)
    PageViewRestriction.objects.create(page=cast["newest"], restriction_type=PageViewRestriction.LOGIN)
    assert asgi_get("/blog/").status_code == 302
    async_client.force_login(editor)
    assert titles(asgi_get("/blog/").context["listing"]) == ["third", "second", "oldest"]


def test_an_entry_has_what_the_contents_page_prints(listing, cast) -> None:
    post = listing("?tag=ink&author=ben").posts[0]
    assert post.address == "/blog/second/"
    assert [author.name for author in post.authors] == ["Ben"]
    assert [(link.label, link.url) for link in post.tag_links] == [
        ("ink", "/blog/tags/ink/"),
        ("lead", "/blog/tags/lead/"),
    ]
    assert post.summary == "A galley proof is made to be corrected."


def test_the_summary_is_the_excerpt_where_there_is_one(listing, cast) -> None:
    cast["newest"].excerpt = "In two sentences."
    cast["newest"].save()
    assert listing().posts[0].summary == "In two sentences."


def test_the_summary_follows_the_text(cast) -> None:
    post = cast["newest"]
    post.body = [
        ("heading", {"text": "Not this", "level": "2"}),
        ("paragraph", "<p>Rich</p><p>text</p>"),
        ("markdown", "x " * 500),
    ]
    post.save_revision().publish()
    post.refresh_from_db()
    assert post.summary.startswith("Rich text x x")
    assert len(post.summary) == 300


def test_htmx_gets_the_list_alone(cast, asgi_get) -> None:
    whole, part = asgi_get("/blog/?tag=ink"), asgi_get("/blog/?tag=ink", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "/blog/second/" in part.content.decode()
    assert part.content.decode().strip() in whole.content.decode()
    assert all("HX-Request" in response["Vary"] for response in (whole, part))


def test_htmx_restoring_its_history_gets_the_whole_page(cast, asgi_get) -> None:
    response = asgi_get("/blog/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in response.content.decode()


def test_a_series_can_be_listed(listing, cast) -> None:
    series = Series.objects.create(name="How type is set", slug="type")
    BlogPostPage.objects.filter(pk__in=[cast["oldest"].pk, cast["third"].pk]).update(series=series)
    assert titles(listing("?series=type")) == ["third", "oldest"]


def test_head_has_no_body(cast, async_client: AsyncClient) -> None:
    response = async_to_sync(async_client.head)("/blog/")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")

"""What is found, in which order, under which filters, and for whom."""

import datetime

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, PageViewRestriction, Site

from search import matching
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, ProjectPageFactory, StandardPageFactory

SECRET = "xylography"


def write(text: str) -> list[tuple[str, str]]:
    return [("markdown", text)]


def addresses(listing) -> list[str]:
    return [result.address for result in listing.results]


@pytest.fixture
def posts(small_site: SmallSite) -> None:
    """Three posts and a project on ink."""
    for title, body, year, tag in (
        ("A long way", "Much is said, and ink once. " + "Filler words. " * 200, 2023, "history"),
        ("Of ink", "It is black.", 2024, "ink"),
        ("Ink and ink", "Ink, ink, ink.", 2024, "ink"),
    ):
        post = BlogPostPageFactory(
            parent=small_site.blog, title=title, body=write(body), date=datetime.date(year, 3, 1)
        )
        post.tags.add(tag)
        post.save()
    project = ProjectPageFactory(parent=small_site.portfolio, title="Inkwell", year=2024)
    project.skills.add("ink")
    project.save()


def test_pages_of_every_type_are_found(search, small_site) -> None:
    assert addresses(search("galley")) == ["/", small_site.post.url]
    assert {result.kind for result in search("galley").results} == {"Home page", "Blog post"}


def test_the_best_comes_first(posts, search) -> None:
    assert addresses(search("ink"))[0] == "/blog/ink-and-ink/"
    assert addresses(search("ink"))[-1] == "/blog/a-long-way/"


def test_the_beginning_of_a_word_is_enough(posts, search) -> None:
    assert addresses(search("inkw")) == ["/portfolio/inkwell/"]
    assert "/portfolio/inkwell/" in addresses(search("ink"))


def test_all_words_have_to_be_there(posts, search) -> None:
    assert addresses(search("ink black")) == ["/blog/of-ink/"]
    assert addresses(search("ink absent")) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("&type=project", {"/portfolio/inkwell/"}),
        ("&tag=ink", {"/blog/of-ink/", "/blog/ink-and-ink/", "/portfolio/inkwell/"}),
        ("&year=2023", {"/blog/a-long-way/"}),
        ("&type=blog-post&tag=ink&year=2024", {"/blog/of-ink/", "/blog/ink-and-ink/"}),
        ("&type=blog-post&year=1999", set()),
        ("&type=nothing", set()),
        ("&tag=%00", set()),
        ("&year=²", set()),
    ],
)
@pytest.mark.by_day(3, 6)
def test_filters_combine(posts, search, filters: str, expected: set[str]) -> None:
    listing = search("ink", filters)
    assert set(addresses(listing)) == expected
    assert all(one.url.startswith("/search/?q=ink") for one in listing.active_filters)


def test_every_facet_leads_where_it_says(posts, search, asgi_get) -> None:
    options = [option for facet in search("ink").facets for option in facet.options]
    assert {(option.label, option.count) for option in options} == {
        ("Blog post", 3), ("Project", 1), ("ink", 3), ("history", 1), ("2024", 3), ("2023", 1),
    }  # fmt: skip
    for option in options:
        assert asgi_get(option.url).context["listing"].pagination.total == option.count


def test_a_result_shows_where_the_words_stand(search, small_site) -> None:
    BlogPostPageFactory(
        parent=small_site.blog, title="Of <lead>", body=write("# Big\n\nA **leaden** [type](https://x.example/) & ink.")
    )
    result = search("lead").results[0]
    assert result.title == "Of &lt;<mark>lead</mark>&gt;"
    assert result.snippet == "Big A <mark>leaden</mark> type &amp; ink."


@pytest.mark.parametrize("above", [False, True], ids=["itself", "above"])
@pytest.mark.parametrize("kind", [PageViewRestriction.LOGIN, PageViewRestriction.PASSWORD])
@pytest.mark.by_day(1)
def test_what_is_private_is_found_by_nobody(
    search, small_site, asgi_get, async_client, editor, above: bool, kind: str
) -> None:
    post = BlogPostPageFactory(parent=small_site.blog, title=f"On {SECRET}", body=write(SECRET))
    assert addresses(search(SECRET)) == [f"/blog/on-{SECRET}/"]
    page = small_site.blog if above else post
    PageViewRestriction.objects.create(page=page, restriction_type=kind, password="open")
    assert addresses(search(SECRET)) == []
    async_client.force_login(editor)
    assert addresses(search(SECRET)) == []


def test_a_draft_is_not_found(search, small_site) -> None:
    post = BlogPostPageFactory(parent=small_site.blog, title="A post")
    post.title = SECRET
    post.save_revision()
    small_site.home.add_child(instance=StandardPageFactory.build(title=SECRET, slug="draft", live=False))
    assert addresses(search(SECRET)) == []
    post.get_latest_revision().publish()
    assert addresses(search(SECRET)) == ["/blog/a-post/"]
    post.refresh_from_db()
    post.unpublish()
    assert addresses(search(SECRET)) == []


def test_another_site_is_not_searched(search, small_site) -> None:
    other = StandardPageFactory(parent=Page.objects.get(depth=1), title=SECRET, slug="second")
    Site.objects.create(hostname="second.example", root_page=other)
    assert addresses(search(SECRET)) == []


def test_of_many_the_titles_come_first_then_the_newest(posts, search, monkeypatch, small_site) -> None:
    monkeypatch.setattr(matching, "MAX_RESULTS", 2)
    listing = search("ink")
    assert listing.has_more
    assert addresses(listing) == ["/blog/ink-and-ink/", "/blog/of-ink/"]
    assert {option.count for facet in listing.facets for option in facet.options} == {None}


def test_a_filter_looks_further_and_says_where_it_stops(posts, search, monkeypatch) -> None:
    monkeypatch.setattr(matching, "MAX_RESULTS", 1)
    monkeypatch.setattr(matching, "FIRST_EXAMINED", 1)
    assert addresses(search("ink", "&year=2023")) == ["/blog/a-long-way/"]
    assert not search("ink", "&year=2023").has_more
    monkeypatch.setattr(matching, "MAX_EXAMINED", 1)
    assert addresses(search("ink", "&year=2023")) == []
    assert search("ink", "&year=2023").has_more


def test_results_stand_on_pages(search, small_site) -> None:
    for number in range(25):
        BlogPostPageFactory(parent=small_site.blog, title=f"Stereotype {number}")
    first, second = search("stereotype"), search("stereotype", "&page=2")
    assert (len(first.results), len(second.results)) == (20, 5)
    assert not set(addresses(first)) & set(addresses(second))
    assert first.pagination.next_url == "/search/?q=stereotype&page=2"
    assert search("stereotype", "&page=" + "9" * 5_000).pagination.number == 2


def test_queries_do_not_grow_with_what_is_found(search, small_site, asgi_get) -> None:
    def count_queries() -> int:
        call_command("update_index", verbosity=0)
        asgi_get("/search/?q=stereotype")
        with CaptureQueriesContext(connection) as queries:
            asgi_get("/search/?q=stereotype")
        return len(queries)

    BlogPostPageFactory(parent=small_site.blog, title="Stereotype").tags.add("one")
    ProjectPageFactory(parent=small_site.portfolio, title="Stereotype")
    few = count_queries()
    for number in range(6):
        BlogPostPageFactory(parent=small_site.blog, title=f"Stereotype {number}").tags.add(f"tag {number}")
        ProjectPageFactory(parent=small_site.portfolio, title=f"Stereotype {number}")
    assert count_queries() == few <= 12 + 6  # the frame: site, menu, texts


def test_the_page_works_whole_and_in_part(posts, search, asgi_get) -> None:
    search("ink")
    whole, part = asgi_get("/search/?q=ink"), asgi_get("/search/?q=ink", headers={"HX-Request": "true"})
    assert whole.context["listing"].results == part.context["listing"].results
    html = whole.content.decode()
    assert 'role="search"' in html
    assert 'name="robots" content="noindex"' in html
    assert "noindex" not in asgi_get("/search/").content.decode()
    assert 'value="ink"' in html
    assert "<html" not in part.content.decode()
    assert "/portfolio/inkwell/" in part.content.decode()


def test_nothing_of_it_is_kept_by_anybody_else(asgi_get, small_site) -> None:
    assert asgi_get("/search/?q=ink")["Cache-Control"] == "private, no-cache"


def test_only_reading_is_allowed(async_client, small_site) -> None:
    assert async_to_sync(async_client.post)("/search/").status_code == 405


def test_a_page_that_is_not_there_offers_the_search(asgi_get, small_site) -> None:
    html = asgi_get("/nowhere/").content.decode()
    assert 'action="/search/"' in html
    assert 'role="search"' in html


@pytest.mark.parametrize(
    "title", ["İstanbul", "हिन्दी भाषा", "ภาษาไทยที่", "தமிழ்", "x̂y", "Node.js", "TCP/IP", "page-1", "東京都", "🎉"]
)
@pytest.mark.by_day(0, 5, 8)
def test_a_title_is_found_by_itself(search, small_site, title: str) -> None:
    page = BlogPostPageFactory(parent=small_site.blog, title=title, slug="found")
    results = search(title).results
    assert [result.address for result in results] == [page.get_url()]
    assert "<mark>" in results[0].title


def test_the_word_is_marked_in_the_excerpt(search, small_site) -> None:
    BlogPostPageFactory(parent=small_site.blog, body=write("Type came to İstanbul in 1727."))
    assert search("istanbul").results[0].snippet == "Type came to <mark>İstanbul</mark> in 1727."

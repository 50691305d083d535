"""What counts as a link, in all that a site sends. What isn't found here would be broken without anybody noticing."""

import pytest

from tests.galley.page_cache.visitors import Answer
from tests.site.crawling import crawl, is_worth_following, kind_of_list
from tests.site.links import find_ids, find_links


@pytest.mark.parametrize(
    ("content_type", "text", "links"),
    [
        ("text/html", '<a href="b/#c">', {"/a/b/#c"}),
        (
            "text/html; charset=utf-8",
            '<img src="/1.png" srcset="/2.png 1w, /3.png 2w">',
            {"/1.png", "/2.png", "/3.png"},
        ),
        (
            "text/html",
            '<a href="/x" data-hx-get="/y"><form action="/s"><form method="post" action="/p">',
            {"/x", "/s", "/y"},
        ),
        ("text/html", '<meta property="og:image" content="http://localhost:1/i.jpg">', {"/i.jpg"}),
        ("text/html", '<a href="https://example.org/"><a href="mailto:a@example.org"><img src="data:,">', set()),
        ("text/css", "@import 'x.css'; a { b: url(\"../f.woff2\") url(data:,x) }", {"/a/x.css", "/f.woff2"}),
        ("text/javascript", 'import { a } from "./b.js"; import("/c.js")', {"/a/b.js", "/c.js"}),
        (
            "application/rss+xml",
            "<r><link>http://localhost/p/</link><d>&lt;img src='/i.png'&gt;</d></r>",
            {"/p/", "/i.png"},
        ),
        ("application/atom+xml", '<f xmlns="http://localhost/ns"><link href="/p/"/></f>', {"/p/"}),
        (
            "application/feed+json",
            '{"items": [{"url": "http://localhost/p/", "h": "<a href=\'/q/\'>"}]}',
            {"/p/", "/q/"},
        ),
        ("text/plain", "User-agent: *\nSitemap: http://localhost/sitemap.xml", {"/sitemap.xml"}),
        ("image/png", "\x00", set()),
    ],
)
def test_links_are_found(content_type: str, text: str, links: set[str]) -> None:
    assert find_links("/a/", Answer(200, {"content-type": content_type}, text.encode())) == links


def test_a_redirect_is_a_link_and_an_error_has_none() -> None:
    assert find_links("/a/", Answer(301, {"location": "../b/"})) == {"/b/"}
    assert find_links("/a/", Answer(404, {"content-type": "text/html"}, b"<a href=/x>")) == set()


def test_fragments_lead_to_ids_and_names() -> None:
    assert find_ids(Answer(200, {}, b"<p id=a><a name=b>")) == {"a", "b"}


@pytest.mark.parametrize(
    ("url", "worth"), [("/blog/?tag=a&page=2", True), ("/blog/?tag=a&year=2020", False), ("/blog/", True)]
)
def test_lists_with_several_filters_are_left_alone(url: str, worth: bool) -> None:
    assert is_worth_following(url) is worth


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/blog/tags/ink/?author=ada&page=2", ("blog", "tags", "*", "author", "page")),
        ("/blog/2024/11/?tag=ink", ("blog", "*", "*", "tag")),
        ("/blog/tags/feed/feed.atom", ("blog", "tags", "*", "feed.atom")),
        ("/blog/tags/", ("blog", "tags")),
        ("/blog/?tag=ink", ("blog", "tag")),
        ("/share/3/63ca83db1d4c631b.png", ("share",)),
        ("/blog/feed.atom", None),
        ("/blog/a-post/picture.png", None),
        ("/search/?q=ink", None),
        ("/2014/07/31/an-old-address/", None),
        ("/", None),
    ],
)
def test_lists_are_of_a_kind_whatever_they_show(url: str, kind: tuple | None) -> None:
    assert kind_of_list(url) == kind


async def test_a_short_crawl_follows_one_list_of_each_kind() -> None:
    links = ["/blog/2024/?tag=a", "/blog/2025/?tag=a", "/blog/2024/?year=1", "/blog/?tag=a", "/blog/?tag=b"]

    async def fetch(url: str) -> Answer:
        return Answer(200, {"content-type": "text/html"}, "".join(f'<a href="{link}">' for link in links).encode())

    assert set((await crawl(fetch, ["/"])).answers) == {"/", *links}
    short = set((await crawl(fetch, ["/"], are_all=False)).answers)
    assert short == {"/", *links} - {"/blog/2025/?tag=a", "/blog/?tag=b"}


async def test_a_short_crawl_asks_for_each_picture_cut_and_format_once() -> None:
    page = "<img src=/media/pictures/{0}-ab/fill-4x3.avif srcset='/media/pictures/{0}-ab/fill-8x6.avif 8w'>"
    other_format = "<img src=/media/pictures/1-ab/fill-8x6.jpg><img src=/media/pictures/1-ab/width-8.jpg>"

    async def fetch(url: str) -> Answer:
        html = page.format(1) + page.format(2) + other_format
        return Answer(200, {"content-type": "text/html" if url == "/" else "image/avif"}, html.encode())

    found = (await crawl(fetch, ["/"], are_all=False)).answers
    names = {"1-ab/fill-4x3.avif", "2-ab/fill-4x3.avif", "1-ab/fill-8x6.jpg", "1-ab/width-8.jpg"}
    assert set(found) == {"/", *(f"/media/pictures/{name}" for name in names)}

"""The addresses of posts on their old site, by the settings of its generator."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse

from blog.models import BlogPostPage
from tests.transfer.conftest import BlogFolder
from transfer.readers import SourcePost
from transfer.readers.markdown import Reader

JEKYLL, HUGO, PELICAN, DOCUSAURUS = "_config.yml", "hugo.toml", "pelicanconf.py", "docusaurus.config.js"
POST = "_posts/2015-06-11-hello-world.md"


def read(
    folder: Path, files: dict[str, str], name: str, header: str = "title: A title", permalink: str = ""
) -> SourcePost:
    for file, content in (files | {name: f"---\n{header}\n---\nText"}).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    post = Reader(folder, permalink).read_post(folder / name)
    assert post
    return post


@pytest.mark.parametrize(
    ("file", "settings", "name", "header", "address"),
    [
        (JEKYLL, "permalink: /blog/:year/:month/:title/", POST, "title: T", "/blog/2015/06/hello-world/"),
        (JEKYLL, "permalink: pretty", POST, "categories: [News, My Life]", "/news/my-life/2015/06/11/hello-world/"),
        (JEKYLL, "permalink: date", POST, "title: T", "/2015/06/11/hello-world.html"),
        (JEKYLL, "title: x", POST, "category: news", "/news/2015/06/11/hello-world.html"),
        (JEKYLL, "permalink: none", POST, "slug: other", "/other.html"),
        (JEKYLL, "permalink: ordinal", POST, "title: T", "/2015/162/hello-world.html"),
        (JEKYLL, "permalink: weekdate", POST, "title: T", "/2015/W24/Thu/hello-world.html"),
        (JEKYLL, "permalink: /:short_year/:i_month/:i_day/:slug", POST, "title: T", "/15/6/11/hello-world"),
        (JEKYLL, "permalink: /:title/\nbaseurl: /notes", POST, "title: T", "/notes/hello-world/"),
        (JEKYLL, "permalink: /:title/", POST, "permalink: /:year/mine/", "/2015/mine/"),
        (JEKYLL, "permalink: [a]\nbaseurl: /b", POST, "permalink: /mine/", "/b/mine/"),
        (JEKYLL, "permalink: /:title/", POST, "date: 2016-01-02", "/hello-world/"),
        (JEKYLL, "permalink: /:title/", "about.md", "title: T", "/about/"),
        (
            JEKYLL,
            "collections: {recipes: {output: true, permalink: '/:collection/:name/'}}",
            "_recipes/pie.md",
            "title: T",
            "/recipes/pie/",
        ),
        (
            JEKYLL,
            "defaults:\n- scope: {path: _posts}\n  values: {permalink: '/p/:title/'}",
            POST,
            "title: T",
            "/p/hello-world/",
        ),
        # Hexo
        (
            JEKYLL,
            "permalink: :year/:month/:day/:title/\nroot: /b/",
            "source/_posts/hi.md",
            "date: 2015-06-11",
            "/b/2015/06/11/hi/",
        ),
        (
            JEKYLL,
            "permalink: :category/:name.html",
            "source/_posts/hi.md",
            "categories: [Big News]",
            "/big-news/hi.html",
        ),
        (
            HUGO,
            "[permalinks]\nposts = '/:year/:month/:slug/'",
            "content/posts/hi.md",
            "title: A Title\ndate: 2015-06-11",
            "/2015/06/a-title/",
        ),
        (
            HUGO,
            "[permalinks.page]\nposts = '/:section/:filename'",
            "content/posts/2015-06-11-hi.md",
            "title: T",
            "/posts/2015-06-11-hi",
        ),
        (HUGO, "title = 'x'", "content/posts/2015-06-11-hi.md", "title: T", "/posts/2015-06-11-hi/"),
        (HUGO, "uglyURLs = true", "content/posts/hi.md", "title: T", "/posts/hi.html"),
        (HUGO, "baseURL = 'https://x.org/b/'", "content/posts/hi/index.md", "slug: other", "/b/posts/other/"),
        (HUGO, "title = 'x'", "content/posts/hi.md", "url: /mine/", "/mine/"),
        (
            "config/_default/permalinks.toml",
            "posts = '/:year/:slug/'",
            "content/posts/hi.md",
            "title: A\ndate: 2015-06-11",
            "/posts/hi/",
        ),
        ("config.toml", "base_url = 'https://x.org'", "content/blog/2015-06-11-hi.md", "title: T", "/blog/hi/"),
        (PELICAN, "SITEURL = ''", "content/hi.md", "title: A title", "/a-title.html"),
        (
            PELICAN,
            "ARTICLE_URL = 'b/{date:%Y}/{date:%m}/{slug}/'",
            "content/hi.md",
            "title: A b\ndate: 2015-06-11",
            "/b/2015/06/a-b/",
        ),
        (
            PELICAN,
            "ARTICLE_SAVE_AS = '{category}/{slug}/index.html'",
            "content/hi.md",
            "title: A\ncategory: My Life",
            "/my-life/a/",
        ),
        (DOCUSAURUS, "export default {baseUrl: '/'}", "blog/2015-06-11-hi.md", "title: T", "/blog/2015/06/11/hi"),
        (
            DOCUSAURUS,
            "x = {docs: {routeBasePath: 'd'}, blog: {routeBasePath: 'n'}}",
            "blog/2015-06-11-hi.md",
            "slug: a/b",
            "/n/a/b",
        ),
        (
            DOCUSAURUS,
            "x = {baseUrl: '/base/'}",
            "blog/2015-06-11-hi/index.mdx",
            "slug: hey",
            "/base/blog/2015/06/11/hey",
        ),
        (".eleventy.js", "module.exports = {}", "posts/2015-06-11-hi.md", "title: T", "/posts/hi/"),
        ("posts/posts.json", '{"permalink": "/b/{{ page.fileSlug }}/"}', "posts/hi.md", "title: T", "/b/hi/"),
        (
            "posts/posts.11tydata.json",
            '{"permalink": "/{{ page.date | date: \'%Y/%m\' }}/{{ title | slugify }}/index.html"}',
            "posts/hi.md",
            "title: A Title\ndate: 2015-06-11",
            "/2015/06/hi/",
        ),
        (
            "astro.config.mjs",
            "export default {base: '/my'}",
            "src/content/blog/2015-06-11-hi.md",
            "title: T",
            "/my/blog/2015-06-11-hi/",
        ),
    ],
)
def test_the_settings_of_every_generator_are_read(
    tmp_path: Path, file: str, settings: str, name: str, header: str, address: str
) -> None:
    if "permalinks.toml" in file:
        (tmp_path / "hugo.toml").write_text("")
        address = "/2015/a/"
    post = read(tmp_path, {file: settings}, name, header)
    assert (post.address, post.draft) == (address, False)
    assert address in post.old_addresses


def test_a_site_below_a_path_has_its_addresses_without_the_path_too(tmp_path: Path) -> None:
    post = read(tmp_path, {JEKYLL: "baseurl: /notes\npermalink: /:title/"}, POST)
    assert post.old_addresses == ["/notes/hello-world/", "/hello-world/"]


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/blog/:year/:month/:title/", "/blog/2015/06/hello-world/"),
        ("/{date:%Y}/{slug}.html", "/2015/hello-world.html"),
        ("https://x.org/:title", "/hello-world"),
    ],
)
def test_a_pattern_can_be_given_and_counts_more_than_settings(tmp_path: Path, pattern: str, address: str) -> None:
    post = read(tmp_path, {JEKYLL: "permalink: /other/:title/"}, POST, permalink=pattern)
    assert post.old_addresses == [address]


@pytest.mark.parametrize(
    "pattern", ["/:unknown/:title/", "/{% if x %}/", "/{{ x }}/", "/{date:%Y}/{y}", "/:year/:title/"]
)
def test_a_pattern_that_is_not_understood_gives_no_wrong_address(tmp_path: Path, pattern: str) -> None:
    post = read(tmp_path, {JEKYLL: f"permalink: '{pattern}'"}, "_posts/hello.md", "title: T")
    assert post.old_addresses == []
    assert any("of the old address can't be read" in note.text for note in post.diagnostics)


def test_old_addresses_and_links_by_them_work_and_are_counted(
    blog_folder: BlogFolder, asgi_get: Callable[..., HttpResponse]
) -> None:
    blog_folder.write(JEKYLL, "permalink: /blog/:year/:month/:title/\nbaseurl: /old")
    blog_folder.write("_posts/2015-06-11-first.md", "---\ntitle: First\n---\nSee [it](/old/blog/2015/07/second/).")
    blog_folder.write("_posts/2015-07-11-second.md", "---\ntitle: Second\n---\nSee [it](/blog/2015/06/first/#end).")
    blog_folder.write("_posts/2015-08-11-third.md", f"---\ntitle: T\nredirect_from: /{'x' * 300}/\n---\nText")
    blog_folder.write("_posts/2015-08-12-secret.md", "---\ndraft: true\n---\nText")
    for dry_run in (True, False, False):
        report = blog_folder.run(dry_run=dry_run)
        assert "6 old addresses will answer, 2 won't" in "\n".join(report.summary())
    first, second = (BlogPostPage.objects.get(title=title) for title in ("First", "Second"))
    assert first.body[0].value == f"See [it](page:{second.pk})."
    assert second.body[0].value == f"See [it](page:{first.pk}#end)."
    for address in ("/old/blog/2015/06/first/", "/blog/2015/06/first"):
        response = asgi_get(address)
        assert (response.status_code, response.headers["Location"]) == (301, first.url)


def test_an_address_of_its_own_counts_more_than_an_alias(blog_folder: BlogFolder) -> None:
    blog_folder.write("a.md", "---\ntitle: A\naliases: /b/\n---\nText")
    blog_folder.write("b.md", "---\ntitle: B\n---\nText")
    blog_folder.write("c.md", "See [b](/b/).")
    blog_folder.run()
    page = BlogPostPage.objects.get(slug="c")
    assert page.body[0].value == f"See [b](page:{BlogPostPage.objects.get(slug='b').pk})."

"""The addresses of posts on their old site, by the settings of its generator."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

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
        (JEKYLL, "permalink: pretty", POST, "categories: [News, My Life]", "/news/my life/2015/06/11/hello-world/"),
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
            "/Big-News/hi.html",
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
            "/2015/06/a-title/",
        ),
        (
            "astro.config.mjs",
            "export default {base: '/my'}",
            "src/content/blog/2015-06-11-hi.md",
            "title: T",
            "/my/blog/2015-06-11-hi/",
        ),
        (JEKYLL, "permalink: /:slugified_categories/:title/", POST, "categories: [My Life]", "/my-life/hello-world/"),
        (JEKYLL, "permalink: /:year_:month_:title.html", POST, "title: T", "/2015_06_hello-world.html"),
        (JEKYLL, "permalink: /:slug/", "_posts/2015-06-11-Hello_World.md", "title: T", "/hello-world/"),
        (JEKYLL, "permalink: /:title/", "_posts/2015-06-11-Hello_World.md", "title: T", "/Hello_World/"),
        (JEKYLL, "permalink: /:categories/:title/", f"travel/{POST}", "title: T", "/travel/hello-world/"),
        (JEKYLL, "permalink: /:title/", POST, "permalink: pretty", "/2015/06/11/hello-world/"),
        (JEKYLL, "collections: {recipes: {output: true}}", "_recipes/a/pie.md", "title: T", "/recipes/a/pie.html"),
        (
            JEKYLL,
            "collections_dir: my\ncollections: {recipes: {output: true, permalink: '/r/:path/'}}",
            "my/_recipes/pie.md",
            "title: T",
            "/r/pie/",
        ),
        # Hexo
        (JEKYLL, "permalink: :year/:title/", "source/_posts/a/hi.md", "date: 2015-06-11", "/2015/a/hi/"),
        (JEKYLL, "permalink: p/:abbrlink.html", "source/_posts/hi.md", "abbrlink: 4a17b156", "/p/4a17b156.html"),
        (JEKYLL, "permalink: :category/:title/", "source/_posts/hi.md", "title: T", "/uncategorized/hi/"),
        (
            JEKYLL,
            "category_map: {Big News: news}\npermalink: :category/:title/",
            "source/_posts/hi.md",
            "categories: Big News",
            "/news/hi/",
        ),
        (JEKYLL, "permalink: :title/", "source/_posts/2015-06-11-hi.md", "title: T", "/2015-06-11-hi/"),
        (
            JEKYLL,
            "new_post_name: ':year-:month-:day-:title.md'\npermalink: :title/",
            "source/_posts/2015-06-11-hi.md",
            "title: T",
            "/hi/",
        ),
        (JEKYLL, "permalink: :title/", "source/about/index.md", "title: T", "/about/"),
        (
            HUGO,
            "[permalinks]\nposts = '/:title/'",
            "content/posts/hi.md",
            "title: What's New in C++ & Go 1.18?",
            "/whats-new-in-c++-go-1.18/",
        ),
        (HUGO, "[permalinks]\nposts = '/:title/'", "content/posts/hi.md", "title: 你好，世界", "/你好世界/"),
        (HUGO, "[permalinks]\nposts = '/:slug/'", "content/posts/hi.md", "slug: Hey there", "/hey-there/"),
        (HUGO, "title = 'x'", "content/My Posts/Hello - World.md", "title: T", "/my-posts/hello-world/"),
        (HUGO, "permalinks.a = '/:sections[1:]/:slug/'", "content/a/b/c/hi.md", "slug: x", "/b/c/x/"),
        (HUGO, "permalinks.a = '/:sections[last]/:slug/'", "content/a/b/c/hi.md", "slug: x", "/c/x/"),
        (HUGO, "permalinks.a = '/:sections[0]/:slug/'", "content/a/b/c/hi.md", "slug: x", "/a/x/"),
        (HUGO, "permalinks.a = '/:sections[:2]/:slug/'", "content/a/b/c/hi.md", "slug: x", "/a/b/x/"),
        (HUGO, "languages.en = {}\nlanguages.fr = {}", "content/posts/hi.fr.md", "title: T", "/fr/posts/hi/"),
        (HUGO, "languages.en = {}\nlanguages.fr = {}", "content/posts/hi/index.en.md", "title: T", "/posts/hi/"),
        (HUGO, "languages.fr.contentDir = 'content/fr'", "content/fr/posts/hi.md", "title: T", "/fr/posts/hi/"),
        (
            HUGO,
            "defaultContentLanguageInSubdir = true\nlanguages.en = {}",
            "content/posts/hi.md",
            "url: /mine/",
            "/mine/",
        ),
        ("config.toml", "base_url = 'https://x.org'", "content/My Blog/Hé 你好.md", "title: T", "/my-blog/he-ni-hao/"),
        (PELICAN, "SLUGIFY_SOURCE = 'basename'", "content/hi-there.md", "title: A", "/hi-there.html"),
        (PELICAN, "PATH = 'content'", "content/hi.md", "title: A\nsave_as: b/c.html", "/b/c.html"),
        (PELICAN, "PATH = 'content'", "content/pages/about.md", "title: About me", "/pages/about-me.html"),
        (PELICAN, "PATH = 'content'", "content/hi.md", "title: 你好", "/ni-hao.html"),
        (PELICAN, "ARTICLE_URL = '{category}/{slug}/'", "content/travel/hi.md", "title: A", "/travel/a/"),
        (PELICAN, "AUTHOR = 'Ann Lee'\nARTICLE_URL = '{author}/{slug}'", "content/hi.md", "title: A", "/ann-lee/a"),
        (
            PELICAN,
            "FILENAME_METADATA = r'(?P<date>[0-9-]{10})_(?P<slug>.*)'\nARTICLE_URL = '{date:%Y}/{slug}/'",
            "content/2015-06-11_hi.md",
            "title: A",
            "/2015/hi/",
        ),
        (
            DOCUSAURUS,
            "x = {blog: {showReadingTime: true}, docs: {routeBasePath: '/'}}",
            "blog/2015-06-11-hi.md",
            "title: T",
            "/blog/2015/06/11/hi",
        ),
        (DOCUSAURUS, "x = {}", "blog/releases/v2.md", "title: T", "/blog/releases/v2"),
        (DOCUSAURUS, "x = {}", "docs/intro.md", "title: T", "/docs/intro"),
        (".eleventy.js", "x = {}", "posts/hi.md", "permalink: '/{{ title | slugify }}/'\ntitle: A b", "/a-b/"),
        (".eleventy.js", "x = {}", "posts/hi.md", "permalink: {build: /b/x/}", "/b/x/"),
        (".eleventy.js", "x = {}", "posts/hi.md", "permalink: '/{{ section }}/x/'\nsection: tips", "/tips/x/"),
        (
            "posts/posts.11tydata.js",
            "module.exports = { layout: 'post.njk', permalink: '/b/{{ page.fileSlug }}/' }",
            "posts/hi.md",
            "title: T",
            "/b/hi/",
        ),
        ("astro.config.mjs", "x = {build: {format: 'file'}}", "src/content/a/Hi You.md", "title: T", "/a/hi-you.html"),
        ("conf.py", "POSTS = (('posts/*.md', 'blog', 'post.tmpl'),)", "posts/hi.md", "slug: hey", "/blog/hey/"),
        (".vuepress/config.js", "module.exports = {base: '/v/'}", "guide/hi.md", "title: T", "/v/guide/hi.html"),
        ("gatsby-config.js", "x", "content/blog/hi/index.md", "slug: /posts/hi-there/", "/posts/hi-there/"),
        ("gatsby-config.js", "x = {pathPrefix: '/g'}", "blog/hi.md", "slug: /posts/hi/", "/g/posts/hi/"),
        (JEKYLL, "permalink: /:categories/:title/", POST, "category: my life", "/my life/hello-world/"),
        (JEKYLL, "permalink: /:categories/:title/", f"news/{POST}", "category: news", "/news/hello-world/"),
        (HUGO, "disablePathToLower = true", "content/posts/Hi You.md", "title: T", "/posts/Hi-You/"),
        (HUGO, "frontmatter.date = [':filename']", "content/posts/2015-06-11-hi.md", "title: T", "/posts/hi/"),
        ("config.toml", "base_url = ''\nslugify.paths = 'off'", "content/blog/Hi_You.md", "title: T", "/blog/Hi_You/"),
        (
            "config.toml",
            "base_url = ''\ndefault_language = 'de'\nlanguages.fr = {}",
            "content/blog/hi.fr.md",
            "title: T",
            "/fr/blog/hi/",
        ),
        (
            "conf.py",
            "DEFAULT_LANG = 'de'\nTRANSLATIONS = {'de': '', 'fr': ''}\nPOSTS = [('posts/*.md', 'b', 'x')]",
            "posts/hi.fr.md",
            "title: T",
            "/fr/b/hi/",
        ),
        ("conf.py", "POSTS = ()\nPAGES = (('pages/*.md', '', 'x'),)", "pages/about.md", "title: T", "/about/"),
        ("conf.py", "POSTS = ()", "notes/hi.md", "title: T", "/notes/hi/"),
        (".obsidian/app.json", "{}", "Notes/My Note.md", "dg-permalink: my-note", "/my-note"),
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


def test_an_alias_of_hugo_is_relative_to_the_folder_of_its_page(tmp_path: Path) -> None:
    header = "title: T\naliases: [old, ../notes/old, /abs/old/]"
    post = read(tmp_path, {HUGO: ""}, "content/posts/hi.md", header)
    assert post.old_addresses == ["/posts/hi/", "/posts/old", "/notes/old", "/abs/old/"]


@pytest.mark.parametrize(("zone", "day"), [("", "12"), ("timezone: America/New_York", "12"), ("timezone: X", "11")])
def test_a_moment_late_at_night_may_have_been_another_day_where_the_site_was_built(
    tmp_path: Path, zone: str, day: str
) -> None:
    post = read(tmp_path, {JEKYLL: f"{zone}\npermalink: date"}, POST, "date: 2015-06-11 22:30:00 -0700")
    assert f"/2015/06/{day}/hello-world.html" in post.old_addresses
    assert "/2015/06/11/hello-world.html" in post.old_addresses


def test_nikola_keeps_the_metadata_in_a_file_of_its_own(tmp_path: Path) -> None:
    files = {"conf.py": "POSTS = (('posts/*.md', 'blog', 'x'),)", "posts/hi.meta": ".. title: Hello\n.. slug: hey\n"}
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/hi.md").write_text("Text")
    for file, content in files.items():
        (tmp_path / file).write_text(content)
    post = Reader(tmp_path).read_post(tmp_path / "posts/hi.md")
    assert post
    assert (post.title, post.address) == ("Hello", "/blog/hey/")


@pytest.mark.parametrize(
    ("address", "request_path"),
    [
        ("/my news/hello/", "/my%20news/hello/"), ("/a%20b.html", "/a%20b.html"), ("/50%25/", "/50%25/"),
        ("/a,b;c=d/", "/a,b%3Bc%3Dd/"), ("/a%5Bb%5D", "/a%5Bb%5D"), ("/C++/", "/C++/"),
        ("/пр ив/", "/%D0%BF%D1%80%20%D0%B8%D0%B2/"),
        ("/view.php?id=5&a=b", "/view.php?a=b&id=5"),
    ],
)  # fmt: skip
def test_addresses_with_marks_and_queries_answer(
    blog_folder: BlogFolder, client: Client, address: str, request_path: str
) -> None:
    page, _ = blog_folder.import_one(f"---\npermalink: '{address}'\n---\nText")
    response = client.get(request_path)
    assert (response.status_code, response.headers.get("Location")) == (301, page.url)
    assert client.get("/view.php?id=6").status_code == 404


def test_an_alias_without_a_path_is_named(blog_folder: BlogFolder) -> None:
    _, report = blog_folder.import_one("---\nredirect_from: ['/?p=5', /other/]\n---\nText")
    assert "The old address `/?p=5` has no path. It can't be redirected." in [note.text for note in report.diagnostics]


@pytest.mark.parametrize(
    ("name", "header", "names"),
    [
        ("source/_posts/hi.md", "tags: Big News", ["Big News"]),
        (POST, "tags: Big News", ["Big", "News"]),
        (POST, "tags: Big, News", ["Big", "News"]),
    ],
)
def test_only_jekyll_splits_names_at_spaces(tmp_path: Path, name: str, header: str, names: list[str]) -> None:
    assert read(tmp_path, {JEKYLL: "title: x"}, name, header).tags == names

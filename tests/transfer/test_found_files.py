"""Which files of a folder are posts, and what the report says of all others."""

import os

import pytest

from tests.transfer.conftest import BlogFolder
from transfer.models import ImportState
from transfer.report import Report

POST = "---\ntitle: {}\ndate: 2015-06-11\n---\n\nSome text.\n"


def files(report: Report, state: ImportState = ImportState.NEW) -> list[str]:
    return sorted(post.file for post in report.posts if post.state is state)


@pytest.mark.parametrize(
    ("settings_file", "content", "posts", "others"),
    [
        (
            "hugo.toml",
            "baseURL = 'https://x.org/'",
            ["content/about.md", "content/posts/hello.md"],
            ["archetypes/default.md", "layouts/404.html", "public/posts/hello/index.html", "static/demo.html",
             "themes/a/exampleSite/content/chapter.md", "README.md"],
        ),
        (
            "hugo.toml",
            "[languages.en]\ncontentDir = 'english'\n[languages.fr]\ncontentDir = 'i18n/fr'",
            ["english/hello.md", "i18n/fr/bonjour.md"],
            ["themes/a.md", "i18n/x.md"],
        ),
        ("config.toml", "base_url = 'https://x.org'", ["content/a.md"], ["templates/page.html", "themes/b/README.md"]),
        (
            "_config.yml",
            "new_post_name: :title.md",
            ["source/_posts/hello.md", "source/about/index.md"],
            ["scaffolds/post.md", "themes/a/x.md", "public/2015/hello/index.html"],
        ),
        ("pelicanconf.py", "PATH = 'posts'", ["posts/a.md"], ["output/a.html", "theme/templates/a.html"]),
        ("eleventy.config.js", "return { dir: { input: 'src' } }", ["src/a.md"], ["dist/a.html", "other/b.md"]),
        ("astro.config.mjs", "export default {}", ["src/content/blog/a.md"], ["dist/a.html", "public/b.html"]),
        ("gatsby-config.js", "x", ["content/blog/a/index.md"], ["public/a/index.html"]),
        ("next.config.js", "x", ["posts/a.md"], ["out/posts/a.html"]),
        ("conf.py", "POSTS = ()", ["posts/a.md"], ["output/blog/a/index.html"]),
        ("_config.yml", "title: x", ["_posts/2015-06-11-a.md", "about.html"], ["static/a.html"]),
    ],
)  # fmt: skip
@pytest.mark.by_day(0, 3, 6, 9)
def test_of_a_whole_site_only_what_its_generator_reads_is_imported(
    blog_folder: BlogFolder, settings_file: str, content: str, posts: list[str], others: list[str]
) -> None:
    blog_folder.write(settings_file, content)
    for name in [*posts, *others]:
        blog_folder.write(name, POST.format(name))
    report = blog_folder.run()
    assert files(report) == posts
    skipped = dict(report.skipped)
    assert all(any(name == skip or name.startswith(f"{skip}/") for skip in skipped) for name in others), skipped


def test_a_folder_of_a_site_that_is_named_itself_is_read(blog_folder: BlogFolder) -> None:
    blog_folder.write("hugo.toml", "")
    blog_folder.write("content/a.md", POST.format("A"))
    blog_folder.write("themes/b.md", POST.format("B"))
    blog_folder.path = blog_folder.path / "themes"
    assert files(blog_folder.run()) == ["b.md"]


def test_html_that_jekyll_copied_is_no_post(blog_folder: BlogFolder) -> None:
    blog_folder.write("_config.yml", "title: x")
    blog_folder.write("assets/demo.html", "<p>A demonstration</p>")
    report = blog_folder.run()
    assert ("assets/demo.html", "Without front matter the generator copied it as it is; it isn't a post.") in (
        report.skipped
    )


@pytest.mark.parametrize(
    ("name", "content", "is_post"),
    [
        (
            "archive.md",
            "---\ntitle: Archive\n---\n{% for post in site.posts %}\n* {{ post.title }}\n{% endfor %}",
            False,
        ),
        ("2015-06-11-cats.md", "---\ntitle: Cats\n---\n{% for cat in page.cats %}{{ cat }}{% endfor %}", True),
        ("loops.md", "---\ntitle: Loops\n---\nWrite `{% for post in site.posts %}`.", True),
        ("raw.md", "---\ntitle: Loops\n---\nWrite {% raw %}{% for post in site.posts %}{% endraw %}.", True),
    ],
)
def test_a_list_of_posts_is_no_post(blog_folder: BlogFolder, name: str, content: str, is_post: bool) -> None:
    blog_folder.write(name, content)
    report = blog_folder.run()
    assert files(report) == [name] * is_post
    assert report.skipped == ([] if is_post else [(name, "A template of the generator, not a post.")])


@pytest.mark.parametrize(
    ("name", "is_post"),
    [
        ("README.md", False), ("README.zh-CN.md", False), ("AGENTS.md", False), ("readmes.md", True),
        ("security.md", False), ("trips/security.md", True), ("trips/license.md", False),
        ("trips/README.md", False), ("trips/rome/README.md", True), ("_index.fr.md", False),
    ],
)  # fmt: skip
@pytest.mark.by_day(0, 5)
def test_documents_of_a_repository_are_no_posts(blog_folder: BlogFolder, name: str, is_post: bool) -> None:
    blog_folder.write("trips/paris.md", "Words")
    blog_folder.write(name, "# A heading\n\nWords")
    assert files(blog_folder.run()) == sorted({"trips/paris.md", *([name] * is_post)})


@pytest.mark.parametrize(
    ("name", "slug"),
    [("trips/rome/README.md", "rome"), ("A Note.textbundle/text.md", "a-note"), ("rome/INDEX.markdown", "rome")],
)
def test_the_page_of_a_folder_has_its_name(blog_folder: BlogFolder, name: str, slug: str) -> None:
    page, _ = blog_folder.import_one("# Some heading\n\nWords", name)
    assert page.slug == slug


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_text_with_a_byte_order_mark_is_read(blog_folder: BlogFolder, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    blog_folder.write("hello.md", (mark + POST.format("Grüße")).encode(encoding))
    (report,) = blog_folder.run().posts
    assert (report.state, report.title) == (ImportState.NEW, "Grüße")


def test_a_name_that_is_not_utf8_is_named(blog_folder: BlogFolder) -> None:
    for name in (b"caf\xe9.md", b"caf\xe9.png"):
        (blog_folder.path / os.fsdecode(name)).write_text("Words")
    blog_folder.write("hello.md", "Words")
    report = blog_folder.run()
    assert (files(report), files(report, ImportState.FAILED)) == (["hello.md"], ["caf\\udce9.md"])
    report.write(blog_folder.path.parent / "report.md")
    report.write(blog_folder.path.parent / "report.json")


def test_a_report_holds_text_that_is_not_unicode(blog_folder: BlogFolder) -> None:
    blog_folder.write("hello.md", '{"title": "Hello", "unknown": "\\udcff"}\nWords')
    path = blog_folder.path.parent / "report.md"
    blog_folder.run().write(path)
    assert "\\udcff" in path.read_text()


def test_pipes_and_long_names_beside_a_post_are_no_settings(blog_folder: BlogFolder) -> None:
    name = f"posts/{'x' * 250}.md"
    blog_folder.write(name, "Words")
    os.mkfifo(blog_folder.path / "posts/posts.json")  # reading it would never end
    assert files(blog_folder.run()) == [name]


@pytest.mark.parametrize(
    "front_matter",
    [
        "---\ntitle: {{ title }}\ndate: {{ date }}\n---\n",
        "---\ntitle: <% tp.file.title %>\n---\nText",
        "---\ntags: [a]\ndate: {{date:YYYY-MM-DD}}\n---\nText",
        "+++\ntitle = {{ .Name }}\n+++\n",
    ],
)
def test_a_template_of_new_posts_is_no_post(blog_folder: BlogFolder, front_matter: str) -> None:
    blog_folder.write("a.md", '---\ntitle: "{{ a }} and <% b %>"\npermalink: "{{ page.fileSlug }}/"\n---\nText')
    blog_folder.write("template.md", front_matter)
    report = blog_folder.run()
    assert [post.file for post in report.posts] == ["a.md"]
    assert report.skipped == [("template.md", "A template of new posts, not a post.")]


@pytest.mark.parametrize(
    "names", [("a.md", "a.html"), ("b/index.mdx", "b/index.htm"), ("2015-06-11-c.Md", "2015-06-11-c.HTML")]
)
def test_html_made_of_markdown_beside_it_is_no_second_post(blog_folder: BlogFolder, names: tuple[str, str]) -> None:
    for name in (*names, "other.html"):
        blog_folder.write(name, "Words")
    report = blog_folder.run()
    assert files(report) == sorted([names[0], "other.html"])
    assert report.skipped == [(names[1], f"HTML beside `{names[0].rpartition('/')[2]}`, which is read.")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<html><head><meta http-equiv='refresh' content='0; url=/b/'></head></html>"),
        ("a.html", "<META CONTENT='0; URL=/b/' HTTP-EQUIV=Refresh>"),
        ("a.md", "---\ntitle: Moved\nredirect_to: https://example.org/\n---\n"),
    ],
)
def test_a_page_that_only_leads_elsewhere_is_no_post(blog_folder: BlogFolder, name: str, content: str) -> None:
    blog_folder.write(name, content)
    blog_folder.write("b.md", "---\nredirect_to: /c/\n---\nBut with words.")
    report = blog_folder.run()
    assert files(report) == ["b.md"]
    assert report.skipped == [(name, "Only leads to another page.")]


def test_files_that_git_lfs_has_not_fetched_are_named(blog_folder: BlogFolder) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1f\nsize 12345\n"
    blog_folder.write("a.md", pointer)
    blog_folder.write("x.png", pointer)
    _, report = blog_folder.import_one("![A cat](x.png)", "b.md")
    assert report.diagnostics[-1].text.startswith("The picture `x.png` isn't fetched yet: run `git lfs pull`")
    assert "run `git lfs pull`" in blog_folder.run().failed[0].diagnostics[-1].text


@pytest.mark.parametrize(
    ("name", "content"), [("config.json", "{}"), ("config.yaml", "port: 80"), ("conf.py", "x = 1")]
)
def test_settings_of_other_programs_are_not_a_generators(blog_folder: BlogFolder, name: str, content: str) -> None:
    blog_folder.write(name, content)
    blog_folder.write("build/a.md", "Words")
    assert files(blog_folder.run()) == ["build/a.md"]

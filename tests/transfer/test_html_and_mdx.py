"""Posts in HTML and MDX, and files that aren't posts."""

import datetime
from collections.abc import Callable

import pytest
from django.http import HttpResponse

from blog.models import BlogPostPage
from tests.transfer.conftest import BlogFolder, picture
from transfer.report import PostReport

DOCUMENT = """<!DOCTYPE html>
<html><head>
<title>Hello | My blog</title>
<meta name="author" content="Jane Doe">
<meta name="description" content="In short">
<meta property="article:published_time" content="2015-06-11T10:00:00Z">
</head><body>
<nav>Menu</nav>
<article>
<h2>Part</h2>

<p>One *star* &amp; <a href="gone.html">two</a>.</p>

    <p>Indented</p>
<pre>def x():

    return 1
</pre>
<img src="a.png" alt="A cat">
</article></body></html>
"""


def test_an_html_document_becomes_a_post(blog_folder: BlogFolder, asgi_get: Callable[..., HttpResponse]) -> None:
    blog_folder.write("a.png", picture())
    blog_folder.write("other.html", "---\ntitle: Other\n---\n<p>Text</p>")
    page, report = blog_folder.import_one(DOCUMENT, "hello.html")
    assert (page.title, page.date, page.excerpt) == ("Hello | My blog", datetime.date(2015, 6, 11), "In short")
    assert [entry.author.name for entry in page.post_authors.all()] == ["Jane Doe"]
    html = asgi_get(page.url).content.decode()
    for shown in ("One *star* &amp;", "<p>Indented</p>", "def x():\n\n    return 1", 'alt="A cat"'):
        assert shown in html
    assert "Menu" not in page.body[0].value
    assert [note.line for note in report.diagnostics if "gone.html" in note.text] == [12]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>a</p>\n\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("Hello <b>there</b>\n\nyou", "Hello <b>there</b>\nyou"),
        ("<main><p>a</p></main>", "<p>a</p>"),
        ("<p>a</p>\n{% highlight ruby %}\nputs 1 < 2\n{% endhighlight %}", "<pre><code>puts 1 &lt; 2</code></pre>"),
        ("<p>{% youtube abc %}</p>", '<a href="https://www.youtube.com/watch?v=abc">'),
        ("<p><a href='other.html'>a</a></p>", '<a href="page:ref-'),
    ],
)
@pytest.mark.by_day(0, 2)
def test_html_with_front_matter(blog_folder: BlogFolder, body: str, shown: str) -> None:
    blog_folder.write("other.html", "<title>Other</title><p>Text")
    text = blog_folder.body(f"---\ntitle: T\n---\n{body}", "hello.html")
    other = BlogPostPage.objects.get(title="Other")
    assert shown.replace("page:ref-", f"page:{other.pk}") in text


@pytest.mark.parametrize(
    ("body", "text", "named"),
    [
        (
            "import Tabs from '@theme/Tabs';\n\nText",
            "Text",
            "2 The JavaScript `import Tabs from '@theme/Tabs';` is left out.",
        ),
        ("export const x = {\n  a: {b: 1},\n\n  c: 2,\n};\n\nText", "Text", "left out"),
        ("import {\n  a,\n  b,\n} from 'x'\nText", "Text", "left out"),
        ("<Tabs a={[{b: 'c'}]}>\n\n**Bold**\n\n</Tabs>", "**Bold**", "2 The component `<Tabs>` isn't known"),
        ('Some <Mark color="red">words</Mark> here', "Some words here", "2 The component `<Mark>` isn't known"),
        (
            '<YouTube id="abc" />',
            "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)",
            "2 The embedded",
        ),
        ("Hello {props.name}", "Hello {props.name}", "2 The expression `{props.name}` stays as text."),
        ("a{/* not shown */}b", "ab", ""),
        ("```jsx\nimport x from 'y'\n<Tabs>{a}</Tabs>\n```", "```jsx\nimport x from 'y'\n<Tabs>{a}</Tabs>\n```", ""),
        ("Text\n\nimport is a word.", "Text\n\nimport is a word.", ""),
    ],
)
@pytest.mark.by_day(0, 3, 6)
def test_mdx_loses_its_javascript_and_no_words(
    blog_folder: BlogFolder, texts: Callable[[PostReport], list[str]], body: str, text: str, named: str
) -> None:
    page, report = blog_folder.import_one(f"\n{body}", "hello.mdx")
    assert page.body[0].value.strip() == text
    notes = [note for note in texts(report) if not note.startswith("0 ")]
    assert bool(notes) is bool(named)
    assert any(named in note for note in notes) or not named


def test_a_link_to_an_mdx_file_leads_to_its_page(blog_folder: BlogFolder) -> None:
    blog_folder.write("other.mdx", "Other")
    assert "[a](page:" in blog_folder.body("See [a](./other.mdx).")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("post.rst", "Title\n====="),
        ("post.org", "#+TITLE: T"),
        ("post.adoc", "= Title"),
        ("notes.txt", "Notes"),
        ("a.png", "x"),
        ("LICENSE", "Text"),
        (".hidden.md", "Text"),
        ("_site/post.html", "Text"),
        (".obsidian/post.md", "Text"),
        ("index.html", "---\nlayout: home\n---\n{% for post in site.posts %}{{ post.title }}{% endfor %}"),
        ("list.html", '{{ define "main" }}<p>Text</p>{{ end }}'),
        ("empty.html", ""),
    ],
)
@pytest.mark.by_day(0, 4, 8)
def test_every_other_file_or_its_folder_is_in_the_report(blog_folder: BlogFolder, name: str, content: str) -> None:
    blog_folder.write(name, content)
    blog_folder.write("hello.md", "Hello")
    report = blog_folder.run()
    assert [post.file for post in report.posts] == ["hello.md"]
    assert [file for file, _ in report.skipped] == [name.split("/")[0]]
    assert f"`{name.split('/')[0]}`" in report.as_markdown()
    assert "1 files and folders weren't read as posts" in "\n".join(report.summary())


@pytest.mark.parametrize(
    "text", ["<A {" * 9000, "import {" * 9000, "<article>" * 9000, "\n \n" * 9000, "{/*" * 9000, "<pre>\n\n" * 9000]
)
@pytest.mark.by_day(0)
def test_text_made_to_take_long_does_not(blog_folder: BlogFolder, text: str) -> None:
    for name in ("a.html", "b.mdx"):
        blog_folder.write(name, f"Text {text}")
    assert len(blog_folder.run(dry_run=True).posts) == 2


def test_marks_of_markdown_mean_nothing_in_html(blog_folder: BlogFolder) -> None:
    page, report = blog_folder.import_one("<p>a ==b== H~2~O</p>", "hello.html")
    assert page.body[0].value == "<div><p>a ==b== H~2~O</p></div>"
    assert not [note for note in report.diagnostics if "The mark" in note.text]

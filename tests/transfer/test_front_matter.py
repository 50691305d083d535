"""Front matter in every form that generators know."""

import datetime
from pathlib import Path

import pytest
from django.core.validators import validate_unicode_slug
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from transfer.readers import SourcePost, UnreadableFileError, as_date, make_slug
from transfer.readers.markdown.fields import CAPTION_KEYS, IMAGE_KEYS, interpret
from transfer.readers.markdown.front_matter import split_front_matter
from transfer.readers.markdown.generator_config import GeneratorConfig
from transfer.readers.markdown.names import AUTHOR_KEYS, DATE_KEYS, UPDATE_KEYS

FOLDER = Path("/blog")


def read(text: str, name: str = "posts/2015-06-11-hello-world.md", folder: Path = FOLDER) -> SourcePost:
    return interpret(split_front_matter(folder / name, text), GeneratorConfig(folder))


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A title\ntags: [one, two]\n---\nText",
        '+++\ntitle = "A title"\n[taxonomies]\ntags = ["one", "two"]\n+++\nText',
        '{\n"title": "A title", "tags": ["one", "two"]\n}\nText',
        "\ufeff---\r\ntitle: A title\r\ntags: one, two\r\n---\r\n\r\nText",
    ],
)
def test_yaml_toml_json_and_windows_line_ends(text: str) -> None:
    post = read(text)
    assert (post.title, post.tags, post.body) == ("A title", ["one", "two"], "Text")


def test_no_front_matter_takes_title_from_heading_and_date_and_slug_from_the_name() -> None:
    post = read("# Hello there\n\nText")
    assert (post.title, post.slug, post.date) == ("Hello there", "hello-world", datetime.date(2015, 6, 11))
    assert (post.body, post.body_line) == ("Text", 3)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Changes to `u128`/`i128` layout", "Changes to u128/i128 layout"),
        ("*Hello*, [there](/there/)", "Hello, there"),
        ("A ` alone", "A ` alone"),
    ],
)
def test_a_title_is_plain(written: str, title: str) -> None:
    assert read(f"---\ntitle: '{written}'\n---\nText").title == title


def test_neither_front_matter_nor_heading_takes_the_title_from_the_name() -> None:
    assert read("Text").title == "Hello world"


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    post = read("---\n\nText after a rule")
    assert "Text after a rule" in post.body


@pytest.mark.parametrize(
    ("name", "slug", "address"),
    [
        ("_posts/2015-06-11-hello.md", "hello", "/2015/06/11/hello/"),
        ("2015-06-11-hello/index.md", "hello", "/2015/06/11/hello/"),
        ("content/blog/hello.md", "hello", "/blog/hello/"),
        ("content/blog/hello/index.md", "hello", "/blog/hello/"),
        ("Rust-1.30.0.md", "rust-1-30-0", "/Rust-1.30.0/"),
    ],
)
def test_slug_and_old_address_from_the_place_of_the_file(name: str, slug: str, address: str) -> None:
    post = read("---\ntitle: T\n---\nText", name)
    assert (post.slug, post.address) == (slug, address)


def test_zola_path_gives_date_slug_and_address() -> None:
    post = read('+++\npath = "2018/10/25/Rust-1.30.0"\naliases = ["releases/1.30.0"]\n+++\nText', "Rust-1.30.0.md")
    assert (post.slug, post.date) == ("rust-1-30-0", datetime.date(2018, 10, 25))
    assert post.old_addresses == ["/2018/10/25/Rust-1.30.0", "/releases/1.30.0"]


def test_jekyll_permalink_and_redirects() -> None:
    post = read("---\npermalink: /:year/:title.html\nredirect_from:\n- /old/\n- /older/\n---\nText")
    assert post.old_addresses == ["/2015/hello-world.html", "/old/", "/older/"]


def test_the_front_matters_date_decides_over_the_file_name_and_both_addresses_are_known() -> None:
    post = read("---\ndate: 2015-06-20\n---\nText")
    assert post.date == datetime.date(2015, 6, 20)
    assert {"/2015/06/20/hello-world/", "/2015/06/11/hello-world/"} <= set(post.old_addresses)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2015-06-11", "2015-06-11"),
        ("2015-06-11T23:30:00-04:00", "2015-06-11T23:30:00-04:00"),
        ("2015-06-11 23:30:00 -0400", "2015-06-11T23:30:00-04:00"),
        ('"11 June 2015"', "2015-06-11"),
        ('"June 11, 2015"', "2015-06-11"),
        ("2015/06/11", "2015-06-11"),
        ("2015/06/11 23:30:00", "2015-06-11T23:30:00"),
        ("2015/06/11 23:30", "2015-06-11T23:30:00"),
        ('"2015-06-11 11:30 PM"', "2015-06-11T23:30:00"),
        ("Thu, 11 Jun 2015 23:30:00 +0200", "2015-06-11T23:30:00+02:00"),
        ("Thu, 11 Jun 2015 23:30:00 GMT", "2015-06-11T23:30:00+00:00"),
        ("Thu, 11 Jun 2015 23:30:00 EST", "2015-06-11T23:30:00-05:00"),
        ("Jun 11th, 2015", "2015-06-11"),
        ("11.06.2015", None),
        ("13/06/2015", "2015-06-13"),
        ("20150611", "2015-06-11"),
        ("1434065400", "2015-06-11T23:30:00+00:00"),
        ("1434065400000", "2015-06-11T23:30:00+00:00"),
        # What isn't clear.
        ("05/06/2015", None),
        ("someday", None),
        ("may", None),
        ("2015", None),
        ("June 2015", None),
        ("Last Modified", None),
        ("2015-06-11 23:30 QQQ", None),
    ],
)
def test_dates_as_people_write_them(date: str, expected: str | None) -> None:
    post = read(f"---\ndate: {date}\n---\nText", "hello.md")
    assert post.draft is (expected is None)
    if expected is None:
        (note,) = [note for note in post.diagnostics if "date" in note.text and note.line]
        assert (note.line, note.text) == (2, "`date` isn't a date that can be read: the page becomes a draft.")
    elif "T" in expected:
        wanted = datetime.datetime.fromisoformat(expected)
        assert post.moment == (wanted if wanted.tzinfo else timezone.make_aware(wanted))
    else:
        assert post.date == datetime.date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        # Pelican, MultiMarkdown
        "Title: A title\nDate: 2015-06-11 10:20\nTags: one, two\nAuthor: Jane Doe\nSummary: In\n  short\n\nText",
        # Hexo without a line of dashes above
        "title: A title\ndate: 2015/06/11 10:20:00\ntags:\n- one\n- two\nauthor: Jane Doe\n"
        "excerpt: In short\n---\nText",
        # Nikola
        "<!--\n.. title: A title\n.. date: 2015-06-11 10:20:00 UTC\n.. tags: one, two\n.. author: Jane Doe\n"
        ".. description: In short\n-->\n\nText",
        ".. title: A title\n.. date: 2015-06-11 10:20\n.. tags: one, two\n.. author: Jane Doe\n"
        ".. description: In short\n\nText",
        # Capitals and hyphens, an end as in YAML, an empty line above
        "\n---\nTitle: A title\nPub-Date: 2015-06-11 10:20\nTags: [[one], [two]]\nBy: Jane Doe\n"
        "Summary: In short\n...\nText",
        # A named format
        '---json\n{"title": "A title", "date": "2015-06-11 10:20", "tags": [{"label": "one"}, "two"], '
        '"author_name": "Jane Doe", "summary": "In short"}\n---\nText',
        '---toml\ntitle = "A title"\ndate = 2015-06-11 10:20:00\ntags = ["one", "two"]\nexcerpt = "In short"\n'
        '[[authors]]\nname = "Jane Doe"\n---\nText',
        "--- yaml\ntitle: A title\ndate: Thu, 11 Jun 2015 10:20:00\ntags: one,two\n"
        "excerpt: In short\nbyline: Jane Doe\n---\nText",
    ],
)
def test_front_matter_in_the_dialects_of_generators(text: str) -> None:
    post = read(text, "hello.md")
    assert (post.title, post.body, post.tags, post.authors) == ("A title", "Text", ["one", "two"], ["Jane Doe"])
    assert (post.day, post.excerpt) == (datetime.date(2015, 6, 11), "In short")
    assert text.split("\n")[post.body_line - 1] == "Text"


@pytest.mark.parametrize("text", ["Note: this is old.\n\nText", "Summary: short\n\nText", "What: a\nsentence\n\nText"])
def test_a_first_paragraph_with_a_colon_is_text(text: str) -> None:
    assert read(text).body == text


@pytest.mark.parametrize("text", ["---\ntitle: T\ndraft: true\n\nText", "+++\ndraft = true\n\nText"])
def test_front_matter_without_an_end_is_not_published_as_text(text: str) -> None:
    with pytest.raises(UnreadableFileError, match="no end"):
        read(text)


def test_a_title_may_be_a_date_or_a_number() -> None:
    assert read("---\ntitle: 2015-06-11\n---\nText").title == "2015-06-11"
    assert read("---\ntitle: 1984\n---\nText").title == "1984"


def nested(key: str, value: str) -> str:
    """Front matter with `value` at the path `key`."""
    for part in reversed(key.split(".")):
        value = f'{{"{part}": {value}}}'
    return f"---\n{value}\n---\nText"


@pytest.mark.parametrize("key", DATE_KEYS)
def test_every_key_of_a_date_is_read(key: str) -> None:
    assert read(nested(key, "2014-01-02"), "a.md").date == datetime.date(2014, 1, 2)


@pytest.mark.parametrize("key", UPDATE_KEYS)
def test_the_last_change_dates_a_post_without_another_date(key: str) -> None:
    post = read(nested(key, "2014-01-02"), "a.md")
    assert post.date == datetime.date(2014, 1, 2)
    assert f"There is no other date: `{key}` is used." in [note.text for note in post.diagnostics]
    assert read(nested(key, "2014-01-02"), "2013-05-06-a.md").date == datetime.date(2013, 5, 6)


@pytest.mark.parametrize("text", ['{"title": "A", "draft": true}\n\nText', '{"title": "A",\n "draft": true}\nText'])
def test_json_front_matter_in_any_layout_is_read(text: str) -> None:
    post = read(text)
    assert (post.title, post.draft, post.body) == ("A", True, "Text")


@pytest.mark.parametrize("text", ['{"a": 1}\n\nText', "{% tag %}\n\nText", '{"title": "A"\n\nText'])
def test_braces_that_are_no_front_matter_are_text(text: str) -> None:
    assert read(text).body == text


@pytest.mark.parametrize(
    "heading", ["<h1 id='t'>T</h1>", "# T {#t .wide}", "<!-- a note -->\n# T", "T\n=", "# [T](/t/) #"]
)
def test_a_heading_that_repeats_the_title_is_left_out(heading: str) -> None:
    assert read(f"---\ntitle: T\n---\n{heading}\n\nText").body == "Text"


@pytest.mark.parametrize("heading", ["<h1>Other</h1>", "# Other {#t}", "<p>T</p>"])
def test_another_heading_stays(heading: str) -> None:
    assert read(f"---\ntitle: T\n---\n{heading}\n\nText").body == f"{heading}\n\nText"


@pytest.mark.parametrize("key", AUTHOR_KEYS)
def test_every_key_of_an_author_is_read(key: str) -> None:
    assert read(nested(key, "[Jane Doe]")).authors == ["Jane Doe"]


@pytest.mark.parametrize("key", IMAGE_KEYS)
def test_every_key_of_a_lead_image_is_read(key: str) -> None:
    image = read(nested(key, "/a.png")).lead_image
    assert image
    assert image.reference == "/a.png"


@pytest.mark.parametrize("key", CAPTION_KEYS)
def test_every_key_of_a_caption_is_read(key: str) -> None:
    file = split_front_matter(FOLDER / "a.md", nested(key, "Tom"))
    config = GeneratorConfig(FOLDER)
    config.values = {"defaults": [{"values": {"hero_image": "/a.png"}}]}
    image = interpret(file, config).lead_image
    assert image
    assert image.caption == "Tom"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Привет-мир", "привет-мир"),
        ("你好世界", "你好世界"),
        ("こんにちは", "こんにちは"),
        ("हिन्दी ब्लॉग", "hindi-blog"),
        ("Größe", "größe"),
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("Łódź", "łódź"),
        ("مرحبا", "مرحبا"),
        ("🎉", ""),
    ],
)
def test_slugs_in_any_script(name: str, slug: str) -> None:
    assert make_slug(name) == slug
    if slug:
        validate_unicode_slug(slug)
        assert read("---\ntitle: T\n---\nText", f"posts/{name}.md").slug == slug


@pytest.mark.parametrize(
    ("front_matter", "names"),
    [
        ("author: Jane Doe", ["Jane Doe"]),
        ("authors: [colin-murphy, 18F]", ["Colin Murphy", "18F"]),
        ("author: {name: Jane Doe, email: j@example.org}", ["Jane Doe"]),
        ("authors:\n- name: Jane Doe\n- name: John Roe", ["Jane Doe", "John Roe"]),
        ("author: The Research and Design Team", ["The Research and Design Team"]),
        ("authors: Jane Doe, John Roe", ["Jane Doe", "John Roe"]),
        ("authors: Doe, Jane; Roe, John", ["Doe, Jane", "Roe, John"]),
        ("author_name: Jane Doe", ["Jane Doe"]),
        ("by: Jane Doe", ["Jane Doe"]),
        ("authors:\n- key: jane-doe\n- name: John Roe\n  title: Editor", ["Jane Doe", "John Roe"]),
    ],
)
def test_authors_in_every_form(front_matter: str, names: list[str]) -> None:
    assert read(f"---\n{front_matter}\n---\nText").authors == names


def test_full_names_come_from_the_sites_data_file(tmp_path: Path) -> None:
    (tmp_path / "_data").mkdir()
    (tmp_path / "_data" / "authors.yml").write_text("mbland:\n  full_name: Mike Bland\n")
    posts = tmp_path / "_posts"
    posts.mkdir()
    post = read("---\nauthor: mbland\n---\nText", folder=posts)
    assert post.authors == ["Mike Bland"]


@pytest.mark.parametrize(
    ("front_matter", "name"),
    [
        ("draft: true", "hello.md"),
        ("published: false", "hello.md"),
        ("permalink: false", "hello.md"),
        ("permalink: {build: false}", "hello.md"),
        ("eleventyExcludeFromCollections: true", "hello.md"),
        ("title: T", "_drafts/hello.md"),
        ("title: T", "content/drafts/hello.md"),
        ("title: T", "_private/hello.md"),
        ("title: T", "posts/_hello.md"),
        ("title: T", "posts/hello.draft.md"),
        ("title: T", "posts/draft_hello_1f.md"),
        ("status: draft", "hello.md"),
        ("Status: hidden", "hello.md"),
        ("status: skip", "hello.md"),
        ("unlisted: true", "hello.md"),
        ("visible: false", "hello.md"),
        ("Draft: 'Yes'", "hello.md"),
        ("DRAFT: 1", "hello.md"),
        ("published: 'no'", "hello.md"),
        ("publish: off", "hello.md"),
        ("dg-publish: false", "hello.md"),
        ("isDraft: true", "hello.md"),
        ("visibility: members", "hello.md"),
        ("private: true", "hello.md"),
        ("password: secret", "hello.md"),
        ("_build: {render: never}", "hello.md"),
        ("build:\n  list: local", "hello.md"),
        ("build: {list: false}", "hello.md"),
        ("headless: true", "hello.md"),
        ("render: false", "hello.md"),
        ("expiryDate: 2016-01-01", "hello.md"),
        ("live: false", "hello.md"),
        ("active: false", "hello.md"),
        ("show: false", "hello.md"),
        ("list: false", "hello.md"),
        ("index: false", "hello.md"),
        ("robots: noindex, follow", "hello.md"),
        ("secret: true", "hello.md"),
        ("ignore: true", "hello.md"),
        ("premium: true", "hello.md"),
        ("audience: only_paid", "hello.md"),
        # What is unclear.
        ("draft: perhaps", "hello.md"),
        ("published: soon", "hello.md"),
        ("status: being rewritten", "hello.md"),
        ("expiryDate: some day", "hello.md"),
        ("state: draft", "hello.md"),
        ("tags: [wip, rust]", "hello.md"),
        ("params: {status: Unlisted}", "hello.md"),
        ("extra: {draft: true}", "hello.md"),
        ("params: {hidden: true}", "hello.md"),
        ("isHidden: true", "hello.md"),
        ("noindex: true", "hello.md"),
        ("published_at: null", "hello.md"),
        ("title: '[DRAFT] Plans'", "hello.md"),
        ("title: T", "private/hello.md"),
        ("title: T", "WIP/hello.md"),
        ("published:", "hello.md"),
        ("is_published: ''", "hello.md"),
        ("draft: [true]", "hello.md"),
        ("published: [no]", "hello.md"),
        ("statut: brouillon", "hello.md"),
        ("tags: [Entwurf]", "hello.md"),
        ("状态: 草稿", "hello.md"),
        ("title: T", "draft-hello.md"),
        ("title: T", "posts/brouillon hello.md"),
    ],
)
def test_what_was_not_public_is_a_draft_and_the_report_says_why(front_matter: str, name: str) -> None:
    post = read(f"---\n{front_matter}\n---\nText", name)
    assert post.draft
    assert [note for note in post.diagnostics if "becomes a draft" in note.text]


@pytest.mark.parametrize(
    "front_matter",
    [
        "draft: false",
        "published: true",
        "published: 2015-06-11",
        "published: '2015-06-11'",
        "status: publish",
        "Status: Published",
        "visibility: public",
        "hide: [toc]",
        "permalink: /a/",
        "unlisted: no",
        "draft:",
        "build: {render: always}",
        "expiryDate: 2999-01-01",
        "title: Draft",
        "live: https://example.org/demo",
        "index: 0",
        "list: reading",
        "exclude: [toc]",
        "robots: index, follow",
        "paid: 30",
        "title: Drafting a letter",
        "tags: [drafting]",
        "cover: {hidden: true}",
        "draft: [false]",
    ],
)
def test_what_was_public_is_no_draft(front_matter: str) -> None:
    post = read(f"---\n{front_matter}\n---\nText")
    assert not post.draft
    assert not [note for note in post.diagnostics if "draft" in note.text]


@pytest.mark.parametrize(
    ("settings", "content", "name"),
    [
        ("_config.yml", "defaults:\n- scope: {path: secret}\n  values: {published: false}", "secret/hello.md"),
        ("_config.yml", "defaults:\n- scope: {path: '', type: posts}\n  values: {draft: true}", "_posts/hello.md"),
        ("_config.yml", "exclude: [notes/, '*.tmp.md']", "notes/hello.md"),
        ("_config.yml", "collections: {recipes: {output: false}}", "_recipes/hello.md"),
        ("hugo.toml", "[cascade]\ndraft = true", "content/posts/hello.md"),
        ("config/_default/hugo.yaml", "cascade: {draft: true}", "content/posts/hello.md"),
        ("content/posts/_index.md", "---\ncascade: {draft: true}\n---", "content/posts/2020/hello.md"),
        (
            "content/_index.md",
            '+++\n[[cascade]]\ndraft = true\n[cascade._target]\npath = "/old/**"\n+++',
            "content/old/a.md",
        ),
        ("posts/posts.json", '{"draft": true}', "posts/hello.md"),
        ("posts/posts.11tydata.json", '{"permalink": false}', "posts/2020/hello.md"),
        ("posts/hello.json", '{"eleventyExcludeFromCollections": true}', "posts/hello.md"),
    ],
)
def test_drafts_by_the_settings_of_a_generator(tmp_path: Path, settings: str, content: str, name: str) -> None:
    path = tmp_path / settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    assert read("---\ntitle: T\n---\nText", name, tmp_path).draft
    assert read("---\ntitle: T\n---\nText", "elsewhere/hello.md", tmp_path).draft is settings.startswith(
        ("hugo", "config/")
    )


def test_the_posts_own_words_count_more_than_inherited_ones(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text("[cascade]\ndraft = true")
    assert not read("---\nDraft: false\n---\nText", folder=tmp_path).draft


def test_a_collection_with_pages_is_public(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("collections: {recipes: {output: true}}")
    assert not read("---\ntitle: T\n---\nText", "_recipes/hello.md", tmp_path).draft


def test_authors_of_docusaurus_have_their_names_beside_the_posts(tmp_path: Path) -> None:
    (tmp_path / "authors.yml").write_text("slorber:\n  name: Sébastien Lorber\n  title: Maintainer\n")
    post = read("---\nauthors: [slorber, {name: Jane Doe}]\n---\nText", "2015-06-11-hello/index.md", tmp_path)
    assert post.authors == ["Sébastien Lorber", "Jane Doe"]


def test_a_later_publication_date_counts() -> None:
    post = read("---\ndate: 2015-06-11\npublishDate: 2999-01-01\n---\nText")
    assert post.date == datetime.date(2999, 1, 1)


def test_lead_images_excerpts_and_what_has_no_place_are_read_or_named() -> None:
    post = read(
        '---\ntitle: T\nexcerpt: \'See <a href="x">this</a> [link]({{ "/a/" | url }})\'\n'
        "image: /a.png\nimage_alt: A cat\nimage_caption: Tom\nlocale: es\n---\nText"
    )
    assert post.excerpt == "See this link"
    assert post.lead_image
    assert (post.lead_image.reference, post.lead_image.alt, post.lead_image.caption) == ("/a.png", "A cat", "Tom")
    assert [note.line for note in post.diagnostics if "`locale` (es)" in note.text] == [7]


def test_jekyll_tags_are_words_elsewhere_they_are_separated_by_commas() -> None:
    assert read("---\ntags: one two\n---\nText", "_posts/2015-06-11-a.md").tags == ["one", "two"]
    assert read("---\ntags: machine learning, One, one\n---\nText").tags == ["machine learning", "One"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: T\ntags: [one\n---\nText", 4),
        ('+++\ntitle = "T\n+++\nText', 2),
        ("---\ndate: 2015-02-31\n---\nText", 1),
    ],
)
def test_broken_front_matter_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableFileError, match=r"front matter") as refusal:
        read(text)
    assert abs(refusal.value.line - line) <= 1


def test_yaml_cannot_make_objects() -> None:
    with pytest.raises(UnreadableFileError):
        read("---\ntitle: !!python/object/apply:os.system ['true']\n---\nText")


def test_aliases_that_multiply_are_read_in_no_time() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10))
    assert read(f"---\nl0: &l0 [x]\n{levels}\ntitle: T\n---\nText").title == "T"


FRAGMENTS = st.lists(
    st.sampled_from(
        ["---", "+++", "{", "}", "\n", "title:", "date:", "tags:", "- ", "[", "]", '"', ": ", "= ", "é", " "]
    )
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@given(FRAGMENTS)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        post = read(text)
    except UnreadableFileError:
        return
    assert post.title
    assert post.slug


@pytest.mark.parametrize(
    ("text", "title", "authors", "date", "body"),
    [
        ("% A title\n% Ann Lee; Bo\n% 2015-06-11\n\nText", "A title", ["Ann Lee", "Bo"], "2015-06-11", "Text"),
        ("% A title\n%\n% June 11, 2015\n\nText", "A title", [], "2015-06-11", "Text"),
        ("% A title\n\nText", "A title", [], "None", "Text"),
        ("% A title", "A title", [], "None", ""),
        ("%% A comment %%\n\nText", "A", [], "None", "%% A comment %%\n\nText"),
        ("100 % sure", "A", [], "None", "100 % sure"),
    ],
)
def test_the_header_of_pandoc_is_read(text: str, title: str, authors: list[str], date: str, body: str) -> None:
    post = read(text, "a.md")
    assert (post.title, post.authors, str(as_date(post.date) if post.date else None)) == (title, authors, date)
    assert post.body.strip() == body


@pytest.mark.parametrize(
    ("text", "authors", "body"),
    [
        ("# T\n\nBy Ann\n\nText", ["Ann"], "Text"),
        ("*By Ann Lee*\n\nText", ["Ann Lee"], "Text"),
        ("__Written by: Zoë O’Neil-Day__\n\nText", ["Zoë O’Neil-Day"], "Text"),
        ("By and by\n\nText", [], "By and by\n\nText"),
        ("By Ann, who came.\n\nText", [], "By Ann, who came.\n\nText"),
        ("By Ann\nText", [], "By Ann\nText"),
        ("---\nauthor: Bo\n---\nBy Ann\n\nText", ["Bo"], "By Ann\n\nText"),
    ],
)
def test_a_first_line_that_names_the_author_is_read(text: str, authors: list[str], body: str) -> None:
    post = read(text, "a.md")
    assert (post.authors, post.body) == (authors, body)
    assert post.body_line == text[: text.index(body)].count("\n") + 1

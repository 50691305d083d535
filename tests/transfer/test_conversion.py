"""What becomes of a post's text: template tags, links, pictures, raw HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.markdown import render_markdown
from tests.transfer.conftest import picture
from tests.transfer.test_front_matter import FRAGMENTS, interpret, split_front_matter
from transfer.conversion import ConvertedPost, convert_post
from transfer.image_files import ImageFinder
from transfer.readers.markdown import Reader
from transfer.readers.markdown.generator_config import GeneratorConfig
from transfer.references import ImportContext, URLIndex


@pytest.fixture
def convert(tmp_path):
    """Convert the text of `2015-06-11-hello.md`; other posts and files may lie beside it."""

    def convert_text(body: str, others: dict[str, str] | None = None, old_site: str = "") -> ConvertedPost:
        files = {"2015-06-11-hello.md": body, **(others or {})}
        posts = [interpret(split_front_matter(tmp_path / n, t), GeneratorConfig(tmp_path)) for n, t in files.items()]
        context = ImportContext(Reader(tmp_path), URLIndex(posts, old_site), ImageFinder(tmp_path), old_site)
        return convert_post(posts[0], context)

    return convert_text


def notes(post: ConvertedPost) -> list[str]:
    return [f"{note.line} {note.text}" for note in post.diagnostics if note.line]


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ('[a]({{ "/guides/" | url }})', "[a](/guides/)"),
        ("[a]({{ '/guides/' | relative_url }})", "[a](/guides/)"),
        ("[a]({{ site.baseurl }}/guides/)", "[a](/guides/)"),
        ("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}"),
        ("`x={% raw %}{{{% endraw %} password }}`", "`x={{ password }}`"),
        ("a{% comment %}hidden{% endcomment %}b", "ab"),
        ("{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```"),
        ('{{< highlight go "linenos=table" >}}\nx := 1\n{{< /highlight >}}', "```go\nx := 1\n```"),
        (
            '{{< youtube id="https://www.youtube-nocookie.com/embed/abc" title="A talk" >}}',
            "[A talk](https://www.youtube.com/watch?v=abc)",
        ),
        ("{{< youtube abc >}}", "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)"),
        ('{{ youtube(id="abc") }}', "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)"),
        (
            '{% include youtube.html id="abc" %}',
            "[https://www.youtube.com/watch?v=abc](https://www.youtube.com/watch?v=abc)",
        ),
        ("{{< vimeo 12 >}}", "[https://vimeo.com/12](https://vimeo.com/12)"),
        ("{% gist jane/1f %}", "[https://gist.github.com/jane/1f](https://gist.github.com/jane/1f)"),
        ("Text\n{: .lead #id}", "Text"),
        ("## Heading {#its-id}", "## Heading {#its-id}"),
        ("* TOC\n{:toc}\n\nText", "Text"),
    ],
)
def test_template_tags_become_markdown(convert, source: str, result: str) -> None:
    assert convert(source).body.strip() == result


@pytest.mark.parametrize(
    ("source", "alt", "title"),
    [
        ('{% image "assets/a.png" "A cat" %}', "A cat", ""),
        ('{% image "assets/a.png", "A cat" %}', "A cat", ""),
        ('{% image "assets/a.png" "A "big" cat" %}', 'A "big" cat', ""),
        ('{% include "figure.html",\n image: "/assets/a.png",\n alt: "A cat", caption: "Tom" %}', "A cat", "Tom"),
        ('{{< figure src="/assets/a.png" alt="A cat" caption="Tom" >}}', "A cat", "Tom"),
        ('{{< figure src="/assets/a.png" caption="Tom" >}}', "Tom", "Tom"),
        (
            '{{< figure src="/assets/a.png" alt="A" title="Tom" caption="at home" attr="(Ann)" >}}',
            "A",
            "Tom at home (Ann)",
        ),
        ("![A cat](assets/a.png){width=50%}", "A cat", ""),
        ('![A cat](assets/a.png){ width="300" .left }', "A cat", ""),
        ("![A cat](assets/a.png =100x20)", "A cat", ""),
        ('{{ image(src="/assets/a.png", alt="A cat") }}', "A cat", ""),
        ('![A cat](assets/a.png "Tom")', "A cat", "Tom"),
        ("![A\ncat](/assets/a.png)", "A cat", ""),
    ],
)
def test_pictures_in_every_form(convert, tmp_path, source: str, alt: str, title: str) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.png").write_bytes(picture())
    post = convert(source)
    (key,) = post.images
    assert post.body == f"![{alt}](image:ref-{key}" + (f' "{title}")' if title else ")")
    assert post.alts == {key: alt}


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("[a](#b){ .md-button }", "[a](#b)"),
        ("## Part {#part .wide}", "## Part {#part}"),
        ("## Part { #part }", "## Part {#part}"),
        ("[[toc]]\n\nText", "Text"),
        ("Text{/* a comment */}", "Text"),
        ("A %%hidden note%% b", "A  b"),
        ("A\n\n%%\nhidden\n\nnote\n%%\n\nb", "A\n\n\n\nb"),
        ("`%%a%%` and 100%% of 50%% are %% signs", "`%%a%%` and 100%% of 50%% are %% signs"),
        ("f(x){return 1}", "f(x){return 1}"),
    ],
)
def test_marks_of_generators_are_not_printed(convert, source: str, result: str) -> None:
    assert convert(source).body == result


def test_a_hidden_comment_is_named(convert) -> None:
    assert "1 The comment `%%hidden%%` is left out." in notes(convert("A %%hidden%% b"))


def test_a_wiki_link_is_not_taken_for_an_element(convert) -> None:
    post = convert("See [[Other Page]] and <other>this</other>.")
    assert len([note for note in notes(post) if "<other>" in note]) == 1


CAFE, CAFE_OF_MACOS = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize(
    ("name", "destination"),
    [
        ("a_b.png", r"/assets/a\_b.png"),
        ("a_b.png", r"</assets/a\_b.png>"),
        ("a&b.png", "/assets/a&amp;b.png"),
        ("a&b.png", "/assets/a&#38;b.png"),
        ("a*b.png", r"/assets/a\*b.png"),
        ("a(b.png", r"/assets/a\(b.png"),
        ("a)b.png", r"/assets/a\)b.png"),
        ("a(b(c)).png", "/assets/a(b(c)).png"),
        ("a>b.png", r"</assets/a\>b.png>"),
        ("a b.png", "</assets/a b.png>"),
        ("a b.png", "/assets/a%20b.png"),
        ("a#b.png", "/assets/a%23b.png"),
        ("é.png", "/assets/&eacute;.png"),
        (f"{CAFE_OF_MACOS}.png", f"/assets/{CAFE}.png"),
        (f"{CAFE}.png", f"/assets/{CAFE_OF_MACOS}.png"),
        (f"{CAFE_OF_MACOS}.png", "/assets/caf%C3%A9.png"),
        (f"{CAFE_OF_MACOS}/{CAFE}.png", f"/assets/{CAFE}/{CAFE_OF_MACOS}.png"),
    ],
)
@pytest.mark.parametrize("form", ["![A]({})", "![A][x]\n\n[x]: {}", "[A]({})"])
def test_destinations_mean_what_commonmark_says(convert, tmp_path, name: str, destination: str, form: str) -> None:
    path = tmp_path / "assets" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(picture())
    post = convert(form.format(destination))
    assert len(post.images) == 1, notes(post)
    assert "image:ref-" in post.body
    assert "assets" not in post.body


def test_a_picture_in_another_normal_form_stays_inside_of_the_folder(convert, tmp_path) -> None:
    outside = tmp_path.parent / "secret.png"
    outside.write_bytes(picture())
    (tmp_path / f"{CAFE_OF_MACOS}.png").symlink_to(outside)
    assert convert(f"![A]({CAFE}.png)").images == {}


@pytest.mark.parametrize(
    ("name", "destination"),
    [
        ("2015-07-01-a_b.md", r"2015-07-01-a\_b.md"),
        ("2015-07-01-a_b.md", r"/2015/07/01/a\_b/"),
        ("2015-07-01-a&b.md", "/2015/07/01/a&amp;b/"),
        (f"{CAFE_OF_MACOS}.md", f"{CAFE}.md"),
        (f"{CAFE}.md", f"./{CAFE_OF_MACOS}.md"),
        (f"{CAFE_OF_MACOS}.md", f"/{CAFE}/"),
        (f"{CAFE}.md", "/cafe%CC%81/"),
        (f"{CAFE_OF_MACOS}.md", f"{{% post_url {CAFE} %}}"),
    ],
)
def test_links_to_posts_mean_what_commonmark_says(convert, name: str, destination: str) -> None:
    assert convert(f"See [it]({destination}).", {name: "Other"}).body.startswith("See [it](page:ref-")


def test_what_leads_to_the_old_site_is_encoded(convert) -> None:
    post = convert(r"[x](</a b\>c/>) ![y](/gone\(1.png)", old_site="https://blog.example.org")
    assert "[x](https://blog.example.org/a%20b%3Ec/)" in post.body
    assert "![y](<https://blog.example.org/gone(1.png>)" in post.body


def test_a_picture_with_a_link_keeps_both(convert, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    post = convert('{% include figure.html image: "/a.png", url: "https://example.org/", alt: "A cat" %}')
    (key,) = post.images
    assert post.body == f"[![A cat](image:ref-{key})](https://example.org/)"


def test_a_picture_in_a_raw_figure_becomes_an_element(convert, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    post = convert('<figure>\n  {% image "a.png" "A cat" %}\n  <figcaption>Tom</figcaption>\n</figure>')
    (key,) = post.images
    assert f'<img src="image:ref-{key}" alt="A cat">\n  <figcaption>Tom' in post.body


def test_what_browsers_without_scripts_show_is_shown(convert, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    post = convert('<div id="chart"><noscript>\n<img src="a.png" alt="A chart"/>\n</noscript></div>')
    (key,) = post.images
    assert post.body == f'<div id="chart">\n<img src="image:ref-{key}" alt="A chart"/>\n</div>'


def test_pictures_in_reference_form_and_in_raw_html(convert, tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    post = convert('![A cat][cat]\n\n<div><img src="a.png" class="left"></div>\n\n[cat]: a.png')
    (key,) = post.images
    assert f"[cat]: image:ref-{key}" in post.body
    assert f'<img src="image:ref-{key}" class="left">' in post.body


OTHER = {"2015-07-01-other.md": "---\ntitle: Other\nredirect_from: /elsewhere/\n---\nOther"}


@pytest.mark.parametrize(
    "destination",
    [
        "/2015/07/01/other/",
        "/2015/07/01/Other.html",
        "https://blog.example.org/2015/07/01/other/",
        "/elsewhere",
        "2015-07-01-other.md",
        "./2015-07-01-other.md",
        "@/2015-07-01-other.md",
        '{{ "/2015/07/01/other/" | url }}',
        "{% post_url 2015-07-01-other %}",
        "{{ site.baseurl }}{% link 2015-07-01-other.md %}",
        '{{< ref "2015-07-01-other.md" >}}',
        '{{< relref "other" >}}',
    ],
)
def test_links_to_posts_in_every_form(convert, destination: str) -> None:
    post = convert(f"See [it]({destination}).", OTHER)
    assert post.body.startswith("See [it](page:ref-"), post.body


def test_links_keep_fragment_and_title_and_reference_form(convert) -> None:
    post = convert('[a](/2015/07/01/other/#end "Title") [`b`][c]\n\n[c]: /2015/07/01/other/', OTHER)
    assert '#end "Title")' in post.body
    assert "[`b`][c]" in post.body
    assert "[c]: page:ref-" in post.body


def test_links_in_raw_html_and_in_angle_brackets(convert) -> None:
    post = convert('<p><a href="/2015/07/01/other/">a</a></p>\n\n<https://x.example/2015/07/01/other/>', OTHER)
    assert post.body.count("page:ref-") == 2


def test_code_is_left_alone(convert) -> None:
    text = "```\n[a](/2015/07/01/other/) {{ x }} ![b](b.png)\n```\n\n`[a](/2015/07/01/other/)` <!-- [a](/x/) -->"
    post = convert(text, OTHER)
    assert post.body == text
    assert notes(post) == []


def test_what_is_not_understood_is_kept_and_named_with_its_line(convert) -> None:
    post = convert("One\n\n{% mystery %} and [x](/gone/)\n\n![c](gone.png)\n\n<script>1</script>\n")
    assert post.body == "One\n\n{% mystery %} and [x](/gone/)\n\n![c](gone.png)\n\n<script>1</script>"
    assert notes(post) == [
        "3 The link `/gone/` leads to nothing that was imported; it stays as it is.",
        "3 The template tag `{% mystery %}` isn't known and stays as text.",
        "5 The picture `gone.png` wasn't found; the reference stays as it is.",
        "7 The site doesn't show the HTML element `<script>`: nothing of it is shown.",
    ]


@pytest.mark.parametrize(
    "element",
    [
        "<svg viewBox='0 0 9 9'><text>words</text></svg>",
        "<svg><g><desc>words</desc></g></svg>",
        "<textarea>words</textarea>",
        "<template>words</template>",
        "<select><option>words</option></select>",
        "<canvas>words</canvas>",
        "<marquee>words</marquee>",
        "<custom-card>words</custom-card>",
    ],
)
def test_what_is_said_of_an_element_is_so(convert, element: str) -> None:
    post = convert(f"One\n\n{element}\n")
    is_shown = "words" in render_markdown(post.body)
    assert {"only its content is shown" in note for note in notes(post)} == {is_shown}
    assert {"nothing of it is shown" in note for note in notes(post)} == {not is_shown}


def test_lines_are_those_of_the_file_even_below_tags_that_were_longer(convert) -> None:
    post = convert(
        '---\ntitle: T\n---\n\n{% comment %}\na\nb\n{% endcomment %}\n{% image\n"x.png"\n"y" %}\n\n[x](/gone/)'
    )
    assert [note.line for note in post.diagnostics if note.line] == [9, 13]


def test_what_is_missing_leads_to_the_old_site_if_that_is_named(convert) -> None:
    post = convert('[x](/gone/) ![c](gone.png) {% image "assets/b.png" "B" %}', old_site="https://blog.example.org")
    assert "[x](https://blog.example.org/gone/)" in post.body
    assert "![c](https://blog.example.org/2015/06/11/hello/gone.png)" in post.body
    assert "![B](https://blog.example.org/assets/b.png)" in post.body


@pytest.mark.parametrize(
    ("text", "only_for_sharing"),
    [
        ("![A](/assets/a.png)", True),
        ("![A](/assets/a.png 'c')", True),
        ('<img src="/assets/a.png" alt="A">', True),
        ("![B](/assets/b.png)", False),
        ("![B](/assets/b.png) and [A](/assets/a.png)", False),
    ],
)
def test_a_lead_image_that_the_text_shows_is_not_shown_twice(
    convert, tmp_path, text: str, only_for_sharing: bool
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.png").write_bytes(picture("red"))
    (tmp_path / "assets" / "b.png").write_bytes(picture("blue"))
    post = convert(f"---\nimage: /assets/a.png\n---\n\n{text}")
    assert post.lead_image.only_for_sharing is only_for_sharing
    assert any(note.startswith("2 The lead image is in the text") for note in notes(post)) is only_for_sharing


@pytest.mark.parametrize("mark", ["<!-- more -->", "<!--more-->", "<!-- excerpt -->"])
def test_what_stands_above_more_is_a_description_and_is_not_printed_twice(convert, mark: str) -> None:
    post = convert(f"The *beginning*.\n\n{mark}\n\nThe rest.")
    assert (post.excerpt, post.source.search_description) == ("", "The beginning.")
    assert post.body.split("\n") == ["The *beginning*.", "", "", "", "The rest."]


@pytest.mark.parametrize(
    ("front_matter", "body", "excerpt", "left"),
    [
        ("excerpt: The beginning of it.", "The *beginning* of\n[it](/x/). More.", "", "The *beginning* of"),
        ("summary: The beginning…", "The beginning of it.", "", "The beginning of it."),
        ("excerpt: Something else.", "The beginning.", "Something else.", "The beginning."),
        ("title: A title!", "# A *title*\n\nText", "", "Text"),
        ("title: A title", "A title\n=======\n\nText", "", "Text"),
        ("title: A title", "# Another\n\nText", "", "# Another"),
        ("title: A title", "Text\n\n# A title", "", "Text"),
    ],
)
def test_excerpt_and_title_are_not_printed_twice(
    convert, front_matter: str, body: str, excerpt: str, left: str
) -> None:
    post = convert(f"---\n{front_matter}\n---\n{body}")
    assert post.excerpt == excerpt
    assert post.body.startswith(left)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["| a | b |", "|---|---|", "| 1 | 2 | lost |"], 3),
        (["a | b", "--|--", "1 | 2", "1 | 2 | x | lost"], 4),
        (["> | a | b |", "> |:--|--:|", "> | 1 | 2 | lost |"], 3),
        (["| a |", "|---|", "| 1 \\| 2 | lost |"], 3),
    ],
)
def test_a_row_with_too_many_cells_is_shown_whole(convert, rows: list[str], line: int) -> None:
    post = convert("\n".join(rows))
    assert "lost" in render_markdown(post.body)
    assert "<table" in render_markdown(post.body)
    assert [note.split(" ")[0] for note in notes(post)] == [str(line)]


def test_a_table_that_is_right_stays_as_it_is(convert) -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n| 1 |"
    assert convert(table).body == table


@pytest.mark.parametrize(
    ("frame", "url"),
    [
        ('<iframe src="https://www.youtube.com/embed/abc?rel=0"></iframe>', "https://www.youtube.com/watch?v=abc"),
        ('<iframe src="//www.youtube-nocookie.com/embed/abc">Loading</iframe>', "https://www.youtube.com/watch?v=abc"),
        ('<div>\n<iframe src="https://player.vimeo.com/video/12"></iframe>\n</div>', "https://vimeo.com/12"),
        ('<iframe src="https://codepen.io/x/embed/1" title="A pen"></iframe>', "https://codepen.io/x/embed/1"),
        ('<video><source src="https://x.example/a.mp4"></video>', "https://x.example/a.mp4"),
        ('<audio src="https://x.example/a.mp3"></audio>', "https://x.example/a.mp3"),
        ('<embed src="/a.pdf">', "https://blog.example.org/a.pdf"),
    ],
)
def test_frames_and_players_become_links(convert, frame: str, url: str) -> None:
    post = convert(f"Text\n\n{frame}", old_site="https://blog.example.org")
    html = render_markdown(post.body)
    assert f'href="{url}"' in html
    assert "Loading" not in html
    assert any("becomes a link" in note and note.startswith(("3 ", "4 ")) for note in notes(post))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("[[other]]", "[other](page:ref-"),
        ("[[Other|words]]", "[words](page:ref-"),
        ("[[2015-07-01-other]]", "[2015-07-01-other](page:ref-"),
        ("[[other#A part|words]]", "#a-part)"),
        ("![[a.png]]", "![](image:ref-"),
        ("![[a.png|A cat]]", "![A cat](image:ref-"),
        ("![[a.png|300x200]]", "![](image:ref-"),
        ("[[#Part]]", "[Part](#part)"),
        ("`[[other]]`", "`[[other]]`"),
        ("[[1]]", "[[1]]"),
        ("[[x]](https://example.org)", "[[x]](https://example.org)"),
        ("if [[ -f x ]]", "if [[ -f x ]]"),
    ],
)
def test_wiki_links(convert, tmp_path, source: str, result: str) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    assert result in convert(f"See {source}.", OTHER).body


def test_a_wiki_link_to_nothing_is_named(convert) -> None:
    assert any("`gone` leads to nothing" in note for note in notes(convert("[[gone]]")))


@pytest.mark.parametrize("reference", ["../secret.png", "/../secret.png", "../../etc/passwd", "link.png"])
def test_pictures_outside_of_the_folder_are_refused(convert, tmp_path, reference: str) -> None:
    outside = tmp_path.parent / "secret.png"
    outside.write_bytes(picture())
    (tmp_path / "link.png").symlink_to(outside)
    post = convert(f"![a]({reference})")
    assert post.images == {}
    assert len(notes(post)) == 1


@pytest.mark.parametrize("content", [b"", b"not a picture", picture()[:60]])
def test_broken_pictures_are_named_and_not_copied(convert, tmp_path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    post = convert("![a](a.png)")
    assert post.images == {}
    assert notes(post) == ["1 The picture `a.png` is broken or no picture; the reference stays as it is."]


def test_pictures_that_take_too_much_memory_are_named_and_not_copied(convert, tmp_path, settings) -> None:
    settings.MAX_PICTURE_MEMORY_MB = 0
    (tmp_path / "a.png").write_bytes(picture())
    post = convert("![a](a.png)")
    assert post.images == {}
    assert notes(post) == ["1 The picture `a.png` has too many pixels; the reference stays as it is."]


def test_svg_is_a_picture(convert, tmp_path) -> None:
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><path d="M0 0"/></svg>')
    assert len(convert("![a](a.svg)").images) == 1


def test_the_same_picture_under_two_names_counts_once(convert, tmp_path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture())
    assert len(convert("![a](a.png) ![b](b.png) ![a](a.png)").images) == 1


@pytest.mark.parametrize(
    "text",
    [
        "![" * 4000, "[" * 20_000, "{{" * 9000, "<a " * 9000, "{." + "a" * 9000, "> " * 5000, f"a{' ' * 400_000}b",
        f"a{chr(9) * 400_000}b", "{% x " * 40_000, "{{< x " * 40_000,
    ],
)  # fmt: skip
@pytest.mark.by_day(0, 3)
def test_text_made_to_take_long_does_not(convert, text: str) -> None:
    assert convert(text).body


PIECES = st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "![a](", "[b](", ")", "]", "<a href='", "'>", "`", "```\n", "\n", "[c]: ", "<!--"]
    )
    | st.sampled_from(["-->", "image ", '"x.png"', "<figure>", "</figure>", "/gone/", "{: .a}", "    ", "- "])
    | st.text(max_size=6),
    max_size=40,
).map("".join)


@given(PIECES | FRAGMENTS)
def test_any_text_is_converted_and_always_the_same_way(tmp_path_factory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    reader, images = Reader(folder), ImageFinder(folder)
    fingerprints = set()
    for _ in range(2):
        post = interpret(split_front_matter(folder / "a.md", f"---\ntitle: T\n---\n{text}"), GeneratorConfig(folder))
        converted = convert_post(post, ImportContext(reader, URLIndex([post]), images))
        fingerprints.add(converted.fingerprint)
        assert all(note.line <= text.count("\n") + text.count("\r") + 4 for note in converted.diagnostics)
    assert len(fingerprints) == 1

"""What a page is made of, read from any HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.preview.outline import measure, read_outline

PIECES = [
    "<main>",
    "</main>",
    "<h2>",
    "</h4>",
    "<h5 id=a>",
    "<a href='/x'>",
    "<a>",
    "</a>",
    "<img alt>",
    "<img src='//['>",
]
PIECES += [
    "text",
    "<nav>",
    "</nav>",
    "<template>",
    "</svg>",
    "<svg>",
    "<p data-contentpath='body'>",
    "<!--",
    "-->",
    "\0",
]
PIECES += [
    "<a href='http://['>x",
    "<a href='#%ff'>x",
    "<body>",
    "<frameset>",
    "<table>",
    "\ud800",
    "&",
    "日本",
    "<p id=a id>",
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Set by hand.", 3),
        ("It's a well-known rule — really", 5),
        ("word—word", 2),
        ("हिन्दी में", 2),
        ("日本語のテキスト", 8),
        ("Год 2024", 2),
        ("- … – *", 0),
        ("", 0),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert measure(text)[0] == words


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (220, 1), (1100, 5)])
def test_minutes_to_read(words: int, minutes: int) -> None:
    assert measure("word " * words)[1] == minutes


def test_words_end_where_the_line_ends_and_not_inside_of_them() -> None:
    assert read_outline("<main><p>gal<em>ley</em></p><ul><li>one</li><li>two</li></ul>three<br>four</main>").words == 5


def test_only_the_pages_own_content_counts() -> None:
    around = "<header>Site <a>Home</a></header>{}<footer>Imprint <img></footer>"
    menu = '<nav><h2>Menu</h2></nav><script>let x = "no words"</script><form><label>Name</label></form>'
    for content in (f"<main>Two words{menu}</main>", f"<article><header>Two</header> words{menu}</article>"):
        outline = read_outline(around.format(content))
        assert outline.words == 2
        assert (outline.headings, outline.links, outline.pictures) == ((), (), ())


def test_headings_know_their_field_and_their_place_in_the_document() -> None:
    html = """<h2>Outside</h2>
      <main><h1 data-contentpath="title">A <em>B</em></h1><div data-contentpath="9"><h3> C </h3></div></main>"""
    title, other = read_outline(html).headings
    assert (title.level, title.text, title.place.path, title.place.index) == (1, "A B", "title", 1)
    assert (other.level, other.text, other.place.path, other.place.index) == (3, "C", "9", 2)


def test_pictures_without_description() -> None:
    html = """<main><img src="/media/images/stick.width-480.webp"><img src="x" alt=""><img src="y" alt="A stick">
      <img src="/media/pictures/9-a_b/width-480.webp" alt="">
      <img alt="" role="presentation"><p aria-hidden="true"><img alt=""></p><a href="/"><img alt=""> Home</a></main>"""
    pictures = [(picture.name, picture.description) for picture in read_outline(html).pictures]
    assert pictures == [("stick", None), ("x", ""), ("y", "A stick"), ("", "")]


def test_links_are_named_by_what_is_read_of_them() -> None:
    html = """<main><a href=" /a ">one</a><a>two</a><a href="/c"><img alt="three"></a>
      <a href="/d" aria-label="four">x</a><a href="/e"></a><a id="here"></a></main>"""
    links = [(link.address, link.text) for link in read_outline(html).links]
    assert links == [("/a", "one"), (None, "two"), ("/c", "three"), ("/d", "four"), ("/e", "")]


def test_names_that_come_twice() -> None:
    html = """<i id="menu"></i>
      <main data-contentpath="body"><h2 id="a"></h2><h3 id="a"></h3><a name="b"></a></main><i id="menu"></i>"""
    outline = read_outline(html)
    assert outline.names == {"menu", "a", "b"}
    assert [(name, place.path, place.index) for name, place in outline.repeated] == [("a", "body", 2)]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_a_page(html: str) -> None:
    outline = read_outline(html)
    assert outline.words >= 0


def test_a_page_nested_without_end_is_read() -> None:
    assert read_outline("<main>" + "<div id=x>" * 5000 + "end").words == 1

"""External images become links, and links with vague text name their host to screen readers."""

import pytest

from galley.markdown import render_markdown
from galley.markdown.sanitising import replace_external_images


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("![A *chart*](https://example.org/a.png)", '<p><a href="https://example.org/a.png">A chart</a></p>'),
        ("![](https://example.org/a.png)", '<p><a href="https://example.org/a.png">example.org</a></p>'),
        ("![A](//example.org/a.png)", '<p><a href="//example.org/a.png">A</a></p>'),
        ("[![Done](https://a.example/b)](https://example.org/)", '<p><a href="https://example.org/">Done</a></p>'),
        ('<img src="HTTPS://example.org/a?b&amp;c">', '<a href="HTTPS://example.org/a?b&amp;c">example.org</a>'),
        ('<img src="\\\\example.org/a" alt="A">', '<a href="\\\\example.org/a">A</a>'),
        ('<img src="\t//example.org/a" alt="A">', '">A</a>'),
    ],
)
def test_a_picture_of_another_host_becomes_a_link(text: str, html: str) -> None:
    rendered = render_markdown(text)
    assert html in rendered
    assert "<img" not in rendered


def test_pictures_of_the_site_stay() -> None:
    assert '<img alt="A" ' in replace_external_images('<img alt="A" src="/media/a.png">')
    assert replace_external_images('<img src="a.png">') == '<img alt="" src="a.png">'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "It is [here](https://www.example.org/a?b&c).",
            '<a href="https://www.example.org/a?b&amp;c">here<span class="visually-hidden"> (example.org)</span></a>',
        ),
        ("[Read More](http://a.example 'T')", '">Read More<span class="visually-hidden"> (a.example)</span></a>'),
        ("[here be dragons](https://example.org)", '<a href="https://example.org">here be dragons</a>'),
        ("[here](https://a@b.example:80#c)", '">here<span class="visually-hidden"> (b.example:80)</span></a>'),
        ("[here](#below)", '<a href="#below">here</a>'),
    ],
)
def test_a_vague_link_names_its_host(text: str, html: str) -> None:
    assert html in render_markdown(text)

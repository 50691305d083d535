"""A text may speak of pictures on other hosts; its readers' browsers don't ask these for them."""

import pytest

from galley.markdown import render_markdown
from galley.markdown.foreign_pictures import link_foreign_pictures


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
    assert '<img alt="A" ' in link_foreign_pictures('<img alt="A" src="/media/a.png">')
    assert link_foreign_pictures('<img src="a.png">') == '<img alt="" src="a.png">'

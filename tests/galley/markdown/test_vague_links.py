"""Links that only say “here” say more to those who listen."""

import pytest

from galley.markdown import render_markdown


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

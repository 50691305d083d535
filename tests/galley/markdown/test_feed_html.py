"""The HTML of a text, read away from its page."""

import pytest

from galley.markdown import feed_html

PAGE = "https://example.org/blog/post/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/x">a</a>', '<a href="https://example.org/x">a</a>'),
        ('<a href="#fn1" id="r">1</a>', '<a href="https://example.org/blog/post/#fn1">1</a>'),
        ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example">a</a>'),
        ('<a href="http://[">a</a>', '<a href="http://[">a</a>'),
        (
            '<source srcset="/a,b.webp 480w, c.webp 960w">',
            '<source srcset="https://example.org/a,b.webp 480w, https://example.org/blog/post/c.webp 960w">',
        ),
        ('<h2 id="x"><a class="anchor" href="#x">Ink</a></h2>', "<h2>Ink</h2>"),
        ('<p data-region="a" tabindex="0" class="b" onclick="c">d</p>', "<p>d</p>"),
        ("<p>a<button>Copy</button><script>b</script><template><p>c</p></template></p>", "<p>a</p>"),
        ("<math><mi>x</mi></math>", "<math><mi>x</mi></math>"),
        ('<input type="checkbox" checked> done', "☑ done"),
        ("", ""),
    ],
)
def test_it_keeps_what_can_be_read_and_leaves_out_what_works_on_the_page_alone(html: str, expected: str) -> None:
    assert feed_html(html, PAGE) == expected

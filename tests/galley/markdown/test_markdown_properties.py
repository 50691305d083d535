"""What holds for every text, whatever is in it."""

import re
from html.parser import HTMLParser

from hypothesis import given

from galley.markdown import render_markdown
from galley.markdown.rendering import render_published
from tests.galley.markdown.markdown_texts import NOISE


class HarmFinder(HTMLParser):
    """Collects what must not be in sanitised HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "iframe", "object", "embed", "form", "svg", "base", "link", "meta", "input"}:
            self.harm.append(tag)
        # What turns MathML back into HTML, or acts.
        if tag in {"annotation-xml", "mglyph", "malignmark", "maction", "foreignobject"}:
            self.harm.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "target", "formaction"}:
                self.harm.append(name)
            scheme = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name in {"href", "src", "cite"} and scheme.startswith(("javascript:", "data:", "vbscript:")):
                self.harm.append(scheme)


@given(NOISE)
def test_nothing_harmful_ever_comes_out(text: str) -> None:
    finder = HarmFinder()
    finder.feed(render_markdown(text))
    assert not finder.harm


@given(NOISE)
def test_the_same_text_gives_the_same_html(text: str) -> None:
    first = render_markdown(text)
    assert render_markdown(text) == first
    render_published.cache_clear()
    assert render_markdown(text) == first

"""The Markdown block in the editor."""

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template

from home.blocks.text import MarkdownBlock
from tests.conftest import SmallSite


def test_publishing_refuses_a_link_to_nothing_and_names_its_line(db: None) -> None:
    with pytest.raises(ValidationError) as refused:
        MarkdownBlock().clean("Fine.\n\n[gone](page:999)")
    assert "Line 3: there is no page with the number “999”." in refused.value.messages


def test_a_draft_may_hold_a_link_to_nothing(db: None) -> None:
    assert MarkdownBlock().clean_deferred("[gone](page:999)") == "[gone](page:999)"


def test_a_link_to_a_page_that_waits_to_be_published_is_right(small_site: SmallSite) -> None:
    small_site.about.unpublish()
    text = f"[soon](page:{small_site.about.pk})"
    assert MarkdownBlock().clean(text) == text


def test_it_renders_safely() -> None:
    assert MarkdownBlock().render("*x*<script>1</script>").strip() == "<p><em>x</em></p>"


def test_the_highlight_filter_escapes_and_colours() -> None:
    template = Template("{% load galley %}{{ code|highlight:language }}")
    assert "<span" in template.render(Context({"code": "def fold(): ...", "language": "python"}))
    assert template.render(Context({"code": "<b>", "language": "nonsense"})) == "&lt;b&gt;"
    assert template.render(Context({"code": "<b>", "language": "text"})) == "&lt;b&gt;"

"""A key is rendered from what changed, and looks as if everything had been rendered afresh."""

from typing import Any
from unittest.mock import patch

import pytest
from django.template import Context, Template
from wagtail.models import Page, get_page_models
from wagtail.test.utils.form_data import inline_formset, streamfield

from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.live_page import LivePage, PageState
from galley.preview.drafts.sources import NewPage, SavedPage
from home.blocks.text import MarkdownBlock
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory
from tests.galley.preview.conftest import form_of, markdown

pytestmark = pytest.mark.django_db


class Writer:
    """Somebody with a form open, who changes a field at a time."""

    def __init__(self, editor: Any, page: Page, **form: Any) -> None:
        self.editor = editor
        self.fields = form_of(page, **form)
        self.live_page = LivePage(SavedPage(page.pk))
        self.source = self.live_page.source
        self.first = self.live_page.render_whole(FormData(self.fields), editor, {})

    def types(self, name: str, value: str) -> PageState | None:
        """Return the state as it is rendered at once, None if it takes a whole rendering."""
        assert name in self.fields
        self.fields = self.fields | {name: [value]}
        return self.live_page.render_change(FormData(self.fields), {name}, {})

    def afresh(self) -> PageState:
        return LivePage(self.source).render_whole(FormData(self.fields), self.editor, {})


OWN_PAGE_TYPES = [model for model in get_page_models() if not model.__module__.startswith("wagtail.")]


@pytest.mark.parametrize("page_type", OWN_PAGE_TYPES)
@pytest.mark.by_day(0, 4)
def test_every_page_type_is_rendered_from_a_change(small_site: SmallSite, editor: Any, page_type: Any) -> None:
    page = next(page for page in small_site.pages() if type(page) is page_type)
    writer = Writer(editor, page)
    state = writer.types("title", "Typed & seen")
    assert state is not None
    assert "Typed &amp; seen" in state.page.html
    assert state.page.regions == writer.afresh().page.regions


def test_a_block_is_exchanged_without_rendering_the_page(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(editor, small_site.post, body=markdown("First", "Second"))
    with patch("galley.preview.drafts.live_page.render_page") as render_page:
        state = writer.types("body-1-value", "Second *thought* <b>&amp;")
    render_page.assert_not_called()
    assert state == writer.afresh()
    assert state is not None
    assert "<em>thought</em>" in state.page.html


def test_only_the_changed_block_is_rendered_when_the_page_has_to_be(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(editor, small_site.post, body=markdown("First", "Second", "Third"))
    with patch.object(MarkdownBlock, "render", autospec=True, side_effect=MarkdownBlock.render) as render:
        state = writer.types("date", "1999-12-31")
        assert render.call_count == 0
    assert state == writer.afresh()
    assert state is not None
    assert "31 December 1999" in state.page.html


def test_plain_text_is_exchanged_without_rendering_the_page(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(editor, small_site.post)
    with patch("galley.preview.drafts.live_page.render_page") as render_page:
        state = writer.types("title", 'Ends & "means" <i>')
    render_page.assert_not_called()
    assert state is not None
    assert state.page.regions == writer.afresh().page.regions
    assert writer.live_page.provisional_since  # the title of the window follows with the whole
    writer.live_page.render_whole(FormData(writer.fields), editor, {})
    assert writer.live_page.provisional_since is None


@pytest.mark.parametrize("value", ["", "   "])
def test_a_title_that_is_emptied_takes_a_whole_rendering(small_site: SmallSite, editor: Any, value: str) -> None:
    assert Writer(editor, small_site.post).types("title", value) is None


@pytest.mark.parametrize(("before", "now"), [("", "New"), ("Old", ""), ("Old", "New")])
def test_a_field_whose_markup_comes_and_goes(small_site: SmallSite, editor: Any, before: str, now: str) -> None:
    writer = Writer(editor, small_site.post, excerpt=before)
    state = writer.types("excerpt", now)
    assert state is not None
    assert state.page.regions == writer.afresh().page.regions


def test_what_cannot_be_used_takes_a_whole_rendering_and_keeps_the_last_good_state(
    small_site: SmallSite, editor: Any
) -> None:
    writer = Writer(editor, small_site.post)
    assert writer.types("date", "the day after") is None
    state = writer.live_page.render_whole(FormData(writer.fields), editor, {})
    assert state.unusable == ("Date",)
    assert "1 May 2024" in state.page.html
    assert writer.types("date", "2024-05-32") is None
    assert writer.types("title", "After it") is None  # nothing stands until the whole has been rendered
    writer.types("date", "2024-06-02")
    assert "2 June 2024" in writer.afresh().page.html


def test_a_block_that_cannot_be_used_keeps_its_last_good_state(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(editor, small_site.post, body=streamfield([("heading", {"text": "Good", "level": "2"})]))
    assert writer.types("body-0-value-level", "nine") is None
    state = writer.live_page.render_whole(FormData(writer.fields), editor, {})
    assert "Good" in state.page.html


def test_a_picture_is_chosen(small_site: SmallSite, editor: Any) -> None:
    picture = SiteImageFactory()
    writer = Writer(editor, small_site.post, lead_image="")
    state = writer.types("lead_image", str(picture.pk))
    assert state == writer.afresh()
    assert state is not None
    assert "lead__picture" in state.page.html


def test_inline_children_and_tags_take_a_whole_rendering(small_site: SmallSite, editor: Any) -> None:
    links = inline_formset([{"text": "Code", "url": "https://example.org/"}])
    writer = Writer(editor, small_site.project, links=links)
    assert writer.types("links-0-text", "Source") is None
    writer = Writer(editor, small_site.post, tags="one")
    assert writer.types("tags", "one, two") is None


def test_a_new_page_is_typed_in(small_site: SmallSite, editor: Any) -> None:
    page_class = type(small_site.post)
    live_page = LivePage(NewPage("blog", "blogpostpage", small_site.blog.pk))
    fields = form_of(page_class(), title="New", body=markdown("First"))
    live_page.render_whole(FormData(fields), editor, {})
    state = live_page.render_change(FormData(fields | {"body-0-value": ["Changed"]}), {"body-0-value"}, {})
    assert state is not None
    assert "<p>Changed</p>" in state.page.html


def test_a_block_that_stands_on_the_page_twice_is_rendered_each_time(small_site: SmallSite, editor: Any) -> None:
    template = (
        "{% load wagtailcore_tags %}{% for b in page.body %}{% include_block b %}|{% include_block b %}{% endfor %}"
    )
    with patch("galley.preview.drafts.live_page.render_page", side_effect=lambda page: _rendered(template, page)):
        writer = Writer(editor, small_site.post, body=markdown("One"))
        state = writer.types("body-0-value", "Two")
    assert state is not None
    assert state.page.html.count("<p>Two</p>") == 2


def _rendered(template: str, page: Page) -> str:
    return Template(template).render(Context({"page": page}))

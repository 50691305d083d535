"""Whatever state a form is in, it becomes a page that can be shown."""

import copy
import json
from typing import Any

import pytest
from django.db import connection
from wagtail.models import Page, get_page_models
from wagtail.test.utils.form_data import inline_formset, streamfield

from blog.models import Category
from galley.preview.drafts.binding import Draft, Memory, bind_draft, copy_block
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.rendering import render_page
from galley.preview.drafts.sources import NewPage, SavedPage, SourceGone
from home.blocks import BodyBlock
from home.models import HomePage
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory
from tests.galley.preview.conftest import form_of, markdown

pytestmark = pytest.mark.django_db


class Writer:
    """Somebody with a form open: types, and looks."""

    def __init__(self, editor: Any, page: Page) -> None:
        self.editor, self.page, self.memory = editor, page, Memory()

    def types(self, **changed: Any) -> Draft:
        source = SavedPage(self.page.pk)
        return bind_draft(source, FormData(form_of(self.page, **changed)), self.editor, self.memory)


@pytest.fixture
def writer(small_site: SmallSite, editor: Any) -> Writer:
    return Writer(editor, small_site.post)


OWN_PAGE_TYPES = [model for model in get_page_models() if not model.__module__.startswith("wagtail.")]


@pytest.mark.parametrize("fields", [{}, {"title": ["Half"]}, {"title": [""], "body-count": ["x"], "year": ["20"]}])
@pytest.mark.parametrize("page_type", OWN_PAGE_TYPES)
@pytest.mark.by_day(0, 1, 2, 4)
def test_every_page_type_shows_with_an_incomplete_form(
    small_site: SmallSite, editor: Any, page_type: Any, fields: Any
) -> None:
    page = next(page for page in small_site.pages() if type(page) is page_type)
    draft = bind_draft(SavedPage(page.pk), FormData(fields), editor, Memory())
    assert "</html>" in render_page(draft.page)


@pytest.mark.parametrize("page_type", [model for model in OWN_PAGE_TYPES if model is not HomePage])
def test_every_page_type_shows_before_its_first_save(small_site: SmallSite, editor: Any, page_type: Any) -> None:
    page = next(page for page in small_site.pages() if type(page) is page_type)
    source = NewPage(page_type._meta.app_label, page_type._meta.model_name, page.get_parent().pk)
    draft = bind_draft(source, FormData({"title": ["Not yet saved"]}), editor, Memory())
    assert "Not yet saved" in render_page(draft.page)
    assert draft.page.pk is None


def test_the_form_has_just_the_fields_of_the_edit_page(writer: Writer) -> None:
    assert writer.types().unusable == {}


def test_a_page_without_title_is_shown(writer: Writer) -> None:
    assert writer.types(title=" ").page.title == "Untitled"


def test_a_value_that_is_not_valid_yet_keeps_its_last_good_state(writer: Writer) -> None:
    assert writer.types(canonical_url="https://example.org/a").page.canonical_url == "https://example.org/a"
    draft = writer.types(canonical_url="https:// half typed", excerpt="Typed since")
    assert draft.page.canonical_url == "https://example.org/a"
    assert draft.page.excerpt == "Typed since"
    assert draft.unusable == {"canonical_url": "Original address"}


def test_a_block_that_is_not_valid_keeps_its_last_good_state_and_the_others_go_on(writer: Writer) -> None:
    writer.types(body=markdown("one", "two"))
    draft = writer.types(body=markdown("x" * 200_001, "two and more"))
    assert [child.value for child in draft.page.body] == ["one", "two and more"]
    assert list(draft.unusable.values()) == ["Markdown"]


def test_blocks_are_moved_and_deleted(writer: Writer) -> None:
    moved = markdown("one", "two")
    moved["0"]["order"], moved["1"]["order"] = "1", "0"
    assert [child.value for child in writer.types(body=moved).page.body] == ["two", "one"]
    deleted = markdown("one", "two")
    deleted["0"]["deleted"] = "1"
    assert [child.value for child in writer.types(body=deleted).page.body] == ["two"]


def test_tags_categories_dates_and_images_are_live(writer: Writer) -> None:
    category, image = Category.objects.create(name="News", slug="news"), SiteImageFactory()
    draft = writer.types(tags="printing, type", categories=[category.pk], date="2020-02-29", lead_image=image.pk)
    assert sorted(tag.name for tag in draft.page.tags.all()) == ["printing", "type"]
    assert list(draft.page.categories.all()) == [category]
    assert (draft.page.date.year, draft.page.lead_image) == (2020, image)


def test_inline_children_are_live_and_survive_an_incomplete_one(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(editor, small_site.project)
    link = {"label": "Shop", "url": "https://example.org/"}
    draft = writer.types(links=inline_formset([link]))
    assert [child.label for child in draft.page.links.all()] == ["Shop"]
    draft = writer.types(links=inline_formset([link, {"label": "Half", "url": ""}]))
    assert [child.label for child in draft.page.links.all()] == ["Shop", "Half"]
    draft = writer.types(links=inline_formset([link, {"label": "Half", "url": "not yet"}]))
    assert [child.label for child in draft.page.links.all()] == ["Shop", "Half"]
    assert draft.unusable == {"links": "Project link"}


def test_binding_writes_nothing(writer: Writer) -> None:
    writes = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith("SELECT"):
            writes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        writer.types(title="New", body=markdown("one"), tags="a, b")
    assert writes == []


def test_the_shared_block_tree_is_never_touched(writer: Writer) -> None:
    block = type(writer.page).body.field.stream_block.child_blocks["markdown"]
    writer.types(body=markdown(""))
    assert block.field.required
    assert not block.is_deferred_validation


def test_a_page_that_is_gone(small_site: SmallSite, editor: Any) -> None:
    with pytest.raises(SourceGone):
        bind_draft(SavedPage(99999), FormData({}), editor, Memory())
    with pytest.raises(SourceGone):
        bind_draft(NewPage("auth", "user", small_site.blog.pk), FormData({}), editor, Memory())


def test_what_is_rendered_knows_nothing_of_the_editor(writer: Writer) -> None:
    html = render_page(writer.types().page)
    assert "csrfmiddlewaretoken" not in html
    assert "userbar" not in html
    assert writer.editor.username not in html


def test_a_block_is_copied_while_another_thread_computes_its_properties() -> None:
    class ReadElsewhere:
        """Does in the middle of the first copy what another thread may do."""

        def __deepcopy__(self, memo: dict) -> str:
            block.__dict__.setdefault("js_initializer", "computed")
            return "copied"

    block = BodyBlock()
    block.read_elsewhere = ReadElsewhere()
    with pytest.raises(RuntimeError, match="changed size"):
        copy.deepcopy(block)
    del block.js_initializer
    assert copy_block(block).read_elsewhere == "copied"


def test_rich_text_nested_too_deeply_keeps_the_last_good_state(writer: Writer) -> None:
    writer.types(body=markdown("one"))
    lines = [{"key": "a", "text": "a", "type": "unordered-list-item", "depth": 2_000}]
    state = {"blocks": [line | {"inlineStyleRanges": [], "entityRanges": []} for line in lines], "entityMap": {}}
    styles = [{"offset": n, "length": 1_500 - n, "style": ("BOLD", "ITALIC")[n % 2]} for n in range(1_500)]
    state["blocks"].append(state["blocks"][0] | {"text": "a" * 1_500, "depth": 0, "inlineStyleRanges": styles})
    draft = writer.types(body=streamfield([("paragraph", json.dumps(state))]))
    assert draft.unusable == {"body": "Body"}
    assert draft.page.body[0].value == "one"

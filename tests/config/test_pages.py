"""What every page type of the site promises, checked for each of them."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import QueryDict
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext
from wagtail import blocks
from wagtail.blocks.field_block import FieldBlock
from wagtail.contrib.settings.views import get_setting_edit_handler
from wagtail.fields import StreamField
from wagtail.models import Page, get_page_models

from home.blocks import BodyBlock
from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, ProjectPageFactory, SiteImageFactory, StandardPageFactory

PAGE_MODELS = [model for model in get_page_models() if not model.__module__.startswith("wagtail.")]
page_types = pytest.mark.parametrize("model", PAGE_MODELS, ids=lambda model: model.__name__)


# A form in the browser always says how many blocks it has.
EMPTY_FORM = "title=Half+a+form&body-count=0"
HALF_FILLED_FORM = (
    "title=Half+a+form&date=&year=&post_authors-TOTAL_FORMS=x&body-count=1&body-0-type=heading&body-0-deleted="
    "&body-0-order=0&body-0-id=&body-0-value-text=&body-0-value-level="
)


def test_the_small_site_has_every_page_type(small_site: SmallSite) -> None:
    assert {type(page) for page in small_site.pages()} == set(PAGE_MODELS)


def find_page(small_site: SmallSite, model: type[Page]) -> Page:
    return next(page for page in small_site.pages() if type(page) is model)


@page_types
def test_it_has_a_template_of_its_own_name(model: type[Page], rf, db: None) -> None:
    assert get_template(model().get_template(rf.get("/"))).template.name.startswith("pages/")


@page_types
def test_it_answers_under_asgi(model: type[Page], small_site: SmallSite, asgi_get) -> None:
    page = find_page(small_site, model)
    response = asgi_get(page.url)
    assert response.status_code == 200
    assert page.title in response.content.decode()


@page_types
def test_an_unpublished_one_is_not_found(model: type[Page], small_site: SmallSite, asgi_get) -> None:
    page = find_page(small_site, model)
    page.unpublish()
    assert asgi_get(page.url or "/").status_code == 404


@page_types
def test_a_saved_one_with_changes_has_a_preview(model: type[Page], small_site: SmallSite) -> None:
    page = find_page(small_site, model)
    page.title = "Changed and not saved"
    response = page.make_preview_request()
    assert response.status_code == 200
    assert "Changed and not saved" in response.content.decode()


@page_types
def test_one_that_was_never_saved_has_a_preview(model: type[Page], small_site: SmallSite) -> None:
    response = model(title="Not saved yet").make_preview_request()
    assert response.status_code == 200
    assert "Not saved yet" in response.content.decode()


@page_types
@pytest.mark.parametrize("saved", [True, False], ids=["saved", "unsaved"])
@pytest.mark.parametrize("data", [EMPTY_FORM, HALF_FILLED_FORM], ids=["empty", "half-filled"])
def test_an_incomplete_form_has_a_preview(
    model: type[Page], small_site: SmallSite, editor, data: str, saved: bool
) -> None:
    page = find_page(small_site, model)
    parent = page.get_parent()
    instance = page if saved else model()
    form_class = model.get_edit_handler().get_form_class()
    form = form_class(QueryDict(data), instance=instance, parent_page=parent, for_user=editor)
    # This puts what is filled in into the page. It may be valid: a missing slug is filled in.
    form.is_valid()
    response = form.instance.make_preview_request()
    assert response.status_code == 200
    assert "Half a form" in response.content.decode()


@page_types
@pytest.mark.by_day(0, 2, 4, 5)  # those that list others, and a post, which has neighbours
def test_its_queries_do_not_grow_with_the_site(model: type[Page], small_site: SmallSite, asgi_get) -> None:
    url = find_page(small_site, model).url

    def count_queries() -> int:
        asgi_get(url)
        with CaptureQueriesContext(connection) as queries:
            asgi_get(url)
        return len(queries)

    def add_pages(count: int) -> None:
        for number in range(count):
            BlogPostPageFactory(parent=small_site.blog).tags.add("ink")
            ProjectPageFactory(parent=small_site.portfolio, featured=True)
            StandardPageFactory(parent=small_site.home, title=f"Leaf {count}-{number}", show_in_menus=True)

    add_pages(2)
    few = count_queries()
    add_pages(4)
    assert count_queries() == few


# The first two stand in a dialog that says what they do, the third has no field that an editor sees.
EXPLAINED_BY_WAGTAIL = {"go_live_at", "expire_at", "comment_notifications"}


def fields_without_help(form_class: type, path: str) -> Iterator[str]:
    """Yield the fields that an editor sees without a word of help, inline forms included."""
    for name, field in form_class.base_fields.items():
        if name not in EXPLAINED_BY_WAGTAIL and not field.help_text:
            yield f"{path}.{name}"
    for name, formset in getattr(form_class, "formsets", {}).items():
        if name != "comments":
            yield from fields_without_help(formset.form, f"{path}.{name}")


@page_types
def test_editors_meet_no_field_without_a_help_text(model: type[Page]) -> None:
    assert list(fields_without_help(model.get_edit_handler().get_form_class(), model.__name__)) == []


def test_site_settings_have_no_field_without_a_help_text() -> None:
    handler = get_setting_edit_handler(SiteSettings)
    assert list(fields_without_help(handler.get_form_class(), "SiteSettings")) == []


def walk_blocks(block: blocks.Block, path: str) -> Iterator[tuple[str, blocks.Block]]:
    """Yield the blocks under `block`, each with the way to it."""
    children = dict(getattr(block, "child_blocks", {}))
    if isinstance(block, blocks.ListBlock):
        children = {"item": block.child_block}
    for name, child in children.items():
        yield f"{path}.{name}", child
        yield from walk_blocks(child, f"{path}.{name}")


def body_blocks() -> list[tuple[str, blocks.Block]]:
    return list(walk_blocks(BodyBlock(), "body"))


def test_editors_meet_no_block_without_a_help_text() -> None:
    silent = [
        path
        for path, block in body_blocks()
        if isinstance(block, FieldBlock | blocks.ListBlock)
        and not (getattr(block.meta, "help_text", "") or getattr(getattr(block, "field", None), "help_text", ""))
    ]
    assert silent == []


@pytest.mark.parametrize(("name", "block"), BodyBlock().child_blocks.items(), ids=BodyBlock().child_blocks)
def test_every_block_can_be_chosen_knowingly(name: str, block: blocks.Block, db: None) -> None:
    assert block.meta.icon != "placeholder"
    assert block.get_description()
    assert block.is_previewable
    block.render(block.get_preview_value())  # without pictures and posts there may be nothing to see
    SiteImageFactory()
    BlogPostPageFactory(parent=Page.objects.get(depth=1))
    assert block.render(block.get_preview_value()).strip()


def test_every_page_type_says_what_it_is_for() -> None:
    assert all(model.get_page_description() for model in PAGE_MODELS)


def test_every_stream_is_the_shared_body() -> None:
    streams = [field for model in PAGE_MODELS for field in model._meta.get_fields() if isinstance(field, StreamField)]
    assert streams
    assert all(isinstance(field.stream_block, BodyBlock) for field in streams)

"""Where the preview leans on private parts of Wagtail: each test fails when upstream changes its part."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import wagtail
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from wagtail.admin.views.pages.preview import PreviewOnCreateView
from wagtail.blocks import Block, CharBlock, StreamBlock
from wagtail.blocks.base import BlockField
from wagtail.models import Comment, Page, Site

from blog.models import Category
from galley.preview.broken_links import _visit
from galley.preview.drafts.binding import (
    DraftBlockField,
    Memory,
    bind_draft,
    get_draft_form_class,
    use_draft_fields,
)
from galley.preview.drafts.form_state import FormData
from galley.preview.drafts.sources import NewPage, SavedPage
from galley.preview.notes import describe_comments
from galley.preview.rich_text import LiveRichTextArea
from tests.conftest import SmallSite
from tests.galley.preview.conftest import form_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("parent", ["home", "about"])
def test_a_new_page_stands_where_upstreams_preview_puts_it(small_site: SmallSite, editor: Any, parent: str) -> None:
    above = Page.objects.get(pk=getattr(small_site, parent).pk)
    editor.is_superuser = True
    view = PreviewOnCreateView()
    view.request = SimpleNamespace(user=editor)
    view.kwargs = {
        "content_type_app_name": "home",
        "content_type_model_name": "standardpage",
        "parent_page_id": above.pk,
    }
    expected = view.get_object()
    page, _parent = NewPage("home", "standardpage", above.pk).load()
    assert (type(page), page.path, page.depth) == (type(expected), expected.path, expected.depth)


def test_comments_have_the_shape_that_upstreams_formset_gives_them(small_site: SmallSite, editor: Any) -> None:
    comment = Comment.objects.create(page=small_site.post, user=editor, text="A note", contentpath="title")
    page = small_site.post.get_latest_revision_as_object()
    form = page.get_edit_handler().get_form_class()(instance=page, for_user=editor)
    expected = form.formsets["comments"].serialize(False, editor)
    message = describe_comments([comment], editor.pk)
    # The revision has a copy of the comment with a time of its own.
    for shown in (*message["comments"], *expected["comments"]):
        del shown["updated_at"]
    assert message == expected


def test_a_site_set_on_a_request_is_the_one_that_is_found(
    small_site: SmallSite, django_assert_num_queries: Any
) -> None:
    site = Site.objects.get()
    request = _visit(site, "/")
    assert isinstance(request.user, AnonymousUser)
    with django_assert_num_queries(0):
        assert Site.find_for_request(request) is site
    assert isinstance(request, HttpRequest)


def test_draftail_reads_the_interval_at_which_it_saves() -> None:
    """A browser test can't tell: without the option, the text only comes a little later."""
    script = Path(wagtail.__file__).parent / "admin/static/wagtailadmin/js/draftail.js"
    assert "stateSaveInterval" in script.read_text()
    assert '"stateSaveInterval": 0' in LiveRichTextArea().render("body", None).replace("&quot;", '"')


def test_forms_of_blocks_and_children_can_be_left_unfinished(small_site: SmallSite) -> None:
    assert callable(Block.defer_required_validation)
    assert callable(get_draft_form_class(type(small_site.project)).defer_required_fields)


def test_the_forms_of_inline_children_are_reached(small_site: SmallSite, editor: Any) -> None:
    form_class = type(small_site.project).get_edit_handler().get_form_class()
    child_class = form_class.formsets["links"].form
    child_class.base_fields["blocks"] = BlockField(StreamBlock([("text", CharBlock())]))
    use_draft_fields(form_class)
    form = form_class(instance=small_site.project, parent_page=small_site.portfolio, for_user=editor)
    [formset] = [formset for name, formset in form.formsets.items() if name == "links"]
    assert isinstance(formset.empty_form.fields["blocks"], DraftBlockField)


def test_relations_are_those_that_upstream_would_save(small_site: SmallSite, editor: Any) -> None:
    category = Category.objects.create(name="News", slug="news")
    data = FormData(form_of(small_site.post, tags="printing, type", categories=[category.pk]))
    draft = bind_draft(SavedPage(small_site.post.pk), data, editor, Memory())
    shown = [sorted(map(str, relation.all())) for relation in (draft.page.tags, draft.page.categories)]
    draft.form.save_cluster_m2m()
    saved = [sorted(map(str, relation.all())) for relation in (draft.page.tags, draft.page.categories)]
    assert shown == saved == [["printing", "type"], ["News"]]

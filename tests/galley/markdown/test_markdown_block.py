"""The Markdown block in the editor."""

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from wagtail.models import ReferenceIndex, get_default_page_content_type
from wagtail_factories import DocumentFactory

from home.blocks.text import MarkdownBlock
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory


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


def linked_from(target) -> list[int]:
    """Return the pages that refer to `target` by Wagtail's reference index."""
    references = ReferenceIndex.get_references_to(target).filter(base_content_type=get_default_page_content_type())
    return sorted({int(pk) for pk in references.values_list("object_id", flat=True)})


def test_links_pictures_and_documents_are_references(small_site: SmallSite) -> None:
    image = SiteImageFactory()
    document = DocumentFactory()
    text = f"[a](page:{small_site.about.pk}#x) and [d][1]\n\n![s](image:{image.pk})\n\n[1]: DOC:{document.pk}"
    small_site.post.body = [("markdown", text), ("details", {"summary": "More", "text": "x"})]
    small_site.post.save_revision().publish()
    for target in (small_site.about, image, document):
        assert linked_from(target) == [small_site.post.pk]
    small_site.post.body = [("markdown", "Without links.")]
    small_site.post.save_revision().publish()
    for target in (small_site.about, image, document):
        assert linked_from(target) == []


@pytest.mark.parametrize(
    "text",
    [
        "`[a](page:{pk})`",
        "    [a](page:{pk})",
        "[a](page:{pk}x)",
        "[a](page:99999999999)",
        "page:{pk}",
        "[a](https://example.org/page:{pk})",
        "",
    ],
)
def test_what_is_no_link_is_no_reference(small_site: SmallSite, text: str) -> None:
    small_site.post.body = [("markdown", text.format(pk=small_site.about.pk))]
    small_site.post.save_revision().publish()
    assert linked_from(small_site.about) == []


def test_deleting_a_page_says_what_links_to_it(small_site: SmallSite, admin_client) -> None:
    small_site.post.body = [("markdown", f"[a](page:{small_site.about.pk})")]
    small_site.post.save_revision().publish()
    html = admin_client.get(f"/admin/pages/{small_site.about.pk}/delete/").content.decode()
    assert "is referenced 1 time." in html
    usage = admin_client.get(f"/admin/pages/{small_site.about.pk}/usage/").content.decode()
    assert small_site.post.title in usage

"""What a draft of a published page refers to is said before it is deleted, and listed where it is used."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex

from blog.models import BlogPostPage
from galley.bin import uses
from galley.bin.uses import find_references
from home.models import SharedText, SiteImage
from tests.factories import BlogPostPageFactory, SiteImageFactory, SmallSite

pytestmark = pytest.mark.django_db

Named = Callable[[Any], str]
WORDS = "Used in unpublished changes of “Setting type”."


@pytest.fixture
def post(small_site: SmallSite) -> BlogPostPage:
    post = BlogPostPage.objects.get(pk=small_site.post.pk)
    post.title = "Setting type"
    post.save_revision().publish()
    return BlogPostPage.objects.get(pk=post.pk)


def draft(post: BlogPostPage, *body: tuple[str, Any], **fields: Any) -> None:
    """Save changes of a published post. The index has nothing of them."""
    for name, value in (fields | {"body": list(body)}).items():
        setattr(post, name, value)
    post.save_revision(clean=False)
    ReferenceIndex.create_or_update_for_object(BlogPostPage.objects.get(pk=post.pk))


def add_document() -> Document:
    return Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))


THINGS: dict[str, tuple[Callable[[SmallSite], Any], str, str, str]] = {
    "image": (
        lambda site: SiteImageFactory(),
        "![Wedges](image:{})",
        "wagtailimages:delete",
        "wagtailimages:image_usage",
    ),
    "document": (lambda site: add_document(), "[it](doc:{})", "wagtaildocs:delete", "wagtaildocs:document_usage"),
    "page": (lambda site: site.about, "[it](page:{})", "wagtailadmin_pages:delete", "wagtailadmin_pages:usage"),
}


@pytest.mark.parametrize("name", THINGS)
def test_a_draft_is_named_before_what_it_refers_to_is_deleted(
    name: str, client: Client, small_site: SmallSite, post: BlogPostPage, editor
) -> None:
    make, text, delete, usage = THINGS[name]
    thing = make(small_site)
    draft(post, ("markdown", text.format(thing.pk)))
    assert not ReferenceIndex.get_references_to(thing).exists()
    client.force_login(editor)
    asked = client.get(reverse(delete, args=[thing.pk])).text
    assert "is referenced 1 time." in asked
    assert WORDS in asked
    model = (Page if isinstance(thing, Page) else type(thing))._meta
    several = reverse("wagtail_bulk_action", args=[model.app_label, model.model_name, "delete"])
    asked = client.get(f"{several}?id={thing.pk}").text
    assert "is referenced 1 time." in asked
    assert WORDS in asked
    listed = client.get(reverse(usage, args=[thing.pk])).text
    assert "Setting type" in listed
    assert "Body → Markdown, in unpublished changes" in listed


def test_a_draft_is_named_before_a_snippet_is_deleted(client: Client, post: BlogPostPage, editor) -> None:
    text = SharedText.objects.create(name="Support us", body=[("paragraph", "<p>Support us.</p>")])
    draft(post, ("shared_text", text))
    client.force_login(editor)
    pages = [reverse(f"wagtailsnippets_home_sharedtext:{view}", args=[text.pk]) for view in ("delete", "usage")]
    pages.append(reverse("wagtail_bulk_action", args=["home", "sharedtext", "delete"]) + f"?id={text.pk}")
    asked, listed, several = (client.get(page).text for page in pages)
    assert "Setting type" in listed
    assert "Shared text, in unpublished changes" in listed
    for page in (asked, several):
        assert "is referenced 1 time." in page
        assert WORDS in page


def test_what_is_published_is_no_draft(client: Client, post: BlogPostPage, editor) -> None:
    image = SiteImageFactory()
    post.lead_image = image
    post.save_revision().publish()
    draft(BlogPostPage.objects.get(pk=post.pk), ("markdown", "Other words."))
    (usage,), _complete = find_references([image])
    assert (usage.count(), usage.drafts) == (1, [])
    client.force_login(editor)
    assert "unpublished changes" not in client.get(reverse("wagtailimages:delete", args=[image.pk])).text


def test_who_may_not_edit_the_page_reads_no_title(client: Client, post: BlogPostPage, member: Callable) -> None:
    image = SiteImageFactory()
    draft(post, lead_image=image)
    usages, complete = find_references([image])
    assert uses.say_drafts(usages, complete, member()) == "Used in unpublished changes of (Private page)."
    assert uses.say_drafts(usages, complete, member("change")) == WORDS


def test_no_draft_is_read_that_has_the_number_only_in_others(
    post: BlogPostPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = post.pk + 10  # as minutes and seconds may be
    draft(post, ("markdown", f"1{pk}, {pk}0, 2026-{pk}-{pk}T{pk}:{pk}:{pk}.{pk}Z, {pk}ab-cd{pk}-{pk}"), slug=f"no-{pk}")
    with monkeypatch.context() as patch:
        patch.setattr(ReferenceIndex, "_extract_references_from_object", lambda draft: pytest.fail("It was read."))
        find_references([SiteImage(pk=pk), SiteImage(pk=post.pk)])


def test_a_limit_is_said(
    client: Client, small_site: SmallSite, post: BlogPostPage, editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "READ_AT_MOST", 1)
    image = SiteImageFactory()
    draft(post, lead_image=image)
    other = BlogPostPageFactory(parent=small_site.blog, title="Another")
    draft(other, lead_image=image)
    client.force_login(editor)
    said = "Only the newest 1 drafts that may refer to it were read."
    for view in ("wagtailimages:delete", "wagtailimages:image_usage"):
        page = client.get(reverse(view, args=[image.pk])).text
        assert said in page
        assert "Another" in page
        assert "Setting type" not in page

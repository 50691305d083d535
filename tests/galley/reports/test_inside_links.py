"""Broken links to the site itself are known at once, with the page and the field where they stand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page, Site

from galley.reports import inside
from galley.reports.inside import check_all_inside
from galley.reports.models import Address, Link, PageReading, UndescribedPicture
from galley.reports.reading import find_unread_pages, read_page
from home.models import SiteImage, SiteLink, SiteSettings
from tests.factories import BlogPostPageFactory, SiteImageFactory, SmallSite, StandardPageFactory

REPORT = "/admin/reports/broken-links/"


@pytest.fixture
def publish(django_capture_on_commit_callbacks) -> Callable[..., Page]:
    """Publish `page` with `body`, and run the tasks that this requests."""

    def publish(page: Page, *body: tuple[str, Any]) -> Page:
        page.body = list(body)
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
        return page

    return publish


def broken() -> set[tuple[str, str]]:
    links = Link.objects.exclude(address__problem="").select_related("address")
    return {(link.address.url.removeprefix("http://testserver"), link.address.problem) for link in links}


@pytest.mark.parametrize(
    "block",
    [
        ("markdown", "See [this](/gone/), [that](/blog/) and [here](#below)."),
        (
            "paragraph",
            '<p>See <a href="http://testserver/gone/#part">this</a> and <a href="mailto:a@b.example">me</a>.</p>',
        ),
        ("callout", {"kind": "note", "text": '<p><a href="/gone/">this</a></p>'}),
    ],
    ids=lambda block: block[0],
)
def test_a_broken_link_is_known_as_soon_as_its_page_is_published(small_site: SmallSite, publish, block: Any) -> None:
    page = publish(small_site.post, block)
    link = Link.objects.exclude(address__problem="").get()
    assert broken() == {("/gone/", "missing")}
    assert (link.page_id, link.text, link.field_label) == (page.pk, "this", "Body")
    assert link.content_path.startswith(f"body.{page.body[0].id}")
    assert link.edit_url.startswith(f"/admin/pages/{page.pk}/edit/#:w:contentpath=body.{page.body[0].id}")


def test_what_lists_link_to_is_not_the_pages(small_site: SmallSite, publish) -> None:
    publish(small_site.about, ("markdown", "[One](/one/)"))
    publish(small_site.home, ("markdown", "[Two](/two/)"))
    own = Link.objects.exclude(content_path="")
    assert set(own.values_list("address__url", flat=True)) == {"http://testserver/one/", "http://testserver/two/"}


def test_menus_count_once_and_lead_to_the_settings(
    small_site: SmallSite, publish, client_of, django_capture_on_commit_callbacks
) -> None:
    publish(small_site.post, ("markdown", "Text"))
    assert not Link.objects.filter(page=small_site.post).exists()
    site = Site.objects.get(is_default_site=True)
    settings = SiteSettings.for_site(site)
    settings.links = [SiteLink(label="Old shop", url="http://testserver/shop/")]
    with django_capture_on_commit_callbacks(execute=True):
        settings.save()
    assert broken() == {("/shop/", "missing")}
    chief = client_of("Chief editors").get(REPORT).content.decode()
    assert f"/admin/settings/home/sitesettings/{site.pk}/" in chief
    assert "Menus and foot of every page" in chief
    assert "Old shop" not in client_of("Editors").get(REPORT).content.decode()
    settings.links = []
    with django_capture_on_commit_callbacks(execute=True):
        settings.save()
    assert broken() == set()


def test_a_link_that_stands_twice_is_listed_twice(small_site: SmallSite, publish) -> None:
    publish(small_site.post, ("markdown", "[One](/gone/)"), ("markdown", "[Two](/gone/)"))
    links = Link.objects.filter(page=small_site.post)
    assert set(links.values_list("text", flat=True)) == {"One", "Two"}
    assert links.values("address").distinct().count() == 1


def test_a_page_that_is_withdrawn_or_deleted_breaks_the_links_to_it(
    small_site: SmallSite, publish, django_capture_on_commit_callbacks
) -> None:
    target = StandardPageFactory(parent=small_site.home, title="Target", slug="target")
    rich, plain = f'<p><a linktype="page" id="{target.pk}">it</a></p>', f"[it](page:{target.pk})"
    publish(small_site.post, ("paragraph", rich), ("markdown", plain))
    assert broken() == set()
    with django_capture_on_commit_callbacks(execute=True):
        target.unpublish()
    assert broken() == {("/target/", "unpublished")}
    with django_capture_on_commit_callbacks(execute=True):
        target.save_revision().publish()
    assert broken() == set()
    number = target.pk
    with django_capture_on_commit_callbacks(execute=True):
        target.delete()
    assert broken() == {(f"page:{number}", "missing")}
    assert Link.objects.exclude(address__problem="").count() == 2
    assert "a page that was deleted" in {link.target for link in Link.objects.all()}


def test_markdown_that_leads_to_a_draft_is_named(small_site: SmallSite, publish) -> None:
    draft = StandardPageFactory(parent=small_site.home, title="Not yet", live=False)
    publish(small_site.post, ("markdown", f"[it](page:{draft.pk})"))
    link = Link.objects.get(page=small_site.post)
    assert (link.address.problem, link.target) == ("unpublished", "the page “Not yet”")
    assert link.content_path.startswith(f"body.{small_site.post.body[0].id}")


def test_a_document_or_picture_that_is_deleted_breaks_the_links_to_it(
    small_site: SmallSite, publish, django_capture_on_commit_callbacks
) -> None:
    document = get_document_model().objects.create(title="Plan", file="documents/plan.pdf")
    image = SiteImageFactory()
    missing = {(f"doc:{document.pk}", "missing"), (f"image:{image.pk}", "missing")}
    texts = f"[plan](doc:{document.pk}) ![it](image:{image.pk})"
    publish(small_site.post, ("markdown", texts))
    assert broken() == set()
    with django_capture_on_commit_callbacks(execute=True):
        document.delete()
        SiteImage.objects.get(pk=image.pk).delete()
    assert broken() == missing


def test_a_redirect_mends_a_link_and_its_deletion_breaks_it(
    small_site: SmallSite, publish, django_capture_on_commit_callbacks
) -> None:
    publish(small_site.post, ("markdown", "[Old](/old/)"))
    assert broken() == {("/old/", "missing")}
    with django_capture_on_commit_callbacks(execute=True):
        Redirect.add_redirect("/old/", small_site.blog)
    assert broken() == set()
    with django_capture_on_commit_callbacks(execute=True):
        Redirect.objects.all().delete()
    assert broken() == {("/old/", "missing")}


def test_a_link_that_is_mended_is_no_longer_listed(small_site: SmallSite, publish) -> None:
    publish(small_site.post, ("markdown", "[Old](/old/)"))
    publish(small_site.post, ("markdown", "[New](/blog/)"))
    assert broken() == set()


def test_many_changes_at_once_are_checked_once(small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    monkeypatch.setattr(inside, "store_dangling_references", lambda: runs.append(1))
    inside.cache.delete("reports.check_all_inside")
    for _ in range(5):
        check_all_inside.enqueue(100.0)
    assert runs == [1]


def test_a_page_that_cannot_be_shown_stops_nothing(small_site: SmallSite, monkeypatch, caplog) -> None:
    monkeypatch.setattr("galley.reports.reading.render_page", lambda page: 1 / 0)
    read_page(small_site.post)
    assert "can't be read" in caplog.text
    assert PageReading.objects.filter(page=small_site.post).exists()


def test_the_nightly_command_reads_what_was_never_read(small_site: SmallSite) -> None:
    BlogPostPageFactory(parent=small_site.blog, body=[("markdown", "[Old](/old/)")])
    Address.objects.create(url="http://unused.example/", url_hash="x", is_outside=False)
    call_command("check_links", verbosity=0)
    assert broken() == {("/old/", "missing")}
    assert not find_unread_pages().exists()
    assert not Address.objects.filter(url_hash="x").exists()


# Pictures


def test_pictures_without_alt_text_are_named_with_their_field(small_site: SmallSite, publish) -> None:
    image = SiteImageFactory(title="Composing stick")

    def figure(decorative: bool, alt_text: str) -> tuple[str, Any]:
        value = {"image": {"image": image.pk, "decorative": decorative, "alt_text": alt_text}, "placement": "column"}
        return "figure", small_site.post.body.stream_block.child_blocks["figure"].to_python(value)

    page = publish(small_site.post, figure(False, ""), figure(True, ""), figure(False, "A stick"))
    picture = UndescribedPicture.objects.get()
    assert picture.content_path.startswith(f"body.{page.body[0].id}")
    assert (picture.page_id, picture.field_label, picture.text) == (page.pk, "Body", "Composing stick")


# The report


def test_the_report_leads_to_the_field(small_site: SmallSite, publish, client: Client, editor) -> None:
    page = publish(small_site.post, ("markdown", "[this](/gone/)"))
    client.force_login(editor)
    html = client.get(REPORT).content.decode()
    assert f"/admin/pages/{page.pk}/edit/#:w:contentpath=body.{page.body[0].id}" in html
    assert "There is nothing at this address." in html

"""Links are followed as a visitor would follow them, on this site only."""

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Site

from galley.preview.broken_links import Failure, find_failures
from tests.factories import StandardPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    cache.clear()


def failure(page, address: str) -> Failure | None:
    return find_failures(page, [address]).reasons.get(address)


@pytest.mark.parametrize(
    "address",
    [
        "/blog/",
        "/blog",
        "/blog/?category=type#latest",
        "http://testserver/portfolio/",
        "../",
        "/admin/",
        "/static/css/text.css",
        "/media/pictures/1-99019bde1441cfbf/width-100.webp",  # made when it is first asked for
        "https://example.org/nowhere/",
        "mailto:press@example.org",
        "tel:123",
        "javascript:void(0)",
        "//[",
    ],
)
def test_what_works_or_leads_elsewhere_is_left_alone(small_site, address: str) -> None:
    assert failure(small_site.post, address) is None


@pytest.mark.parametrize(
    "address",
    [
        "/blogg/",
        "/blog/nothing/",
        "nothing/",
        "http://testserver/nothing/",
        "/media/none.png",
        "/media/../../x",
        "/documents/99999/x.pdf",
        f"/documents/{10**40}/x.pdf",
        "/\0/",
        "/%ff/",
        "/a b/",
        "/𝄞/",
    ],
)
def test_what_leads_nowhere_is_named(small_site, address: str) -> None:
    assert failure(small_site.post, address) is Failure.MISSING


def test_a_page_that_is_not_published_is_told_apart(small_site) -> None:
    draft = StandardPageFactory(parent=small_site.home, title="Soon", live=False)
    assert failure(small_site.post, draft.url) is Failure.UNPUBLISHED
    assert failure(draft, draft.url) is None


def test_redirects_documents_and_files_are_known(small_site) -> None:
    Redirect.add_redirect("/old/", redirect_to=small_site.about)
    document = get_document_model().objects.create(title="Plan", file=ContentFile(b"x", "plan.pdf"))
    name = default_storage.save("images/plan.png", ContentFile(b"x"))
    try:
        for address in ("/old/", document.url, default_storage.url(name)):
            assert failure(small_site.post, address) is None
        assert failure(small_site.post, f"/documents/{document.pk}/other.pdf") is Failure.MISSING
    finally:
        default_storage.delete(name)
        document.file.delete(save=False)


def test_a_page_with_routes_of_its_own_answers_for_them(small_site, monkeypatch) -> None:
    def route(self, request, components):
        if components[:1] == ["archive"]:
            return self, [], {}
        return super(type(self), self).route(request, components)

    monkeypatch.setattr(type(small_site.blog), "route", route, raising=False)
    assert failure(small_site.post, "/blog/archive/") is None
    assert failure(small_site.post, "/blog/archives/") is Failure.MISSING


def test_an_answer_is_kept_for_a_while(small_site, django_assert_num_queries) -> None:
    addresses = ["/blog/", "/nothing/", "/portfolio/"]
    first = find_failures(small_site.post, addresses).reasons
    with django_assert_num_queries(0):
        assert find_failures(small_site.post, addresses).reasons == first == {"/nothing/": Failure.MISSING}


def test_many_good_links_cost_no_more_than_one(small_site, django_assert_max_num_queries) -> None:
    pages = [StandardPageFactory(parent=small_site.home, title=f"Page {number}") for number in range(10)]
    Site.get_site_root_paths()
    with django_assert_max_num_queries(3):
        assert find_failures(small_site.post, [page.url for page in pages]) == ({}, True)


def test_very_many_links_are_looked_up_some_at_a_time(small_site, monkeypatch, django_assert_max_num_queries) -> None:
    monkeypatch.setattr("galley.preview.broken_links.MOST_AT_ONCE", 10)
    addresses = [f"/nothing/{number}/" for number in range(21)]
    found = []
    for _round in range(3):
        with django_assert_max_num_queries(80):
            failures = find_failures(small_site.post, addresses)
        found.append((len(failures.reasons), failures.is_complete))
    assert found == [(10, False), (20, False), (21, True)]

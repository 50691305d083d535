"""The addresses of documents that were given out, and the headers with which documents are sent."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents.models import Document
from wagtail.models import BaseViewRestriction, Collection, CollectionViewRestriction

from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db

Get = Callable[..., HttpResponse]


@pytest.fixture
def document(small_site: SmallSite) -> Document:
    return Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))


def replace_file(client: Client, document: Document, name: str, content: bytes) -> str:
    """Replace the file in the admin; return the new URL."""
    data = {"title": "Report", "file": SimpleUploadedFile(name, content), "collection": 1}
    assert client.post(reverse("wagtaildocs:edit", args=[document.pk]), data).status_code == 302
    document.refresh_from_db()
    return document.url


def read(response: HttpResponse) -> bytes:
    return b"".join(response)


@pytest.mark.parametrize(
    "name", ["report.pdf", "second.pdf", "Übersicht (2).pdf", f"{'日本語' * 25}.pdf", "a#b%20c?.zip"]
)
def test_a_replaced_document_is_found_at_its_former_addresses(
    client: Client, editor, document: Document, name: str
) -> None:
    client.force_login(editor)
    given_out = [document.url]
    for content in (b"two", b"three", b"four"):
        given_out.append(replace_file(client, document, name, content))
    for url in given_out[:-1]:
        response = client.get(url)
        if response.status_code == 301:
            assert response["Location"] == given_out[-1]
            response = client.get(response["Location"])
        assert read(response) == b"four"
    assert all(len(link) <= 255 for link in Redirect.objects.values_list("redirect_link", flat=True))


def test_other_bytes_have_another_address(client: Client, editor, document: Document) -> None:
    client.force_login(editor)
    urls = [document.url, *(replace_file(client, document, f"{name}.pdf", b"x") for name in "abc")]
    assert len(set(urls)) == 4


def test_a_document_with_the_same_file_has_the_same_address(document: Document, asgi_get: Get) -> None:
    document.title = "Another title"
    document.save()
    assert not Redirect.objects.exists()
    assert asgi_get(document.url).status_code == 200
    url = document.url
    document.delete()
    assert asgi_get(url).status_code == 404


@pytest.mark.parametrize("name", ["a.pdf", "a.csv", "a.zip", "a.txt"])
def test_a_document_names_no_encoding_that_it_does_not_have(small_site: SmallSite, asgi_get: Get, name: str) -> None:
    """RFC 9110, 8.4. Wagtail sends `None`, and `curl --compressed` refuses that."""
    document = Document.objects.create(title="x", file=ContentFile(b"abc", name))
    response = asgi_get(document.url)
    assert (response.get("Content-Encoding"), response["Content-Length"]) == (None, "3")


def test_a_document_that_was_not_modified_has_no_length(document: Document, asgi_get: Get) -> None:
    """RFC 9110, 8.6. uvicorn ends the connection when no content follows the length that Wagtail sends."""
    first = asgi_get(document.url)
    for headers in ({"If-Modified-Since": first["Last-Modified"]}, {"If-None-Match": first["ETag"]}):
        again = asgi_get(document.url, headers=headers)
        assert (again.status_code, read(again), again.has_header("Content-Length")) == (304, b"", False)


def test_a_document_that_was_replaced_without_a_form_has_another_etag(document: Document, asgi_get: Get) -> None:
    former = asgi_get(document.url)["ETag"]
    document.file = ContentFile(b"two", "report.pdf")
    document.save()
    again = asgi_get(document.url, headers={"If-None-Match": former})
    assert (again.status_code, read(again)) == (200, b"two")
    assert "" not in {former.strip('"'), again["ETag"].strip('"')}


def test_no_304_has_a_length(small_site: SmallSite, asgi_get: Get) -> None:
    for url in ("/blog/feed.atom", "/sitemap.xml", "/robots.txt"):
        again = asgi_get(url, headers={"If-None-Match": asgi_get(url)["ETag"]})
        assert (again.status_code, again.has_header("Content-Length")) == (304, False)


@pytest.mark.parametrize("kind", [BaseViewRestriction.LOGIN, BaseViewRestriction.PASSWORD, BaseViewRestriction.GROUPS])
def test_a_restricted_document_and_the_way_to_it_are_stored_nowhere(
    client: Client, editor, document: Document, kind: str
) -> None:
    secret = Collection.get_first_root_node().add_child(name="Secret")
    restriction = CollectionViewRestriction.objects.create(collection=secret, restriction_type=kind, password="pass")
    below = secret.add_child(name="Below")
    Document.objects.filter(pk=document.pk).update(collection=below)
    refused = client.get(document.url)
    assert (refused.status_code, refused["Cache-Control"]) in {
        (302, "private, no-store"),
        (200, "max-age=0, no-cache, no-store, must-revalidate, private"),
    }
    assert b"one" not in read(refused)
    client.force_login(editor)
    session = client.session
    session[restriction.passed_view_restrictions_session_key] = [restriction.pk]
    session.save()
    sent = client.get(document.url)
    assert (sent.status_code, read(sent), sent["Cache-Control"]) == (200, b"one", "private, no-store")
    assert (sent["X-Content-Type-Options"], sent.get("Content-Encoding")) == ("nosniff", None)
    again = client.get(document.url, HTTP_IF_NONE_MATCH=sent["ETag"])
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-store")


def test_refusals_are_stored_nowhere(client: Client, document: Document) -> None:
    for response in (
        client.get(f"/documents/{document.pk}/other.pdf"),
        client.get("/nowhere/"),
        client.get("/preview/shared/nothing/"),
        client.post("/preview/"),
        client.post("/contact/?check=x"),
        client.get("/", HTTP_HOST="evil.example"),
        Client(enforce_csrf_checks=True).post("/admin/login/"),
    ):
        assert response.status_code in {400, 403, 404, 405, 410}
        assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"], response.request


def test_a_cache_asks_whether_a_document_is_still_the_same(document: Document, asgi_get: Get) -> None:
    """Without `Cache-Control`, a document that is a year old may be shown for a month after it was replaced."""
    assert asgi_get(document.url)["Cache-Control"] == "no-cache"

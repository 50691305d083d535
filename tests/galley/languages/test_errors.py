"""The pages for errors are in the language of the address, also without a database and outside of the middleware."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client, RequestFactory

import config.urls
from galley.async_pages.body_limit import BodyLimit
from galley.languages.middleware import language_of_path
from tests.conftest import SmallSite
from tests.galley.languages.conftest import German
from tests.galley.page_cache.visitors import ask


def fail_with(error: Exception, request: Any) -> Any:
    """Call the handler of failures as Django does, while `error` is handled."""
    try:
        raise error
    except type(error):
        return config.urls.handler500(request)


def answer(status: int, request: Any) -> Any:
    match status:
        case 400:
            return config.urls.handler400(request, exception=SuspiciousOperation())
        case 403:
            return config.urls.handler403(request, exception=PermissionDenied())
        case 503:
            return fail_with(OperationalError("gone"), request)
        case _:
            return fail_with(ValueError("a fault"), request)


@pytest.mark.parametrize(
    ("status", "english", "german", "front_page"),
    [
        (400, "too long, or damaged", "zu lang oder wurde unterwegs beschädigt", ""),
        (403, "This isn’t open to you", "Das steht Ihnen nicht offen", "/de/"),
        (500, "We made a mistake", "Wir haben einen Fehler gemacht", "/de/"),
        (503, "We will be back", "Wir sind gleich wieder da", ""),
    ],
)
def test_handlers_know_the_language_without_database_and_middleware(
    languages: None, rf: RequestFactory, status: int, english: str, german: str, front_page: str
) -> None:
    found = answer(status, rf.get("/de/seite/"))
    html = found.content.decode()
    assert found.status_code == status
    assert '<html lang="de">' in html
    assert german in html
    assert re.findall(r'<a href="([^"]+)"', html) == ([front_page] if front_page else [])
    html = answer(status, rf.get("/page/")).content.decode()
    assert '<html lang="en-gb">' in html
    assert english in html


def test_with_one_language_a_path_says_nothing(rf: RequestFactory) -> None:
    html = answer(500, rf.get("/de/page/")).content.decode()
    assert '<html lang="en-gb">' in html
    assert '<a href="/">' in html


@pytest.mark.django_db
@pytest.mark.parametrize(("error", "text"), [(OperationalError("gone"), "gleich wieder da"), (ValueError(), "Fehler")])
def test_a_page_that_fails_answers_in_its_language(
    german: German, client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(type(german.post), "get_context", fail)
    client.raise_request_exception = False
    response = client.get(german.post.url)
    assert text in response.text
    assert response["Content-Language"] == "de"


def test_a_form_that_is_refused_says_why_in_the_language_of_the_path(languages: None, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    html = client.post("/de/search/", headers={"Origin": "http://testserver"}).text
    assert '<html lang="de">' in html
    assert "<h1>Ein Cookie kam nicht zurück</h1>" in html
    assert "Ihr Browser hat kein Cookie zurückgegeben" in html
    html = client.post("/de/search/", headers={"Origin": "https://elsewhere.example"}).text
    assert "hat Ihr Browser es von https://elsewhere.example gesendet. Der Server hält http://testserver" in html


def test_a_name_that_is_not_the_sites_is_refused_in_the_language_of_the_path(
    languages: None, client: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["site.example"]
    assert client.get("/de/", headers={"Host": "other.example"}).text.startswith("So heißt hier keine Website: other")


def test_a_value_that_cannot_be_read_is_refused_in_the_language_of_the_path(
    small_site: SmallSite, languages: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*args: object) -> None:
        int("ten")

    monkeypatch.setattr("search.views._render_search", read)
    html = client.get("/de/search/?number=ten").text
    assert '<html lang="de">' in html
    assert "Was als „number“ gesendet wurde, ist nicht lesbar" in html


async def test_what_is_too_long_is_refused_in_the_language_of_the_path(languages: None) -> None:
    limited = BodyLimit(None, 2_048, re.compile("/admin/"), language_of_path)  # type: ignore[arg-type]
    length = {"content_length": "3000"}
    assert (await ask(limited, "/de/kontakt/", "POST", b"", **length)).body.decode().startswith("Das ist zu lang")
    assert (await ask(limited, "/contact/", "POST", b"", **length)).body.startswith(b"This is too long")

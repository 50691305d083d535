"""Django's middleware works as before, with few thread hops."""

import asyncio
from collections import Counter

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.conf import settings
from django.contrib.messages import add_message
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string

from blog.models import BlogIndexPage
from galley.async_pages import middleware
from galley.async_pages.middleware import AsyncMiddlewareMixin
from tests.conftest import SmallSite
from tests.galley.async_pages.test_event_loop import Request, send

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each function was given to a thread."""
    counted: Counter[str] = Counter()
    call = SyncToAsync.__call__

    async def count(self, *args, **kwargs):
        counted[getattr(self.func, "__qualname__", str(self.func))] += 1
        return await call(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", count)
    return counted


# The first and the last are Django's signals, which it sends in a thread.
@pytest.mark.parametrize(("name", "most"), [("post", 3), ("about", 3), ("blog", 4), ("home", 3), ("contact", 4)])
def test_a_page_changes_threads_rarely(small_site: SmallSite, hops: Counter[str], name: str, most: int) -> None:
    url = getattr(small_site, name).url
    assert asyncio.run(send(Request(url))) == 200
    hops.clear()
    assert asyncio.run(send(Request(url))) == 200
    assert hops.total() <= most, hops


DJANGOS = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]


def test_all_of_djangos_middleware_is_there_in_its_order() -> None:
    ours = [import_string(name) for name in settings.MIDDLEWARE if name.startswith("galley.async_pages.middleware.")]
    assert all(issubclass(one, AsyncMiddlewareMixin) for one in ours)
    assert len(ours) == len(DJANGOS)
    assert all(issubclass(one, import_string(djangos)) for one, djangos in zip(ours, DJANGOS, strict=True))


def answer_with(monkeypatch: pytest.MonkeyPatch, change) -> None:
    async def view(request, page):
        await sync_to_async(change)(request)
        return HttpResponse()

    monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))


def test_a_session_that_was_changed_is_saved(small_site: SmallSite, asgi_get, async_client, monkeypatch) -> None:
    answer_with(monkeypatch, lambda request: request.session.update({"seen": "yes"}))
    assert settings.SESSION_COOKIE_NAME in asgi_get("/blog/").cookies
    assert async_client.session["seen"] == "yes"


def test_a_message_is_kept_for_the_next_page(small_site: SmallSite, asgi_get, monkeypatch) -> None:
    answer_with(monkeypatch, lambda request: add_message(request, 20, "Kept"))
    assert "messages" in asgi_get("/blog/").cookies


def test_a_form_without_its_token_is_refused(small_site: SmallSite, async_client) -> None:
    async_client.handler.enforce_csrf_checks = True
    answer = asyncio.run(async_client.post("/admin/login/", {"username": "ada"}))
    assert answer.status_code == 403


LOOP = {"Host": "site.example", "Sec-Fetch-Site": "none"}


@pytest.fixture
def behind_tls(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["site.example", "localhost", "127.0.0.1"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    middleware._log_loop.cache_clear()


def ask(headers: dict[str, str], status: int = 200) -> HttpResponse:
    view = middleware.SecurityMiddleware(lambda request: HttpResponse("The page"))
    response = view(RequestFactory().get("/", headers=headers))
    assert response.status_code == status
    return response


@pytest.mark.parametrize(
    ("sent", "got"), [({}, "nothing"), ({"X-Forwarded-Proto": "http"}, "http"), ({"X-Forwarded-Proto": "on"}, "on")]
)
def test_a_redirect_that_would_lead_here_again_is_explained_and_logged_once(
    behind_tls, caplog: pytest.LogCaptureFixture, sent: dict[str, str], got: str
) -> None:
    for _ in range(3):
        text = ask(LOOP | sent, 421).content.decode()
        assert f"the header X-Forwarded-Proto should be https, and is: {got}." in text
    assert [record.args for record in caplog.records] == [("site.example", "X-Forwarded-Proto", "https", got)]


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080"])
def test_a_browser_on_the_same_computer_is_redirected(behind_tls, host: str) -> None:
    assert ask(LOOP | {"Host": host}, 301)["Location"] == f"https://{host}/"


def test_who_asks_by_http_is_redirected_and_who_asks_by_https_is_answered(behind_tls, settings) -> None:
    assert ask({"Host": "site.example"}, 301)["Location"] == "https://site.example/"
    assert ask(LOOP | {"X-Forwarded-Proto": "https"}).content == b"The page"
    settings.SECURE_SSL_REDIRECT = False
    assert ask(LOOP).content == b"The page"

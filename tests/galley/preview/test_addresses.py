"""Sockets are opened where the preview's URLs are: below a path, and below a language."""

from typing import Any

import pytest
from channels.routing import URLRouter
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path, reverse, set_script_prefix

from galley.preview import asgi

urlpatterns = i18n_patterns(path("drafts/", include("galley.preview.urls")))


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Instead of opening a socket, return the URL of the newest draft, as the socket's code knows it."""

    async def open_socket(*_arguments: Any) -> str:
        return reverse("preview:newest")

    async def refuse(*_arguments: Any) -> str:
        return "refused"

    def router(prefix: str) -> URLRouter:
        return URLRouter([path(f"{prefix}pages/<int:page_id>/", open_socket), re_path("", refuse)])

    monkeypatch.setattr(asgi, "_router", router)
    yield
    set_script_prefix("/")


async def open_socket(url_path: str, root_path: str = "") -> Any:
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    scope = {"type": "websocket", "scheme": "ws", "path": url_path, "root_path": root_path, "headers": headers}
    return await asgi.sockets(scope, None, None)


@pytest.mark.parametrize(
    ("url_path", "root_path"),
    [
        ("/preview/pages/3/", ""),
        ("/sub/preview/pages/3/", "/sub"),
        ("/sub/site/preview/pages/3/", "/sub/site"),
        ("/preview/pages/3/", "/sub"),  # the proxy removes the path
    ],
)
async def test_a_site_may_be_below_a_path(settings: Any, url_path: str, root_path: str) -> None:
    assert await open_socket(url_path, root_path) == f"{root_path}/preview/"
    assert await open_socket(f"/other{url_path}", root_path) == "refused"
    settings.FORCE_SCRIPT_NAME = root_path or None
    assert await open_socket(url_path) == f"{root_path}/preview/"


@pytest.mark.parametrize("language", ["en-gb", "de", "zh-hans"])
@pytest.mark.parametrize("root_path", ["", "/sub"])
async def test_urls_may_begin_with_a_language(settings: Any, language: str, root_path: str) -> None:
    settings.ROOT_URLCONF = __name__
    assert await open_socket(f"{root_path}/{language}/drafts/pages/3/", root_path) == f"{root_path}/en-gb/drafts/"
    assert await open_socket(f"{root_path}/drafts/pages/3/", root_path) == "refused"

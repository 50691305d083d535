"""Which policy a response has, and what the policies allow."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from galley.embeds.providers import PROVIDERS
from galley.security_headers.application import SecurityHeaders
from galley.security_headers.apps import check_inline_scripts, check_middleware, check_settings
from galley.security_headers.middleware import SecurityHeadersMiddleware
from galley.security_headers.policies import CSP, allow, build_headers
from tests.factories import SmallSite
from tests.galley.page_cache.visitors import ask
from tests.galley.security_headers.observatory import read_policy

NEWSLETTER = {"title": "A letter", "form_address": "https://letters.example.org/subscribe", "field_name": "email"}
DEMO = ["/", "/blog/", "/portfolio/", "/contact/", "/search/?query=x", "/nowhere/", "/robots.txt", "/blog/feed.atom"]


def policy_of(response: HttpResponse) -> dict[str, set[str]]:
    return read_policy(response[CSP])


def test_every_public_response_has_the_strict_policy(small_site: SmallSite, asgi_get) -> None:
    for url in [*DEMO, small_site.post.url]:
        response = asgi_get(url)
        policy = policy_of(response)
        assert policy["default-src"] == {"'none'"}, url
        assert "unsafe" not in response[CSP]
        assert policy["style-src"] == policy["form-action"] == {"'self'"}
        for script in re.findall(r"<script>(.*?)</script>", response.content.decode(), re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy["script-src"], url
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", response.content.decode()), url
        for name in ("Permissions-Policy", "Cross-Origin-Resource-Policy", "Reporting-Endpoints", "Referrer-Policy"):
            assert response[name], (name, url)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_players_may_be_framed_and_nothing_else(small_site: SmallSite, asgi_get) -> None:
    frames = policy_of(asgi_get("/"))["frame-src"] - {"'self'"}
    assert all(any(provider.player.startswith(f"{frame}/") for frame in frames) for provider in PROVIDERS)
    assert len(frames) == 7
    assert all(frame.startswith("https://") for frame in frames)


def test_the_admin_has_a_policy_of_its_own_and_drafts_that_of_pages(
    small_site: SmallSite, client: Client, editor
) -> None:
    client.force_login(editor)
    admin = client.get("/admin/")
    assert "'unsafe-inline'" in policy_of(admin)["script-src"]
    assert "'unsafe-eval'" not in admin[CSP]
    assert "publickey" not in admin["Permissions-Policy"]  # Passkeys need it.
    small_site.post.save_revision()
    draft = client.get(f"/admin/pages/{small_site.post.pk}/view_draft/")
    screen = client.get("/preview/shared/nothing/")
    public = client.get(small_site.post.url)
    assert (draft.status_code, screen.status_code) == (200, 410)
    assert draft[CSP] == screen[CSP] == public[CSP] != admin[CSP]


def test_a_newsletters_form_may_be_sent_from_its_page_alone(small_site: SmallSite, asgi_get) -> None:
    small_site.about.body = [("newsletter", NEWSLETTER)]
    small_site.about.save_revision().publish()
    assert policy_of(asgi_get(small_site.about.url))["form-action"] == {"'self'", "https://letters.example.org"}
    assert policy_of(asgi_get("/"))["form-action"] == {"'self'"}


def test_pictures_may_be_shown_elsewhere_and_run_nothing(small_site: SmallSite, asgi_get) -> None:
    response = asgi_get(f"/share/{small_site.post.pk}/x.png")
    assert response.status_code in (200, 301, 302, 404)

    def send(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"", content_type="image/svg+xml")

    request = HttpRequest()
    request.path = "/somewhere.svg"
    picture = SecurityHeadersMiddleware(send)(request)
    assert (picture[CSP].split("; ")[0], picture["Cross-Origin-Resource-Policy"]) == (
        "default-src 'none'",
        "cross-origin",
    )
    assert "sandbox" in picture[CSP]
    request.path = "/admin/images/1/preview/"
    assert SecurityHeadersMiddleware(send)(request)["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_a_view_sets_counts() -> None:
    def send(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={CSP: "default-src 'self'"})

    request = HttpRequest()
    request.path = "/"
    assert SecurityHeadersMiddleware(send)(request)[CSP] == "default-src 'self'"
    allow(request, "img-src", "https://a.example.org")
    assert "img-src https://a.example.org" in SecurityHeadersMiddleware(send)(request)[CSP]


@override_settings(
    CSP_SOURCES="script-src https://counts.example.org; worker-src 'self'", MEDIA_URL="https://m.example/x/"
)
def test_the_site_adds_to_its_policy() -> None:
    policy = read_policy(build_headers().public[CSP])
    assert {"'self'", "https://counts.example.org"} <= policy["script-src"]
    assert policy["worker-src"] == {"'self'"}
    assert "https://m.example" in policy["img-src"]
    assert "https://counts.example.org" not in build_headers().admin[CSP]
    assert "https://m.example" in build_headers().admin[CSP]


@override_settings(CSP_SOURCES="default-src 'self'; connect-src 'none'")
def test_none_goes_with_no_other_source() -> None:
    assert read_policy(build_headers().public[CSP])["default-src"] == {"'self'"}
    assert read_policy(build_headers().public[CSP])["connect-src"] == {"'self'"}


@pytest.mark.parametrize("text", ["https://counts.example.org", "img-src a, b", "img-src ü", "Script-Src x"])
def test_what_is_no_policy_is_refused_by_name(text: str) -> None:
    with override_settings(CSP_SOURCES=text):
        [error] = check_settings()
        assert "CSP_SOURCES" in error.msg
    assert check_settings() == []


def test_a_list_in_place_of_a_text_is_refused() -> None:
    with override_settings(CSP_SOURCES=["img-src x"]), pytest.raises(ImproperlyConfigured, match="has to be a str"):
        build_headers()


def test_scripts_with_template_tags_and_a_missing_middleware_are_found() -> None:
    assert check_inline_scripts() == check_middleware() == []
    with override_settings(CSP_INLINE_SCRIPTS=["base.html"]):
        assert [error.id for error in check_inline_scripts()] == ["security_headers.E002"]
    with override_settings(MIDDLEWARE=["django.middleware.common.CommonMiddleware"]):
        assert [warning.id for warning in check_middleware()] == ["security_headers.W001"]
    assert apps.is_installed("galley.security_headers")


def sending(*headers: tuple[bytes, bytes], status: int = 200) -> Callable:
    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"x"})

    return app


@override_settings(
    SECURE_HSTS_SECONDS=60, SECURE_HSTS_PRELOAD=False, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")
)
async def test_static_and_media_files_have_the_headers_too() -> None:
    css = SecurityHeaders(sending((b"content-type", b"text/css"), (b"referrer-policy", b"no-referrer")))
    plain = (await ask(css, "/static/css/sheet.css")).headers
    assert plain["cross-origin-resource-policy"] == "same-origin"
    assert (plain["x-content-type-options"], plain["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "sandbox" in plain["content-security-policy"]
    assert "strict-transport-security" not in plain
    secure = (await ask(css, "/static/css/sheet.css", x_forwarded_proto="https")).headers
    assert secure["strict-transport-security"] == "max-age=60"
    picture = SecurityHeaders(sending((b"Content-Type", b"image/svg+xml")))
    assert (await ask(picture, "/media/images/a.svg")).headers["cross-origin-resource-policy"] == "cross-origin"
    assert "sandbox" in (await ask(picture, "/media/images/a.svg")).headers["content-security-policy"]
    # What has passed Django's middleware has what it needs.
    page = (CSP.encode(), b"default-src 'self'"), (b"content-type", b"text/html")
    answered = await ask(SecurityHeaders(sending(*page)), "/blog/", x_forwarded_proto="https")
    assert answered.headers == {"content-security-policy": "default-src 'self'", "content-type": "text/html"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "host", "size", "status"),
    [
        ("POST", "/contact/", "testserver", 300_000, 413),
        ("POST", "/admin/login/", "testserver", 300_000, 413),
        ("GET", "/", "elsewhere.example.org", 0, 400),
        ("GET", "/nowhere/", "testserver", 0, 404),
        ("GET", "/static/nothing.css", "testserver", 0, 404),
        ("GET", "/policy-reports/", "testserver", 0, 405),
        ("POST", "/policy-reports/", "testserver", 10, 400),
    ],
)
async def test_refusals_have_the_headers_whoever_refuses(
    method: str, path: str, host: str, size: int, status: int
) -> None:
    """Django's middleware doesn't see what is refused before it."""
    from config import asgi

    secure = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "SECURE_HSTS_SECONDS": 60}
    sent = {"host": host, "content_length": str(size), "x_forwarded_proto": "https"}
    with override_settings(**secure, SECURE_HSTS_PRELOAD=False, ALLOWED_HOSTS=["testserver"]):
        answer = await ask(asgi.site, path, method, b"x" * size, **sent)
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name in ("permissions-policy", "cross-origin-resource-policy", "x-content-type-options"):
        assert answer.headers[name], name
    if status in (413, 405):
        assert answer.headers["strict-transport-security"] == "max-age=60"

"""MDN's HTTP Observatory gives A+: the front page by HTTPS, with the settings of a server."""

import importlib
import sys
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.factories import SmallSite
from tests.galley.security_headers.observatory import score

SECURE = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "testserver"}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> override_settings:
    """The settings of a server, as far as they are about security."""
    for name, value in {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "testserver",
        "WAGTAILADMIN_BASE_URL": "https://testserver",
        "GALLEY_VAR_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("config.settings.base", "config.settings.production"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = vars(importlib.import_module("config.settings.production"))
    prefixes = ("SECURE_", "CSP_", "SESSION_COOKIE_", "CSRF_COOKIE_", "X_FRAME_")
    return override_settings(**{name: value for name, value in module.items() if name.startswith(prefixes)})


@pytest.mark.django_db
def test_the_front_page_has_at_least_115_points(small_site: SmallSite, production: override_settings) -> None:
    with production:
        client = Client()
        redirect = client.get("/", HTTP_HOST="testserver")
        page = client.get("/", **SECURE)
    redirects = redirect.status_code == 301 and redirect["Location"] == "https://testserver/"
    assert (page.status_code, page.cookies) == (200, {})
    headers, html = page.headers, page.content.decode()
    assert score(headers, html, redirects_to_https=redirects) == 130
    # Without the policy and what belongs beside it, it had far less.
    before = {name: value for name, value in headers.items() if name not in MADE_HERE}
    assert score(before, html, redirects_to_https=redirects) < 90


MADE_HERE = {"Content-Security-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Reporting-Endpoints"}


def test_preloading_is_only_for_who_asks_for_it(production: override_settings) -> None:
    assert production.options["SECURE_HSTS_PRELOAD"] is False
    assert production.options["SECURE_HSTS_SECONDS"] >= 31_536_000


@pytest.mark.django_db
@pytest.mark.parametrize("is_asked_for", [False, True])
def test_the_header_says_so(small_site: SmallSite, production: override_settings, is_asked_for: bool) -> None:
    with production, override_settings(SECURE_HSTS_PRELOAD=is_asked_for):
        header = Client().get("/", **SECURE)["Strict-Transport-Security"]
    assert header.endswith("; preload") is is_asked_for

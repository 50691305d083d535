"""The site's address is one setting. Wagtail's record follows it, and rendering a page needs no visitor."""

import re
from collections.abc import Callable

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.http import HttpResponse
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import Page, Site

from galley.preview.drafts.rendering import render_page
from galley.site_settings.site_address import check_address, update_site
from home.models import Rendition, SiteImage
from quickstart.management.commands import serve
from quickstart.prepare import update_database
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory, SiteImageFactory

pytestmark = pytest.mark.django_db

Get = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def every_host(settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def behind_tls(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["www.example.org", "testserver"]
    settings.WAGTAILADMIN_BASE_URL = "https://www.example.org"


def only_site() -> tuple[str, int]:
    return Site.objects.values_list("hostname", "port").get()


@pytest.mark.parametrize(
    ("url", "hostname", "port", "root_url"),
    [
        ("https://www.example.org", "www.example.org", 443, "https://www.example.org"),
        ("https://Example.org/", "example.org", 443, "https://example.org"),
        ("http://example.org", "example.org", 80, "http://example.org"),
        ("http://example.org:8080", "example.org", 8080, "http://example.org:8080"),
        ("http://192.0.2.7:9000", "192.0.2.7", 9000, "http://192.0.2.7:9000"),
        ("http://[2001:DB8::1]:8080", "[2001:db8::1]", 8080, "http://[2001:db8::1]:8080"),
        ("https://[::1]", "[::1]", 443, "https://[::1]"),
        ("https://bücher.example", "xn--bcher-kva.example", 443, "https://xn--bcher-kva.example"),
        ("HTTPS://example.org:443", "example.org", 443, "https://example.org"),
    ],
)
@pytest.mark.by_day(0, 4)
def test_the_only_site_follows_the_setting(
    small_site: SmallSite, settings, url: str, hostname: str, port: int, root_url: str
) -> None:
    settings.WAGTAILADMIN_BASE_URL = url
    assert [message.id for message in check_address(["default"])] == ["site_settings.W001"]
    call_command("migrate", verbosity=0)
    assert only_site() == (hostname, port)
    assert Page.objects.get(pk=small_site.about.pk).full_url == f"{root_url}{small_site.about.url}"
    assert Site.objects.get().root_page_id == small_site.home.pk
    assert check_address(["default"]) == []


def test_a_fresh_database_has_the_address(settings, behind_tls) -> None:
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=Page.objects.first(), is_default_site=True, site_name="Ours")
    update_site()
    update_site()
    site = Site.objects.get()
    assert (site.root_url, site.is_default_site, site.site_name) == ("https://www.example.org", True, "Ours")


def test_sites_that_were_set_up_by_hand_stay(small_site: SmallSite, settings) -> None:
    Site.objects.create(hostname="second.example", port=443, root_page=small_site.about)
    before = list(Site.objects.values())
    settings.WAGTAILADMIN_BASE_URL = "https://third.example"
    call_command("migrate", verbosity=0)
    assert list(Site.objects.values()) == before
    [message] = check_address(["default"])
    assert (message.id, "third.example" in message.msg) == ("site_settings.W001", True)
    settings.WAGTAILADMIN_BASE_URL = "https://second.example"
    assert check_address(["default"]) == []


def test_the_default_replaces_no_host_name(small_site: SmallSite, settings) -> None:
    Site.objects.update(hostname="example.org", port=443)
    settings.WAGTAILADMIN_BASE_URL = "http://localhost:8080"
    update_site()
    assert only_site() == ("example.org", 443)
    Site.objects.update(hostname="localhost", port=80)
    update_site()
    assert only_site() == ("localhost", 8080)


def test_https_at_another_port_is_named(settings) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://example.org:8443"
    update_site()
    [message] = check_address(["default"])
    assert message.id == "site_settings.W002"
    assert "http://example.org:8443" in message.msg


def test_site_map_and_metadata_have_the_address(small_site: SmallSite, behind_tls, asgi_get: Get) -> None:
    update_site()
    for url in ("/sitemap-0.xml", small_site.about.url, "/blog/feed.atom"):
        text = asgi_get(url, headers={"x-forwarded-proto": "https"}).content.decode()
        assert "https://www.example.org/" in text
        assert not re.search(r"http://(testserver|localhost|www\.example)", text)


@pytest.mark.parametrize("hostname", ["localhost", "www.example.org", "testserver", "second.example"])
@pytest.mark.by_day(0)
def test_a_page_is_rendered_without_a_visitor(
    small_site: SmallSite,
    behind_tls,
    hostname: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Whatever the record says: nobody follows a redirect to HTTPS."""
    Site.objects.update(hostname=hostname, port=80)
    image: SiteImage = SiteImageFactory(file__width=500, file__height=300)
    with django_capture_on_commit_callbacks(execute=True):
        post = BlogPostPageFactory(parent=small_site.blog, lead_image=image, title="Rendered")
        post.save_revision().publish()
    assert "Rendered" in render_page(post)
    assert Rendition.objects.filter(filter_spec="width-400|format-avif").exists()


def test_the_preview_is_rendered_in_sites_with_middleware_of_django(
    small_site: SmallSite, settings, behind_tls
) -> None:
    name = "SecurityMiddleware"
    settings.MIDDLEWARE = [
        f"django.middleware.security.{name}" if path.endswith(name) else path for path in settings.MIDDLEWARE
    ]
    assert small_site.post.title in render_page(small_site.post)


def test_a_visitor_is_redirected_to_https(small_site: SmallSite, behind_tls, asgi_get: Get) -> None:
    assert asgi_get(small_site.about.url).status_code == 301


def test_the_address_is_checked_at_the_start(small_site: SmallSite, settings) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://other.example"
    [message] = run_checks(**serve.Command().get_check_kwargs({}))
    assert message.id == "site_settings.W001"
    update_database(lambda line: None)
    assert run_checks(databases=["default"]) == []


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "//example.org",
        "https://",
        "",
        "ftp://example.org",
        "ftp://example.org:443",
        "https://example.org/blog/",
        "https://example.org?x=1",
        "https://example.org:99999",
        "https://example.org:http",
        "https://two words.example",
        "https://under_score.example",
        "https://editor:secret@example.org",
        "http://::1:8080",
        "http://[::1",
        f"https://{'ü' * 70}.example",
    ],
)
def test_what_is_no_address_of_a_site_is_refused(small_site: SmallSite, settings, url: str) -> None:
    before = only_site()
    settings.WAGTAILADMIN_BASE_URL = url
    update_site()
    assert only_site() == before
    for databases in (["default"], None):
        [message] = check_address(databases)
        assert (message.id, message.is_serious()) == ("site_settings.E001", True)
        assert repr(url) in message.msg


@pytest.mark.parametrize("hosts", [["www.example.org"], ["https://example.org"], ["example.org:443"], [" example.org"]])
def test_an_address_that_the_site_refuses_is_named(small_site: SmallSite, settings, hosts: list[str]) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://example.org"
    update_site()
    assert check_address(["default"]) == []
    settings.ALLOWED_HOSTS = hosts
    [message] = check_address(["default"])
    assert (message.id, "https://example.org" in message.msg) == ("site_settings.W003", True)
    settings.ALLOWED_HOSTS = [*hosts, ".example.org"]
    assert check_address(["default"]) == []


@pytest.mark.parametrize("hostname", ["[::1]", "xn--bcher-kva.example"])
def test_a_page_of_any_host_is_rendered(small_site: SmallSite, settings, hostname: str) -> None:
    settings.ALLOWED_HOSTS = [hostname]
    Site.objects.update(hostname=hostname, port=8080)
    assert small_site.post.title in render_page(small_site.post)

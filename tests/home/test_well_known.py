"""The small files at fixed addresses."""

import datetime
import json
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image
from wagtail.models import Site

from home.models import SiteSettings
from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db


def write_settings(**fields: str) -> None:
    settings = SiteSettings.for_site(Site.objects.get())
    for name, value in fields.items():
        setattr(settings, name, value)
    settings.full_clean()
    settings.save()


@pytest.mark.parametrize("path", ["/robots.txt", "/humans.txt", "/site.webmanifest"])
def test_they_are_everybodys(small_site: SmallSite, asgi_get, path: str) -> None:
    answer = asgi_get(path)
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    assert asgi_get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_robots_are_told_where_to_look_and_where_not(small_site: SmallSite, asgi_get) -> None:
    lines = asgi_get("/robots.txt").content.decode().splitlines()
    assert lines[:3] == ["User-agent: *", "Disallow: /admin/", "Disallow: /preview/"]
    assert "Sitemap: http://testserver/sitemap.xml" in lines


def test_people_are_named(small_site: SmallSite, asgi_get) -> None:
    Site.objects.update(site_name="Proofs & Co")
    write_settings(footer_text="Ada & Grace")
    text = asgi_get("/humans.txt").content.decode()
    assert "Proofs & Co" in text
    assert "Ada & Grace" in text


@pytest.mark.parametrize(
    ("contact", "printed"),
    [("holes@example.org", "mailto:holes@example.org"), ("https://example.org/holes", "https://example.org/holes")],
)
def test_a_hole_can_be_told_of(small_site: SmallSite, asgi_get, contact: str, printed: str) -> None:
    # The file names a time of UTC, whatever zone the site is in.
    write_settings(security_contact=contact, time_zone="Asia/Tokyo")
    answer = asgi_get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().strip().splitlines())
    assert fields["Contact"] == printed
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"
    left = datetime.datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert fields["Expires"].endswith("T00:00:00Z")
    assert datetime.timedelta(days=100) < left < datetime.timedelta(days=365)


def test_without_a_contact_nobody_is_named(small_site: SmallSite, asgi_get) -> None:
    assert asgi_get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["nobody", "javascript:alert(1)", "http://example.org", "a@b\nExpires: never"])
def test_a_contact_has_to_be_one(small_site: SmallSite, contact: str) -> None:
    with pytest.raises(ValidationError):
        write_settings(security_contact=contact)


def test_a_device_knows_name_and_icons(small_site: SmallSite, asgi_get) -> None:
    Site.objects.update(site_name="Proofs and Corrections")
    manifest = json.loads(asgi_get("/site.webmanifest").content)
    assert (manifest["name"], manifest["short_name"]) == ("Proofs and Corrections", "Proofs")
    for icon in manifest["icons"][:2]:
        image = Image.open(finders.find(icon["src"].removeprefix("/static/")))
        assert f"{image.width}x{image.height}" == icon["sizes"]


def test_browsers_that_ask_for_no_icon_in_particular_get_one(small_site: SmallSite, asgi_get) -> None:
    address = asgi_get("/favicon.ico")["Location"]
    icon = Image.open(BytesIO(Path(finders.find(address.removeprefix("/static/"))).read_bytes()))
    assert (16, 16) in icon.info["sizes"]

"""At the first start, the dashboard asks in which time zone the site is."""

import re

import pytest
from django.test import Client

from galley.site_settings.active_zone import read_site_zone
from home.models import SiteSettings
from tests.factories import SmallSite
from tests.galley.site_settings.conftest import client_in

QUESTION = "In which time zone is your site?"
ADDRESS = "/admin/site-time-zone/"


def dashboard(client: Client) -> str:
    return client.get("/admin/").content.decode()


def test_it_is_asked_until_it_is_answered(chief: Client, small_site: SmallSite) -> None:
    html = dashboard(chief)
    assert QUESTION in html
    assert '<option value="Europe/Berlin">' in html
    assert "site_settings/time-zone.js" in html
    assert not SiteSettings.objects.exists()
    answer = chief.post(ADDRESS, {"time_zone": "Asia/Tokyo"}, follow=True).content.decode()
    assert "The site’s time zone is Asia/Tokyo." in answer
    assert QUESTION not in answer
    assert read_site_zone() == "Asia/Tokyo"


def test_its_form_carries_the_token_that_is_asked_for(chief: Client, small_site: SmallSite) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = chief.cookies
    (token,) = re.findall(
        r'site-settings-question.*?name="csrfmiddlewaretoken" value="(\w+)"', dashboard(strict), re.DOTALL
    )
    strict.post(ADDRESS, {"time_zone": "Asia/Tokyo"})
    assert read_site_zone() == "UTC"
    strict.post(ADDRESS, {"time_zone": "Asia/Tokyo", "csrfmiddlewaretoken": token})
    assert read_site_zone() == "Asia/Tokyo"


def test_the_answer_may_be_what_applies_already(chief: Client) -> None:
    chief.post(ADDRESS, {"time_zone": "UTC"})
    assert QUESTION not in dashboard(chief)


@pytest.mark.parametrize(
    ("zone", "words"), [("Mars/Base", "“Mars/Base” is no time zone."), ("", "This field is required.")]
)
@pytest.mark.by_day(0)
def test_what_is_no_zone_gets_a_sentence(chief: Client, zone: str, words: str) -> None:
    answer = chief.post(ADDRESS, {"time_zone": zone}, follow=True).content.decode()
    assert words in answer
    assert QUESTION in answer
    assert read_site_zone() == "UTC"


@pytest.mark.parametrize("role", ["Editors", "Authors"])
def test_nobody_else_is_asked_or_may_answer(small_site: SmallSite, role: str) -> None:
    client = client_in(role)
    assert QUESTION not in dashboard(client)
    client.post(ADDRESS, {"time_zone": "Asia/Tokyo"})
    assert read_site_zone() == "UTC"


def test_an_answer_changes_nothing_else(chief: Client, change_settings) -> None:
    change_settings(tagline="Proved", announcement="Open", header_menu=[("address", {"label": "A", "address": "/a/"})])
    chief.post(ADDRESS, {"time_zone": "Asia/Tokyo", "tagline": "Hacked"})
    after = SiteSettings.objects.get()
    assert (after.tagline, after.announcement, after.time_zone) == ("Proved", "Open", "Asia/Tokyo")
    assert after.header_menu[0].value["address"] == "/a/"

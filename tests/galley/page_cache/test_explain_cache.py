"""`manage.py explain_cache`: what the cache does with a URL, in words."""

from io import StringIO

import pytest
from django.core.management import call_command
from wagtail.models import PageViewRestriction, Site

from tests.conftest import SmallSite

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def explain(url: str, **options: str) -> str:
    out = StringIO()
    call_command("explain_cache", url, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("debug", [False, True])
def test_a_page_is_stored_and_its_queries_are_named(small_site: SmallSite, settings, debug: bool) -> None:
    settings.DEBUG = debug
    explain("/about-us/")  # the first request to a new site may create rows
    text = explain("/about-us/", host="testserver")
    assert "Cacheable: yes" in text
    assert "Stored: yes" in text
    assert "Fresh: for 600 seconds" in text
    assert "stored: it was made from" in text
    assert "hit: nothing has changed" in text
    assert "home_standardpage" in text.partition("Invalidated by")[2]
    assert "wagtailcore_locale, wagtailcore_site" in text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/admin/login/", "the path is excluded by PAGE_CACHE_EXCLUDED_PATHS"),
        ("/nothing-here/", "its status is 404"),
        ("/search/?q=ink", "its Cache-Control says"),
        ("/?" + "x" * 2_000, "the query string has more than 1000 bytes"),
    ],
)
def test_the_reason_is_given_why_a_response_is_not_stored(small_site: SmallSite, url: str, reason: str) -> None:
    text = explain(url)
    assert "Cacheable: no; " + reason in text
    assert "Stored: no" in text


def test_a_restricted_page_is_not_stored(small_site: SmallSite) -> None:
    PageViewRestriction.objects.create(page=small_site.about, restriction_type=PageViewRestriction.LOGIN)
    assert "Cacheable: no" in explain(f"{Site.objects.get().root_url}/about-us/")

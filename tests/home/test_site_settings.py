"""“Your site”: one page of the admin for what belongs to the whole site."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ReferenceIndex, Site
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from config.asgi import django_application
from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import VersionTracker
from home.models import SiteSettings
from home.navigation import menu_items
from tests.factories import SiteImageFactory, SmallSite
from tests.galley.page_cache.conftest import MEBIBYTE
from tests.galley.page_cache.visitors import Visitor, runner  # noqa: F401
from tests.galley.site_settings.conftest import change_settings, chief, client_in  # noqa: F401


def address_of(site: SmallSite) -> str:
    return f"/admin/settings/home/sitesettings/{site.home.get_site().pk}/"


def form_with(**changed: Any) -> dict[str, Any]:
    """Return the fields of the form, all empty but these."""
    empty = streamfield([])
    data = {"header_menu": empty, "footer_menu": empty, "announcement_link": empty, "links": inline_formset([])}
    return nested_form_data(data | changed)


def save(client: Client, site: SmallSite, **changed: Any) -> str:
    """Send the form; return the page that follows, with its messages, or the form with its errors."""
    return client.post(address_of(site), form_with(**changed), follow=True).content.decode()


def read_text(html: str) -> str:
    """Return `html` with the letters that HTML, and the JSON in it, write as codes."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), unescape(html))


def share_pictures(html: str) -> list[str]:
    return re.findall(r'og:image" content="([^"]+)"', html)


SAVED = "Your site updated."


@pytest.mark.parametrize("role", ["Editors", "Authors"])
def test_editors_and_authors_neither_see_nor_change_it(small_site: SmallSite, role: str) -> None:
    client = client_in(role)
    assert "sitesettings" not in client.get("/admin/").content.decode()
    assert client.get(address_of(small_site)).status_code == 302
    client.post(address_of(small_site), form_with(tagline="Mine"))
    assert not SiteSettings.objects.filter(tagline="Mine").exists()


def test_a_chief_editor_finds_everything_in_tabs(small_site: SmallSite, chief: Client) -> None:  # noqa: F811
    html = chief.get(address_of(small_site)).content.decode()
    tabs = [" ".join(text.split()) for text in re.findall(r'role="tab"[^>]*>\s*([^<]+)', html)]
    assert tabs == ["Name and logo", "Menus", "Announcement", "Texts", "Mail", "Time", "Statistics"]
    for name in ("site_name", "logo", "share_image", "not_found_text", "contact_recipients", "time_zone"):
        assert f'name="{name}"' in html
    assert "Send a test to chief@example.org" in html
    for chooser in ("/admin/images/chooser/", "/admin/choose-page/"):
        assert chief.get(chooser).status_code == 200
    assert html.count('-zone">In the time zone UTC') == 2


def test_all_of_it_is_saved_and_shown_at_once(small_site: SmallSite, chief: Client, asgi_get) -> None:  # noqa: F811
    logo, picture = SiteImageFactory(title="Logo"), SiteImageFactory(title="Share", file__width=1200, file__height=630)
    blog = ("page", {"page": str(small_site.blog.pk), "label": ""})
    shop = ("address", {"label": "Shop", "address": "https://shop.example/"})
    more = (
        "submenu",
        {"label": "More", "links": streamfield([("page", {"page": small_site.about.pk, "label": "Us"})])},
    )
    imprint = ("address", {"label": "Imprint", "address": "/imprint/"})
    html = save(
        chief,
        small_site,
        site_name="Proofs",
        logo=logo.pk,
        share_image=picture.pk,
        tagline="Read twice",
        footer_text="Printed in a shed",
        not_found_text="Gone <fishing>.\n\nAsk us.",
        header_menu=streamfield([blog, shop, more]),
        footer_menu=streamfield([imprint, more]),
        links=inline_formset([{"label": "Fediverse", "url": "https://social.example/@us"}]),
        announcement="Closed today",
        contact_recipients="a@example.org\nb@example.org",
        time_zone="Europe/Berlin",
    )
    assert SAVED in html
    assert Site.objects.get().site_name == "Proofs"
    page = asgi_get(small_site.about.url).content.decode()
    head, foot = page.split("<main", 1)[0], page.split("</main>", 1)[1]
    assert 'alt="Proofs"' in head
    assert f'data-image="{logo.pk}"' in head
    assert "<title>About us — Proofs</title>" in page
    assert re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', head.split("running-head__menu", 1)[1])[:3] == [
        ("/blog/", "Blog"),
        ("https://shop.example/", "Shop"),
        ("/about-us/", "Us"),
    ]
    assert '<summary aria-current="true">More</summary>' in head
    assert '<a href="/about-us/" aria-current="page">Us</a>' in head
    assert "Closed today" in head
    for text in ('<a href="/imprint/">Imprint</a>', "More", "Read twice", "Printed in a shed", "@us"):
        assert text in foot
    assert [f"/{picture.pk}-" in url or f"/{picture.pk}." in url for url in share_pictures(page)] == [True]
    missing = asgi_get("/nothing/").content.decode()
    assert "<p>Gone &lt;fishing&gt;.</p>" in missing
    assert "may have a slip" not in missing
    assert '<a href="/about-us/">Us</a>' in missing.split("<main", 1)[1]


def test_a_picture_of_the_page_comes_before_the_sites(small_site: SmallSite, change_settings, asgi_get) -> None:  # noqa: F811
    (drawn,) = share_pictures(asgi_get(small_site.about.url).content.decode())
    assert f"/share/{small_site.about.pk}/" in drawn
    change_settings(share_image=SiteImageFactory(file__width=1200, file__height=630))
    (default,) = share_pictures(asgi_get(small_site.about.url).content.decode())
    small_site.about.share_image = SiteImageFactory(file__width=1200, file__height=630)
    small_site.about.save_revision().publish()
    (own,) = share_pictures(asgi_get(small_site.about.url).content.decode())
    assert len({drawn, default, own}) == 3
    assert "/share/" not in default + own


def test_without_a_choice_the_site_looks_as_before(small_site: SmallSite, change_settings, asgi_get) -> None:  # noqa: F811
    small_site.blog.show_in_menus = True
    small_site.blog.save()
    before = [asgi_get(url).content for url in ("/", small_site.about.url, "/nothing/")]
    change_settings()
    assert [asgi_get(url).content for url in ("/", small_site.about.url, "/nothing/")] == before
    html = before[0].decode()
    assert '<a href="/blog/">Blog</a>' in html
    assert "announcement" not in html
    assert "<details" not in html.split("<main", 1)[0]
    assert "colophon__menu" not in html


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"header_menu": [("address", {"label": "Ink", "address": "javascript:alert(1)"})]},
            "No link can lead to “javascript:alert(1)”.",
        ),
        (
            {
                "footer_menu": [
                    ("address", {"label": "A", "address": "/a/"}),
                    ("address", {"label": "B", "address": "/a/"}),
                ]
            },
            "“/a/” is in this menu twice. A menu can’t contain itself: take one of them out.",
        ),
        ({"announcement_link": [("address", {"label": "A", "address": "data:x"})]}, "No link can lead to “data:x”."),
        ({"time_zone": "Mars/Base"}, "“Mars/Base” is no time zone."),
        (
            {"announcement_from": "2030-05-02T10:00", "announcement_until": "2030-05-02T10:00"},
            "The announcement would end before it begins.",
        ),
        ({"contact_recipients": "ada@example.org\nnobody"}, "“nobody” isn’t an e-mail address."),
        ({"security_contact": "http://example.org"}, "Enter a valid URL."),
        ({"tagline": "x" * 141}, "Ensure this value has at most 140 characters"),
    ],
)
@pytest.mark.by_day(0, 3, 5)
def test_what_cannot_be_gets_a_sentence_and_nothing_that_was_written_is_lost(
    small_site: SmallSite,
    chief: Client,  # noqa: F811
    changed: dict[str, Any],
    sentence: str,
) -> None:
    changed = {name: streamfield(value) if isinstance(value, list) else value for name, value in changed.items()}
    html = save(chief, small_site, site_name="Proofs", footer_text="Long and dear", **changed)
    assert sentence in read_text(html)
    assert "The setting could not be saved due to errors." in html
    assert "Long and dear" in html
    assert 'value="Proofs"' in html
    assert Site.objects.get().site_name != "Proofs"
    assert not SiteSettings.objects.exclude(footer_text="").exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_another_process_hears_of_it(small_site: SmallSite, change_settings, runner: asyncio.Runner) -> None:  # noqa: F811
    """A process whose cache gets no signal of this one: it looks into the database three times a second."""
    cache = PageCache(django_application, 8 * MEBIBYTE, VersionTracker(stale_seconds=0))
    visitor = Visitor(cache, runner)
    change_settings(tagline="Read once")
    assert b"Read once" in visitor.get("/").body
    change_settings(tagline="Read twice", footer_menu=[("address", {"label": "Imprint", "address": "/imprint/"})])
    runner.run(cache.tracker.poll())
    html = visitor.get("/").body
    assert b"Read twice" in html
    assert b"Imprint" in html


def test_links_of_menus_are_named_where_a_page_is_used(small_site: SmallSite, change_settings) -> None:  # noqa: F811
    menu = [("submenu", {"label": "More", "links": [("page", {"page": small_site.about, "label": ""})]})]
    change_settings(header_menu=menu)
    ReferenceIndex.create_or_update_for_object(SiteSettings.objects.get())
    assert ReferenceIndex.get_references_to(small_site.about).filter(model_path__startswith="header_menu").exists()


def test_the_header_menu_is_marked_where_the_reader_is(small_site: SmallSite, change_settings, rf) -> None:  # noqa: F811
    home = ("page", {"page": small_site.home, "label": "Front"})
    blog = ("page", {"page": small_site.blog, "label": ""})
    change_settings(header_menu=[home, ("submenu", {"label": "More", "links": [blog]})])
    front, more = menu_items(rf.get(small_site.post.url))
    assert (front.is_section, front.is_current) == (False, False)
    assert (more.is_section, more.is_current, more.links[0].is_section) == (True, False, True)
    front, more = menu_items(rf.get("/"))
    assert (front.is_current, more.is_section) == (True, False)

"""The texts of “Your site” can be written in each language."""

import asyncio
import re
from typing import Any

import pytest
from django.test import Client
from wagtail.blocks.definition_lookup import BlockDefinitionLookupBuilder
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from galley.async_pages import PooledASGIHandler
from galley.page_cache.application import PageCache
from galley.page_cache.version_tracker import VersionTracker
from galley.site_settings.menus import MenuBlock
from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.galley.languages.conftest import German
from tests.galley.page_cache.conftest import MEBIBYTE
from tests.galley.page_cache.visitors import Visitor, runner  # noqa: F401
from tests.galley.site_settings.conftest import change_settings, chief  # noqa: F401


def address_of(site: SmallSite) -> str:
    return f"/admin/settings/home/sitesettings/{site.home.get_site().pk}/"


def save(client: Client, site: SmallSite, **changed: Any) -> str:
    empty = streamfield([])
    data = {"header_menu": empty, "footer_menu": empty, "announcement_link": empty, "links": inline_formset([])}
    return client.post(address_of(site), nested_form_data(data | changed), follow=True).content.decode()


def test_with_one_language_nothing_of_it_is_seen(small_site: SmallSite, chief: Client) -> None:  # noqa: F811
    html = chief.get(address_of(small_site)).content.decode()
    assert "_de" not in html
    assert "German" not in html
    assert "Label in" not in html
    assert re.search(r'<label for="id_tagline"[^>]*><span data-panel-heading-text>Tagline<', html)


def test_each_language_has_its_texts(
    german: German,
    menus_by_language: None,
    small_site: SmallSite,
    chief: Client,  # noqa: F811
    client: Client,
) -> None:
    shop = ("address", {"label": "Shop", "label_de": "Laden", "address": "https://shop.example/"})
    about = ("page", {"page": str(small_site.about.pk), "label": "Us", "label_de": "Über uns"})
    blog = ("page", {"page": str(small_site.blog.pk), "label": "Read", "label_de": ""})
    more = ("submenu", {"label": "More", "label_de": "Mehr", "links": streamfield([about, blog])})
    html = save(
        chief,
        small_site,
        tagline="Read twice",
        tagline_de="Zweimal gelesen",
        footer_text="Printed in a shed",
        not_found_text="Gone.",
        not_found_text_de="Fort.",
        announcement="Closed today",
        announcement_de="Heute zu",
        announcement_link=streamfield([shop]),
        header_menu=streamfield([shop, more]),
        links=inline_formset([{"label": "Photographs", "label_de": "Fotos", "url": "https://pictures.example/"}]),
    )
    assert "Your site updated." in html
    english, translated = (client.get(url).text for url in (small_site.about.url, german.about.url))
    missing_here, missing_there = (client.get(url).text for url in ("/nothing/", "/de/nichts/"))
    for page, theirs, ours in (
        (english, translated, ["Read twice", "Closed today", ">Shop<", ">More<", ">Us<", ">Read<", "Photographs"]),
        (translated, english, ["Zweimal gelesen", "Heute zu", ">Laden<", ">Mehr<", ">Über uns<", ">Notizen<", "Fotos"]),
        (missing_here, missing_there, ["<p>Gone.</p>"]),
        (missing_there, missing_here, ["<p>Fort.</p>"]),
    ):
        assert [text for text in ours if text not in page] == []
        assert [text for text in ours if text in theirs] == []
    assert f'<a href="{german.about.url}" aria-current="page">Über uns</a>' in translated
    # Nobody has written it in German.
    assert "Printed in a shed" in translated
    form = chief.get(address_of(small_site)).content.decode()
    assert 'value="Zweimal gelesen"' in form
    assert "Über uns" in form.replace("\\u00dc", "Ü")


def test_an_emptied_text_falls_back_and_another_language_stays(
    german: German,
    small_site: SmallSite,
    chief: Client,  # noqa: F811
    change_settings,  # noqa: F811
) -> None:
    change_settings(translations={"de": {"tagline": "Zweimal"}, "fr": {"tagline": "Deux fois"}})
    save(chief, small_site, tagline="Twice", tagline_de="")
    assert SiteSettings.objects.get().translations == {"fr": {"tagline": "Deux fois"}}
    assert "Ensure this value has at most 140 characters" in save(chief, small_site, tagline_de="x" * 141)


def test_who_dismisses_an_announcement_has_dismissed_it_in_all_languages(
    german: German,
    small_site: SmallSite,
    client: Client,
    change_settings,  # noqa: F811
) -> None:
    def keys() -> set[str]:
        pages = (client.get(page.url).text for page in (small_site.about, german.about))
        return {re.search(r'data-announcement="(\w+)"', html)[1] for html in pages}

    change_settings(announcement="Closed today", translations={"de": {"announcement": "Heute zu"}})
    first = keys()
    change_settings(announcement="Open again")
    assert len(first) == len(keys()) == 1
    assert first != keys()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_is_read_in_every_process(german: German, change_settings, runner: asyncio.Runner) -> None:  # noqa: F811
    cache = PageCache(PooledASGIHandler(1), 8 * MEBIBYTE, VersionTracker(stale_seconds=0))
    visitor = Visitor(cache, runner)
    change_settings(tagline="Twice", translations={"de": {"tagline": "Zweimal"}})
    assert "Zweimal" in visitor.get(german.about.url).body.decode()
    assert visitor.get(german.about.url).is_hit
    change_settings(translations={"de": {"tagline": "Dreimal"}})
    runner.run(cache.tracker.poll())
    assert "Dreimal" in visitor.get(german.about.url).body.decode()


def test_migrations_do_not_depend_on_the_languages(menus_by_language: None) -> None:
    found = []
    for block in (SiteSettings._meta.get_field("header_menu").stream_block, MenuBlock(required=False)):
        lookup = BlockDefinitionLookupBuilder()
        lookup.add_block(block)
        found.append(repr(lookup.get_lookup_as_dict()))
    assert re.sub(" at 0x[0-9a-f]+", "", found[0]) == re.sub(" at 0x[0-9a-f]+", "", found[1])
    assert "label_de" not in found[0]

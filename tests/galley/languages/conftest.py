"""The small site with a second language: switched on, with a home page, a blog, a post and a page in German."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import reload
from typing import Any

import pytest
from django.test import override_settings
from django.urls import clear_url_caches
from wagtail.admin.panels import get_edit_handler
from wagtail.contrib.settings.views import get_setting_edit_handler
from wagtail.models import Locale, Page

import config.urls
from galley.languages.conf import language_settings
from galley.languages.translating import translate
from galley.site_settings.menus import AddressLinkBlock, LinkStreamBlock, MenuBlock, PageLinkBlock, SubmenuBlock
from home.models import SiteSettings
from tests.conftest import SmallSite


@pytest.fixture
def languages() -> Iterator[None]:
    """Switch English and German on, as GALLEY_LANGUAGES does."""
    switched_on = language_settings(["en", "de"], [])
    del switched_on["INSTALLED_APPS"]
    with override_settings(**switched_on):
        reload(config.urls)
        _forget()
        yield
    reload(config.urls)
    _forget()


def _forget() -> None:
    """Forget what Django and Wagtail have made for the languages that there were."""
    clear_url_caches()
    get_setting_edit_handler.cache_clear()
    get_edit_handler.cache_clear()


@dataclass
class German:
    """The translations."""

    home: Any
    blog: Any
    post: Any
    about: Any


def publish(page: Page, **fields: Any) -> Page:
    """Publish `page` with other fields, and return it as it is then."""
    page = page.specific
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return Page.objects.get(pk=page.pk).specific


@pytest.fixture
def locale(languages: None, db: None) -> Locale:
    return Locale.objects.create(language_code="de")


@pytest.fixture
def german(locale: Locale, small_site: SmallSite) -> German:
    """Translate the post, and with it what is above it; and a page. All are published."""
    post = translate(small_site.post, locale, None)
    blog = post.get_parent()
    return German(
        publish(blog.get_parent(), title="Startseite"),
        publish(blog, title="Notizen", slug="notizen"),
        publish(Page.objects.get(pk=post.pk), title="Beitrag", slug="beitrag"),
        publish(translate(small_site.about, locale, None), title="Wir", slug="wir"),
    )


@pytest.fixture
def menus_by_language(languages: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the blocks of the menus again, as at a start of the site with these languages."""
    links: Any = [("page", PageLinkBlock()), ("address", AddressLinkBlock())]
    menu = MenuBlock([*links, ("submenu", SubmenuBlock([("links", LinkStreamBlock(links))]))], required=False)
    link = LinkStreamBlock(links, required=False)
    for name, block in (("header_menu", menu), ("footer_menu", menu), ("announcement_link", link)):
        monkeypatch.setitem(SiteSettings._meta.get_field(name).__dict__, "stream_block", block)

"""What visitors see of a site in two languages."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from wagtail.models import Locale

from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.galley.languages.conftest import German, publish

HREFLANG = re.compile(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">')


def read(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode()


def alternates(html: str) -> dict[str, str]:
    return {language: re.sub("^https?://[^/]+", "", url) for language, url in HREFLANG.findall(html)}


def test_with_one_language_nothing_changes(small_site: SmallSite, client: Client) -> None:
    html = read(client, small_site.post.url)
    assert '<html lang="en-gb">' in html
    assert "hreflang" not in html
    assert "languages" not in html
    assert "Content-Language" not in client.get("/")
    assert "xhtml" not in read(client, "/sitemap-0.xml")
    read(client, "/de/", 404)
    read(client, "/de/search/", 404)


def test_addresses_of_the_first_language_stay(languages: None, small_site: SmallSite, client: Client) -> None:
    assert small_site.post.url.startswith("/blog/")
    assert '<html lang="en-gb">' in read(client, small_site.post.url)
    assert "hreflang" not in read(client, small_site.post.url)


def test_a_translation_is_in_its_language(german: German, client: Client) -> None:
    assert german.post.url == "/de/notizen/beitrag/"
    response = client.get(german.post.url)
    html = response.content.decode()
    assert '<html lang="de">' in html
    assert "Beitrag" in html
    assert response["Content-Language"] == "de"
    assert '<a class="running-head__name" href="/de/"' in html


def test_pages_name_their_alternates(german: German, small_site: SmallSite, client: Client) -> None:
    english, translated = small_site.post.url, german.post.url
    expected = {"en-GB": english, "de": translated, "x-default": english}
    assert alternates(read(client, english)) == expected
    assert alternates(read(client, translated)) == expected
    assert alternates(read(client, small_site.contact.url)) == {}


def test_a_draft_is_named_nowhere(german: German, small_site: SmallSite, client: Client) -> None:
    german.post.unpublish()
    html = read(client, small_site.post.url)
    assert alternates(html) == {}
    assert german.post.url not in html
    assert german.post.url not in read(client, "/sitemap-0.xml")
    read(client, german.post.url, 404)


def test_the_switch_leads_to_the_translation(german: German, small_site: SmallSite, client: Client) -> None:
    html = read(client, small_site.post.url)
    assert f'<a href="{german.post.url}" lang="de" hreflang="de">Deutsch</a>' in html
    html = read(client, german.post.url)
    assert f'<a href="{small_site.post.url}" lang="en-GB" hreflang="en-GB">English</a>' in html


def test_the_switch_says_where_there_is_no_translation(german: German, small_site: SmallSite, client: Client) -> None:
    html = " ".join(read(client, small_site.contact.url).split())
    link = '<a href="/de/" lang="de" hreflang="de">Deutsch <span class="languages__note">(Startseite)</span></a>'
    assert link in html


def test_the_switch_leads_from_the_posts_of_a_tag_to_the_same_or_what_is_near(
    german: German, small_site: SmallSite, client: Client
) -> None:
    for post, tags in ((small_site.post, ["kestrels", "ä b"]), (german.post, ["kestrels"])):
        post.tags.set(tags)
        publish(post, date=datetime.date(2024, 5, 17), tags=post.tags.all())
    both, alone = (small_site.post.tags.get(name=name) for name in ("kestrels", "ä b"))
    link = '<a href="{}" lang="de" hreflang="de">Deutsch{}</a>'
    for path in (f"tags/{both.slug}/", "tags/", "archive/", "2024/", "2024/05/"):
        html = read(client, small_site.blog.url + path + "?page=1")
        assert link.format(german.blog.url + path, "") in html
        assert f'<a href="{small_site.blog.url}{path}" lang="en-GB"' in read(client, german.blog.url + path)
    note = ' <span class="languages__note">(Notizen)</span>'
    html = " ".join(read(client, f"{small_site.blog.url}tags/{alone.slug}/").split())
    assert link.format(f"{german.blog.url}tags/", note) in html
    publish(german.post, date=datetime.date(2023, 5, 17))
    html = " ".join(read(client, f"{small_site.blog.url}2024/05/").split())
    assert link.format(german.blog.url, note) in html


def test_the_site_map_has_both_languages(german: German, small_site: SmallSite, client: Client) -> None:
    tree = etree.fromstring(client.get("/sitemap-0.xml").content)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    urls = {url.findtext("s:loc", namespaces=names): url.xpath("x:link/@hreflang", namespaces=names) for url in tree}
    assert urls[german.post.full_url] == ["en-GB", "de", "x-default"]
    assert urls[small_site.post.full_url] == ["en-GB", "de", "x-default"]
    assert urls[small_site.contact.full_url] == []


def test_a_language_without_home_page_is_not_found(german: German, small_site: SmallSite, client: Client) -> None:
    german.home.unpublish()
    for path in ("/de/", german.post.url, "/de/notizen/feed.atom", small_site.post.url.replace("/blog", "/de/blog")):
        read(client, path, 404)
    assert "hreflang" not in read(client, small_site.post.url)
    assert "No page" not in read(client, "/de/search/?q=galley")


def test_feeds_have_one_language(german: German, small_site: SmallSite, client: Client) -> None:
    key = str(small_site.post.translation_key)
    named = {"atom": 'xml:lang="de"', "rss": "<language>de</language>", "json": '"language": "de"'}
    for extension, language in named.items():
        feed = read(client, f"/de/notizen/feed.{extension}")
        assert "Beitrag" in feed
        assert language in feed
        assert small_site.post.title not in feed
        assert key not in feed
        english = read(client, f"/blog/feed.{extension}")
        assert "Beitrag" not in english
        assert key in english


def test_search_finds_the_language_of_the_page(german: German, small_site: SmallSite, client: Client) -> None:
    publish(small_site.about, title="A kestrel")
    publish(german.about, title="Ein Turmfalke, auf Englisch kestrel")
    assert small_site.about.url in (html := read(client, "/search/?q=kestrel"))
    assert german.about.url not in html
    assert german.about.url in (html := read(client, "/de/search/?q=kestrel"))
    assert f'href="{small_site.about.url}"' not in html
    assert 'action="/de/search/"' in html
    assert ">Seite<" in re.sub(r"\s*(<|>)\s*", r"\1", html)
    assert 'href="/search/" lang="en-GB"' in html


def test_the_menu_leads_to_pages_of_the_language(german: German, small_site: SmallSite, client: Client) -> None:
    settings = SiteSettings.objects.get_or_create(site=small_site.home.get_site())[0]
    settings.header_menu = settings.header_menu.stream_block.to_python(
        [
            {"type": "page", "value": {"page": page.pk, "label": "Read"}}
            for page in (small_site.blog, small_site.contact)
        ]
    )
    settings.save()
    html = read(client, german.post.url)
    assert f'<a href="{german.blog.url}" aria-current="true">Notizen</a>' in html
    assert small_site.contact.url not in html
    assert f'<a href="{small_site.blog.url}" aria-current="true">Read</a>' in read(client, small_site.post.url)


def test_the_404_page_is_in_the_language_of_its_address(german: German, client: Client) -> None:
    html = read(client, "/de/nichts/", 404)
    assert '<html lang="de">' in html
    assert "Diese Seite gibt es hier nicht" in html


def test_texts_and_dates_are_translated(german: German, client: Client) -> None:
    publish(german.post, date="2026-03-05")
    html = read(client, german.post.url)
    assert "5. März 2026" in html
    assert "Zum Text springen" in html


@pytest.mark.nightly
def test_the_browsers_language_changes_nothing(german: German, small_site: SmallSite, client: Client) -> None:
    asked = {"Accept-Language": "de", "Cookie": "django_language=de"}
    response = client.get("/", headers=asked)
    assert response.status_code == 200
    assert b'<html lang="en-gb">' in response.content
    assert "Accept-Language" not in response.headers.get("Vary", "")


@pytest.mark.nightly
def test_it_is_so_under_asgi(german: German, small_site: SmallSite, asgi_get: Any) -> None:
    for url, language in ((german.post.url, "de"), (small_site.post.url, "en-gb"), (german.blog.url, "de")):
        assert f'<html lang="{language}">'.encode() in asgi_get(url).content


@pytest.mark.nightly
def test_share_images_belong_to_translations(german: German, client: Client) -> None:
    html = read(client, german.post.url)
    path = re.search(r'property="og:image" content="https?://[^/]+([^"]+)"', html)[1]
    read_image = client.get(path)
    assert read_image.status_code == 200


def test_a_locale_alone_shows_nothing(locale: Locale, small_site: SmallSite, client: Client) -> None:
    assert "hreflang" not in read(client, "/")
    read(client, "/de/", 404)

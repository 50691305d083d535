"""What editors do in a site with two languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Group
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page

from galley.bin.pages import move_page_to_bin
from galley.languages.translating import translate
from tests.conftest import SmallSite
from tests.galley.languages.conftest import German, publish


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def translate_url(page: Page, code: str = "de") -> str:
    return reverse("translate_page", args=[page.pk, code])


@pytest.fixture
def admin(client: Client, editor: AbstractUser) -> Client:
    client.force_login(editor)
    return client


def test_with_one_language_the_admin_is_as_it_was(admin: Client, small_site: SmallSite) -> None:
    html = admin.get(edit_url(small_site.post)).content.decode()
    assert 'data-side-panel="translations"' not in html
    assert "Translate into" not in html
    assert "languages.css" not in html
    assert admin.get(translate_url(small_site.post)).status_code == 404


def test_a_page_is_translated_with_what_is_above_it(admin: Client, locale: Locale, small_site: SmallSite) -> None:
    publish(small_site.post, title="A proof", excerpt="Made to be corrected.")
    assert translate_url(small_site.post) in admin.get(edit_url(small_site.post)).content.decode()
    question = admin.get(translate_url(small_site.post)).content.decode()
    for page in (small_site.home, small_site.blog):
        assert (
            f"<li>{page.title} ({page.specific_class._meta.verbose_name})" in question
            or f"<li>{page.title}" in question
        )
    response = admin.post(translate_url(small_site.post), follow=True)
    translation = small_site.post.get_translation(locale).specific
    assert response.redirect_chain[-1][0] == edit_url(translation)
    assert "Visitors see it once the drafts above it are published" in response.content.decode()
    assert [(page.live, page.locale, page.alias_of) for page in (translation, translation.get_parent())] == [
        (False, locale, None)
    ] * 2
    assert (translation.title, translation.excerpt) == ("A proof", "Made to be corrected.")
    assert translation.get_parent().get_parent().depth == 2
    assert translation.owner == response.wsgi_request.user
    assert admin.get("/de/").status_code == 404
    # Once more, it leads to the same.
    assert admin.post(translate_url(small_site.post)).url == edit_url(translation)
    assert admin.get(translate_url(small_site.post)).url == edit_url(translation)


def test_the_newest_draft_is_translated(locale: Locale, small_site: SmallSite) -> None:
    small_site.about.title = "Newer"
    small_site.about.save_revision()
    assert translate(small_site.about, locale, None).title == "Newer"


def test_the_panel_names_translations_and_shows_the_source(
    admin: Client, german: German, small_site: SmallSite
) -> None:
    html = " ".join(admin.get(edit_url(german.post)).content.decode().split())
    assert f'<a href="{edit_url(small_site.post)}" lang="en-gb">{small_site.post.title}</a>' in html
    source = reverse("translation_source", args=[small_site.post.pk])
    assert f'src="{source}"' in html
    assert small_site.post.title in admin.get(source).content.decode()
    assert "Older than the source" not in html
    publish(small_site.post, excerpt="Corrected.")
    html = admin.get(edit_url(german.post)).content.decode()
    assert "The source was published after the last change of this page" in html
    assert "Older than the source" in admin.get(edit_url(small_site.post)).content.decode()
    german.post.save_revision()
    assert "Older than the source" not in admin.get(edit_url(small_site.post)).content.decode()


@pytest.mark.parametrize(
    ("live", "changed", "state"), [(False, False, "Draft"), (True, True, "with changes in a draft")]
)
@pytest.mark.by_day(1)
def test_the_panel_names_the_state(
    admin: Client, german: German, small_site: SmallSite, live: bool, changed: bool, state: str
) -> None:
    if changed:
        german.post.save_revision()
    if not live:
        german.post.unpublish()
    assert state in admin.get(edit_url(small_site.post)).content.decode()


def test_nobody_translates_without_rights(
    client: Client, member: Callable[..., Any], locale: Locale, small_site: SmallSite
) -> None:
    client.force_login(member("change"))
    assert client.get(edit_url(small_site.post)).status_code == 200
    response = client.post(translate_url(small_site.post))
    assert response.status_code in (302, 403)
    assert not small_site.post.has_translation(locale)
    assert "Translate this page" not in client.get(edit_url(small_site.post)).content.decode()


def test_who_may_not_read_the_source_sees_it_as_visitors_do(
    client: Client, member: Callable[..., Any], german: German, small_site: SmallSite
) -> None:
    user = member("change")
    GroupPagePermission.objects.filter(group=user.groups.first()).update(page=german.home)
    client.force_login(user)
    html = client.get(edit_url(german.post)).content.decode()
    assert f'src="{small_site.post.url}"' in html
    assert edit_url(small_site.post) not in html
    small_site.post.title = "A secret draft"
    small_site.post.save_revision()
    small_site.post.unpublish()
    html = client.get(edit_url(german.post)).content.decode()
    assert client.get(reverse("translation_source", args=[small_site.post.pk])).status_code == 302
    assert "A secret draft" not in html
    assert "translations__source" not in html


def test_a_draft_is_previewed_in_its_language(admin: Client, german: German) -> None:
    html = admin.get(reverse("wagtailadmin_pages:view_draft", args=[german.post.pk])).content.decode()
    assert '<html lang="de">' in html


def test_chief_editors_may_add_locales(db: None) -> None:
    names = set(Group.objects.get(name="Chief editors").permissions.values_list("codename", flat=True))
    assert {"add_locale", "change_locale", "delete_locale"} <= names


@pytest.mark.nightly
def test_a_translation_in_the_bin_is_named_and_not_made_again(
    admin: Client, german: German, small_site: SmallSite, editor: AbstractUser
) -> None:
    move_page_to_bin(german.post, editor)
    html = admin.get(edit_url(small_site.post)).content.decode()
    assert "In the bin" in html
    assert translate_url(small_site.post) not in html
    assert admin.post(translate_url(small_site.post)).status_code == 302
    assert Page.objects.filter(translation_key=small_site.post.translation_key).count() == 2


def test_a_new_post_has_the_panel_at_once_and_its_links_when_it_is_saved(
    admin: Client, locale: Locale, small_site: SmallSite
) -> None:
    add = reverse("wagtailadmin_pages:add", args=["blog", "blogpostpage", small_site.blog.pk])
    html = admin.get(add).content.decode()
    assert 'data-side-panel="translations"' in html
    assert "As soon as the page is saved, you translate it here." in html
    # So Wagtail fills it, when autosave has made the page.
    html = admin.get(edit_url(small_site.post) + "?_w_hydrate_create_view=1").content.decode()
    assert "[data-side-panel='translations']" in html
    assert translate_url(small_site.post) in html

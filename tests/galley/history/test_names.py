"""Editors give names to versions, in the history of the page."""

from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import GroupPagePermission, PageLogEntry, Revision
from wagtail.utils.timestamps import render_timestamp

from galley.history.models import VersionName
from tests.conftest import SmallSite
from tests.factories import EditorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def revision(small_site: SmallSite, editor: AbstractUser) -> Revision:
    old = small_site.post.save_revision(user=editor, log_action=True)
    small_site.post.save_revision(user=editor, log_action=True)
    return old


@pytest.fixture
def desk(editor: AbstractUser) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def address(revision: Revision, page_id: Any = None) -> str:
    return f"/admin/pages/{page_id or revision.object_id}/revisions/{revision.pk}/name/"


def history(client: Client, revision: Revision) -> str:
    return client.get(f"/admin/pages/{revision.object_id}/history/").content.decode()


def test_a_name_is_given_changed_and_removed(desk: Client, revision: Revision, editor: AbstractUser) -> None:
    before = history(desk, revision)
    assert before.count("Name this version") == 2
    assert address(revision) in before

    response = desk.post(address(revision), {"name": "  Before   the cut "}, follow=True)
    assert response.redirect_chain == [(f"/admin/pages/{revision.object_id}/history/", 302)]
    assert "The version is now called “Before the cut”." in response.content.decode()
    assert "<b>“Before the cut”</b>" in response.content.decode()
    assert "Rename this version" in response.content.decode()
    assert VersionName.objects.get().user == editor
    assert 'value="Before the cut"' in desk.get(address(revision)).content.decode()

    desk.post(address(revision), {"name": "After all"})
    assert [str(name) for name in VersionName.objects.all()] == ["After all"]

    assert "The version has no name." in desk.post(address(revision), {"name": " "}, follow=True).content.decode()
    assert not VersionName.objects.exists()
    desk.post(address(revision), {"name": ""})
    assert not VersionName.objects.exists()


def test_a_name_is_text(desk: Client, revision: Revision) -> None:
    desk.post(address(revision), {"name": "<script>alert(1)</script> & “quotes”"})
    shown = history(desk, revision)
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “quotes”" in shown


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("n" * 101, "This name is one character too long. Shorten it, please."),
        ("n" * 50_000, "This name is 49900 characters too long. Shorten it, please."),
        ("no\x00thing", "Null characters are not allowed."),
    ],
)
def test_a_bad_name_gets_a_sentence(desk: Client, revision: Revision, name: str, sentence: str) -> None:
    response = desk.post(address(revision), {"name": name})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not VersionName.objects.exists()


@pytest.mark.parametrize("name", ["n" * 100, "字" * 100, "🎉"])
@pytest.mark.by_day(0)
def test_a_long_name_is_taken(desk: Client, revision: Revision, name: str) -> None:
    desk.post(address(revision), {"name": name})
    assert VersionName.objects.get().name == name


def group_member(small_site: SmallSite, *codenames: str, page: Any = None) -> Client:
    group = Group.objects.create(name="Some")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in codenames:
        permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=page or small_site.home, permission=permission)
    user = EditorFactory(is_superuser=False)
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def test_somebody_who_may_edit_the_page_names_versions(small_site: SmallSite, revision: Revision) -> None:
    client = group_member(small_site, "change_page")
    assert "Name this version" in history(client, revision)
    assert client.post(address(revision), {"name": "Mine"}).status_code == 302
    assert VersionName.objects.get().name == "Mine"


def test_somebody_who_may_publish_and_not_edit_sees_names(small_site: SmallSite, revision: Revision) -> None:
    VersionName.objects.create(revision=revision, name="Theirs")
    client = group_member(small_site, "add_page", "publish_page")
    shown = history(client, revision)
    assert "“Theirs”" in shown
    assert "ame this version" not in shown
    client.post(address(revision), {"name": "Mine"})
    assert VersionName.objects.get().name == "Theirs"


def test_others_may_not_name_versions(small_site: SmallSite, revision: Revision) -> None:
    for client in (group_member(small_site, "change_page", page=small_site.portfolio), Client()):
        assert client.get(address(revision)).status_code == 302
        assert client.post(address(revision), {"name": "Mine"}).status_code == 302
    assert not VersionName.objects.exists()


def test_what_is_not_there_is_not_found(desk: Client, small_site: SmallSite, revision: Revision) -> None:
    assert desk.get(address(revision, page_id=small_site.about.pk)).status_code == 404
    assert desk.post(address(revision, page_id=99999), {"name": "None"}).status_code == 404
    url = address(revision)
    revision.delete()
    assert desk.post(url, {"name": "None"}).status_code == 404


def test_the_number_of_queries_does_not_grow(
    desk: Client, revision: Revision, small_site: SmallSite, django_assert_num_queries: Any
) -> None:
    history(desk, revision)
    with CaptureQueriesContext(connection) as few:
        history(desk, revision)
    for _ in range(8):
        named = small_site.post.save_revision(log_action=True)
        VersionName.objects.create(revision=named, name="Named")
    with django_assert_num_queries(len(few)):
        history(desk, revision)


def test_an_entry_without_a_revision_has_no_links(desk: Client, revision: Revision) -> None:
    PageLogEntry.objects.filter(revision=revision).update(revision=None)
    assert history(desk, revision).count("ame this version") == 1


def test_the_comparison_names_both_versions(desk: Client, revision: Revision, small_site: SmallSite) -> None:
    VersionName.objects.create(revision=revision, name="Before <the> cut")
    compare = f"/admin/pages/{revision.object_id}/revisions/compare"
    newest = small_site.post.revisions.latest("created_at", "pk")
    title = small_site.post.get_admin_display_title()
    html = desk.get(f"{compare}/{revision.pk}...latest/").text
    assert f"{title}: “Before &lt;the&gt; cut” and latest" in html
    assert f"{title}: earliest and live" in desk.get(f"{compare}/earliest...live/").text
    assert f"{render_timestamp(newest.created_at)}" in desk.get(f"{compare}/{revision.pk}...{newest.pk}/").text
    other = small_site.about.save_revision()
    assert desk.get(f"{compare}/{other.pk}...live/").status_code == 404

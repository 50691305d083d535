"""The reports in the admin: who sees which rows, their filters, and what they say when there are none."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from wagtail.models import Collection, GroupPagePermission

from galley.reports.models import UndescribedPicture
from galley.tasks.models import CommandRun
from quickstart.management.commands import worker
from tests.factories import BlogPostPageFactory, EditorFactory, SiteImageFactory, SmallSite
from tests.galley.reports.conftest import add_broken_link

BROKEN, ALTS, IMAGES, AGEING, SHARED = (
    f"/admin/reports/{name}/"
    for name in ("broken-links", "missing-alt-texts", "undescribed-images", "ageing-pages", "shared-drafts")
)


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return response.content.decode()


def export_of(client: Client, address: str) -> str:
    response = client.get(f"{address}?export=csv")
    return b"".join(response.streaming_content).decode()


def test_a_row_names_page_field_text_target_reason_and_date(small_site: SmallSite, client_of) -> None:
    add_broken_link(small_site.post, "https://gone.example/x", "The words", status=404)
    html = html_of(client_of("Editors"), BROKEN)
    link = f"/admin/pages/{small_site.post.pk}/edit/#:w:contentpath=body.1"
    for text in (link, "Body", "The words", "https://gone.example/x", "There is nothing at this address.", "(404)"):
        assert text in html


CHECK = f"{BROKEN}check/"


def test_an_editor_lets_the_worker_check_all_links_once(
    small_site: SmallSite, client_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = client_of("Editors")
    assert "haven’t been checked yet" in html_of(editor, BROKEN)
    assert "checks all links now" in editor.post(CHECK, follow=True).content.decode()
    html = editor.post(CHECK, follow=True).content.decode()
    assert "The links are being checked already." in html
    assert "A check of the links was asked for on" in html
    during: list[str] = []

    def check(name: str) -> None:
        during.append(html_of(editor, BROKEN))
        assert "being checked already" in editor.post(CHECK, follow=True).content.decode()

    monkeypatch.setattr(worker, "run_command", check)
    assert CommandRun.find("check_links").is_due
    assert worker.run_alone("check_links", worker.DAY, "w1")
    assert "Links to other sites are being checked now." in during[0]
    assert not CommandRun.find("check_links").is_due
    html = html_of(editor, BROKEN)
    assert "Links to other sites were last checked on" in html
    assert "asked for" not in html
    assert "being checked now" not in html
    # It rests for a day, unless somebody asks.
    assert not worker.run_alone("check_links", worker.DAY, "w2")
    assert "checks all links now" in editor.post(CHECK, follow=True).content.decode()
    assert worker.run_alone("check_links", worker.DAY, "w2")
    assert len(during) == 2


def test_only_who_may_publish_begins_a_check(small_site: SmallSite, client_of) -> None:
    author = client_of("Authors")
    assert CHECK not in html_of(author, BROKEN)
    assert author.post(CHECK).status_code == 302
    assert not CommandRun.objects.exists()
    editor = client_of("Editors")
    assert CHECK in html_of(editor, BROKEN)
    assert editor.get(CHECK).status_code == 405
    assert not CommandRun.objects.exists()


def test_only_web_addresses_can_be_opened(small_site: SmallSite, client_of) -> None:
    add_broken_link(small_site.post, "https://gone.example/x")
    add_broken_link(small_site.post, "javascript://[%0aalert(1)", problem="invalid")
    html = html_of(client_of("Editors"), BROKEN)
    assert 'href="https://gone.example/x"' in html
    assert "javascript://[%0aalert(1)" in html
    assert 'href="javascript' not in html


def test_links_are_filtered_by_target_and_reason_and_found_by_words(small_site: SmallSite, client_of) -> None:
    add_broken_link(small_site.post, "https://gone.example/", "Elsewhere", "no answer")
    add_broken_link(small_site.post, "http://testserver/gone/", "Here", is_outside=False)
    client = client_of("Editors")
    for query, shown in (
        ("leads_to=here", {"Here"}),
        ("leads_to=elsewhere", {"Elsewhere"}),
        ("problem=missing", {"Here"}),
        ("q=gone.example", {"Elsewhere"}),
        ("", {"Here", "Elsewhere"}),
    ):
        html = html_of(client, f"{BROKEN}results/?{query}")
        assert set(re.findall(r"^\s*(Here|Elsewhere)\s*$", html, re.MULTILINE)) == shown


def test_an_author_sees_rows_about_their_own_pages_alone(small_site: SmallSite, client_of) -> None:
    author, editor = client_of("Authors"), client_of("Editors")
    own = BlogPostPageFactory(parent=small_site.blog, owner=author.user, title="Own page")
    long_ago = timezone.now() - timedelta(days=400)
    for page, text in ((own, "mine"), (small_site.post, "foreign")):
        page.title = page.draft_title = f"About {text}"
        page.last_published_at = long_ago
        page.save()
        add_broken_link(page, f"https://gone.example/{text}", text)
        UndescribedPicture.objects.create(page=page, content_path="body.1", text=text)
    for address in (BROKEN, ALTS, AGEING):
        for read in (html_of, export_of):
            assert "About mine" in read(author, address)
            assert "About foreign" not in read(author, address)
            assert "About foreign" in read(editor, address)


def test_pages_that_are_not_published_are_left_out(small_site: SmallSite, client_of) -> None:
    add_broken_link(small_site.post, "https://gone.example/", "words")
    UndescribedPicture.objects.create(page=small_site.post, content_path="body.1", text="words")
    small_site.post.unpublish()
    client = client_of("Editors")
    for address in (BROKEN, ALTS, AGEING):
        assert small_site.post.title not in export_of(client, address)


@pytest.mark.parametrize("address", [BROKEN, ALTS, IMAGES, AGEING, SHARED])
@pytest.mark.by_day(0, 1)
def test_who_may_edit_nothing_sees_no_report(small_site: SmallSite, address: str) -> None:
    group = Group.objects.create(name="Guests")
    group.permissions.add(*Group.objects.get(name="Authors").permissions.filter(codename="access_admin"))
    user = EditorFactory(is_superuser=False)
    user.groups.add(group)
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(user)
    assert client.get(address).status_code == 302
    assert client.get(f"{address}?export=csv").status_code == 302
    assert address not in html_of(client, "/admin/")
    assert not GroupPagePermission.objects.filter(group=group).exists()


def test_the_menu_has_one_report_of_ageing_pages(client_of) -> None:
    html = html_of(client_of("Authors"), "/admin/")
    for address in (BROKEN, ALTS, IMAGES, AGEING):
        assert address in html
    assert "/admin/reports/aging-pages/" not in html


def test_empty_lists_say_that_all_is_well(small_site: SmallSite, client_of) -> None:
    client = client_of("Editors")
    for address in (BROKEN, ALTS, IMAGES, AGEING):
        assert "All is well: " in html_of(client, address)
    assert "No draft is shared" in html_of(client, SHARED)
    assert "pages haven’t been read yet." in html_of(client, BROKEN)
    assert "haven’t been checked yet" in html_of(client, BROKEN)


# Ageing pages


@pytest.mark.parametrize(
    ("period", "shown"),
    [("", {366, 800}), ("182", {200, 366, 800}), ("730", {800}), ("1826", set())],
)
@pytest.mark.by_day(0, 1)
def test_the_period_is_chosen_in_the_filter(small_site: SmallSite, client_of, period: str, shown: set[int]) -> None:
    for days in (100, 200, 366, 800):
        changed_at = timezone.now() - timedelta(days=days)
        BlogPostPageFactory(parent=small_site.blog, title=f"Aged {days}.", last_published_at=changed_at)
    html = html_of(client_of("Editors"), f"{AGEING}?unchanged_for={period}" if period else AGEING)
    assert {days for days in (100, 200, 366, 800) if f"Aged {days}." in html} == shown


def test_ageing_pages_are_filtered_by_type(small_site: SmallSite, client_of) -> None:
    changed_at = timezone.now() - timedelta(days=400)
    for page in (small_site.post, small_site.about):
        page.last_published_at = changed_at
        page.save()
    html = html_of(client_of("Editors"), f"{AGEING}?content_type={small_site.about.content_type_id}")
    assert f"/admin/pages/{small_site.about.pk}/edit/" in html
    assert f"/admin/pages/{small_site.post.pk}/edit/" not in html


# Pictures


def test_images_in_use_without_description_are_listed(small_site: SmallSite, client_of) -> None:
    library = {"collection": Collection.get_first_root_node(), "description": ""}
    used, unused = SiteImageFactory(title="Used", **library), SiteImageFactory(title="Unused", **library)
    described = SiteImageFactory(title="Described", **library | {"description": "A stick"})
    small_site.post.lead_image = used
    small_site.about.lead_image = described
    small_site.post.save()
    small_site.about.save()
    author = client_of("Authors")
    html = html_of(author, IMAGES)
    assert f"/admin/images/{used.pk}/" not in html  # of somebody else
    used.uploaded_by_user = author.user
    used.save()
    html = html_of(author, IMAGES)
    assert f"/admin/images/{used.pk}/" in html
    assert f"/admin/images/{unused.pk}/" not in html
    assert f"/admin/images/{described.pk}/" not in html
    assert "Used,1," in export_of(author, IMAGES)


# The dashboard


def test_the_dashboard_counts_broken_links_on_pages_that_one_may_edit(
    small_site: SmallSite, client_of: Callable[..., Client]
) -> None:
    editor, author = client_of("Editors"), client_of("Authors")
    assert "leads nowhere" not in html_of(editor, "/admin/")
    add_broken_link(small_site.post, "https://gone.example/")
    assert "1 link on your pages leads nowhere." in html_of(editor, "/admin/")
    assert "leads nowhere" not in html_of(author, "/admin/")


def test_a_long_report_takes_as_few_queries_as_a_short_one(
    small_site: SmallSite, client_of, django_assert_max_num_queries
) -> None:
    client = client_of("Editors")
    add_broken_link(small_site.post, "https://gone.example/0")
    html_of(client, BROKEN)
    for number in range(1, 40):
        add_broken_link(small_site.post, f"https://gone.example/{number}")
    with django_assert_max_num_queries(45):
        html_of(client, f"{BROKEN}results/")

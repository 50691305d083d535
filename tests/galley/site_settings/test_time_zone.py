"""The site's time zone applies wherever times are read or written, and to nobody who has chosen another."""

import asyncio
import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from django_tasks import task
from wagtail.users.models import UserProfile

from blog.models import BlogIndexPage, BlogPostPage
from config.asgi import django_application
from galley.site_settings.active_zone import name_other_site_zone, read_site_zone
from galley.site_settings.middleware import TimeZoneMiddleware
from galley.site_settings.time_zone import is_zone, validate_zone
from quickstart.management.commands import worker
from tests.factories import SmallSite
from tests.galley.page_cache.conftest import visitor  # noqa: F401
from tests.galley.page_cache.visitors import Visitor, ask, runner  # noqa: F401
from tests.galley.preview.conftest import form_of
from tests.quickstart.test_worker import OPTIONS

PICTURE = "quickstart/sample_site/pictures/proof-marks.webp"

# Noon in Tokyo, and the day before in New York.
PUBLISHED = datetime.datetime(2024, 5, 1, 3, tzinfo=datetime.UTC)
IN_ZONE = {"Asia/Tokyo": "2024-05-01T12:00:00+09:00", "America/New_York": "2024-04-30T23:00:00-04:00"}


@pytest.fixture
def post(small_site: SmallSite) -> BlogPostPage:
    post = small_site.post
    post.date, post.first_published_at = None, PUBLISHED
    post.last_published_at = PUBLISHED
    BlogPostPage.objects.filter(pk=post.pk).update(date="2024-04-30", first_published_at=PUBLISHED)
    BlogPostPage.objects.filter(pk=post.pk).update(last_published_at=PUBLISHED)
    return post


def times_in(html: str) -> set[str]:
    return set(re.findall(r'modified_time" content="([^"]+)"', html))


@pytest.mark.parametrize(
    "name", ["Mars/Base", "", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlin\x00", "x" * 500]
)
def test_what_is_no_time_zone_gets_a_sentence(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(ValidationError, match=r"is no time zone\. Choose one of the list"):
        validate_zone(name)


def test_without_a_choice_or_with_one_that_is_gone_the_settings_apply(change_settings, settings) -> None:
    settings.TIME_ZONE = "Europe/Lisbon"
    assert read_site_zone() == "Europe/Lisbon"
    change_settings(time_zone="Asia/Tokyo")
    assert read_site_zone() == "Asia/Tokyo"
    change_settings(time_zone="Mars/Base")
    assert read_site_zone() == "Europe/Lisbon"


def test_pages_and_feeds_show_times_of_the_site(post: BlogPostPage, change_settings, asgi_get) -> None:
    assert times_in(asgi_get(post.url).content.decode()) == {"2024-05-01T03:00:00+00:00"}
    for zone, time in IN_ZONE.items():
        change_settings(time_zone=zone)
        assert times_in(asgi_get(post.url).content.decode()) == {time}
        assert f"<lastmod>{time}</lastmod>" in asgi_get("/sitemap-0.xml").content.decode()


def test_without_asgi_too(post: BlogPostPage, change_settings, client: Client) -> None:
    change_settings(time_zone="Asia/Tokyo")
    assert times_in(client.get(post.url).content.decode()) == {IN_ZONE["Asia/Tokyo"]}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.nightly
def test_a_cached_page_follows_the_choice(post: BlogPostPage, change_settings, visitor: Visitor) -> None:  # noqa: F811
    for zone, time in IN_ZONE.items():
        change_settings(time_zone=zone)
        assert times_in(visitor.get(post.url).body.decode()) == {time}
        visitor.get(post.url)
        assert visitor.get(post.url).is_hit


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_async_views_and_their_threads_are_in_it(
    small_site: SmallSite,
    change_settings,
    runner: asyncio.Runner,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def view(request, page):
        await asyncio.sleep(0)
        names = timezone.get_current_timezone_name(), await sync_to_async(timezone.get_current_timezone_name)()
        return HttpResponse(" ".join(names), headers={"Cache-Control": "no-store"})

    async def ask_eight_times_at_once() -> set[bytes]:
        answers = await asyncio.gather(*(ask(django_application, "/blog/") for _ in range(8)))
        return {answer.body for answer in answers}

    monkeypatch.setattr(BlogIndexPage, "async_view", staticmethod(view))
    for zone in IN_ZONE:
        change_settings(time_zone=zone)
        assert runner.run(ask_eight_times_at_once()) == {f"{zone} {zone}".encode()}


def test_nothing_is_left_of_it_after_a_request(post: BlogPostPage, change_settings, client: Client, asgi_get) -> None:
    change_settings(time_zone="Asia/Tokyo")
    with timezone.override("Europe/Berlin"):
        for get in (client.get, asgi_get):
            get(post.url)
            assert timezone.get_current_timezone_name() == "Europe/Berlin"


def test_a_response_ends_in_the_zone_in_which_it_began(rf: RequestFactory) -> None:
    def view(request):
        timezone.activate("Asia/Tokyo")
        raise RuntimeError

    with timezone.override("Europe/Berlin"):
        with pytest.raises(RuntimeError):
            TimeZoneMiddleware(view)(rf.get("/"))
        assert timezone.get_current_timezone_name() == "Europe/Berlin"


def test_editors_write_in_the_sites_zone_unless_they_have_chosen_one(post, change_settings, chief: Client) -> None:
    change_settings(time_zone="Asia/Tokyo")
    address = f"/admin/pages/{post.pk}/edit/"
    page = chief.get(address).content.decode()
    assert page.count('-zone">In the time zone Asia/Tokyo, where it is ') == 2
    assert "Times are in the time zone Asia/Tokyo, where it is " in page
    assert "The site’s time zone is" not in page
    form = form_of(post, go_live_at="2030-03-31T12:30")
    assert chief.post(address, form, headers={"accept": "application/json"}).json()["success"]
    saved = BlogPostPage.objects.get(pk=post.pk).get_latest_revision_as_object().go_live_at
    assert saved == datetime.datetime(2030, 3, 31, 12, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    # Nothing was written into the account, in which the site's is not chosen.
    assert not UserProfile.objects.exclude(current_time_zone="").exists()

    UserProfile.objects.update_or_create(
        user_id=chief.session["_auth_user_id"], defaults={"current_time_zone": "Europe/Berlin"}
    )
    page = chief.get(address).content.decode()
    assert page.count('-zone">In the time zone Europe/Berlin, where it is ') == 2
    assert len(re.findall(r"The site’s time zone is Asia/Tokyo, where it is <span [^>]+>\d\d:\d\d</span>\.", page)) == 3
    assert 'value="2030-03-31T05:30"' in page
    assert "The site’s time zone is Asia/Tokyo" in chief.get("/admin/calendar/").content.decode()


@pytest.mark.parametrize(("zone", "is_taken"), [("Europe/Berlin", True), ("", True), ("Mars/Base", False)])
@pytest.mark.by_day(0)
def test_an_editor_chooses_a_zone_in_the_account(change_settings, chief: Client, zone: str, is_taken: bool) -> None:
    change_settings(time_zone="Asia/Tokyo")
    html = chief.get("/admin/account/").content.decode()
    assert '<option value="" selected>That of the site: Asia/Tokyo</option>' in html
    assert html.count('<option value="Europe/Berlin">') == 1
    fields = {"name_email-first_name": "A", "name_email-last_name": "B", "name_email-email": "a@example.org"}
    theme = {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    answer = chief.post("/admin/account/", fields | theme | {"time_zone-current_time_zone": zone}, follow=True)
    assert ("is no time zone" not in answer.content.decode()) is is_taken
    profile = UserProfile.objects.get(user_id=chief.session["_auth_user_id"])
    assert profile.current_time_zone == (zone if is_taken else "")
    assert (profile.user.first_name == "A") is is_taken


@pytest.mark.nightly
def test_a_picture_is_uploaded_where_it_is_chosen(chief: Client) -> None:
    """Wagtail pickles its rendition, and with it the user whose zone is the site's."""
    picture = SimpleUploadedFile("sheet.webp", (settings.BASE_DIR / PICTURE).read_bytes())
    fields = {"image-chooser-upload-title": "A sheet", "image-chooser-upload-file": picture}
    answer = chief.post("/admin/images/chooser/create/", fields, headers={"x-requested-with": "XMLHttpRequest"})
    assert answer.json()["step"] == "chosen"


def test_a_preview_shows_times_as_visitors_read_them(post: BlogPostPage, change_settings) -> None:
    change_settings(time_zone="America/New_York")
    post.date = None
    with timezone.override("Asia/Tokyo"):
        html = post.make_preview_request().content.decode()
        assert "30 April 2024" in html
        assert timezone.get_current_timezone_name() == "Asia/Tokyo"


def test_the_other_zone_is_named_only_where_it_is_another(change_settings) -> None:
    change_settings(time_zone="Asia/Tokyo")
    with timezone.override("Asia/Tokyo"):
        assert name_other_site_zone() == ""
    with timezone.override("Europe/Berlin"):
        assert name_other_site_zone().startswith("The site’s time zone is Asia/Tokyo, where it is ")


seen: list[str] = []


@task()
def see_zone() -> None:
    seen.append(timezone.get_current_timezone_name())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_works_in_the_sites_zone(change_settings, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    monkeypatch.setattr(worker, "SCHEDULED_COMMANDS", {})
    monkeypatch.setattr(worker, "running_scheduled_commands", lambda worker_id: timezone.override(None))
    change_settings(time_zone="Asia/Tokyo")
    seen.clear()
    see_zone.enqueue()
    call_command(worker.Command(), **OPTIONS)
    monkeypatch.setattr(
        worker, "call_command", lambda name, **options: seen.append(timezone.get_current_timezone_name())
    )
    worker.run_command("publish_scheduled")
    assert seen == ["Asia/Tokyo", "Asia/Tokyo"]


def test_an_answer_without_the_database_needs_no_zone(rf: RequestFactory) -> None:
    assert TimeZoneMiddleware(lambda request: HttpResponse("alive"))(rf.get("/health/live")).content == b"alive"


def test_the_dialog_that_shares_a_draft_is_in_the_sites_zone(
    small_site: SmallSite, editor, client: Client, change_settings
) -> None:
    change_settings(time_zone="Asia/Tokyo")
    client.force_login(editor)
    made = client.post(f"/preview/pages/{small_site.post.pk}/links/", {"share-label": "", "share-lifetime": "day"})
    assert re.search(r"Works until [^<]* JST", made.text)

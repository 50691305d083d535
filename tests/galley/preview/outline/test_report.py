"""An open editor is told about its draft when its author pauses."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from wagtail.users.models import UserProfile

from galley.preview.drafts.rendering import cut_page, render_page
from galley.preview.drafts.sources import NewPage, SavedPage
from galley.preview.outline_report import OutlineReport, describe
from home.models import SiteSettings
from tests.galley.preview.conftest import PATIENCE, Socket, form_of, markdown

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def outlined(html: str, source, user) -> dict:
    return describe(cut_page(html), source, user.pk)[0]


def test_every_page_type_has_an_outline(site, editor) -> None:
    for page in site.pages():
        outline = outlined(render_page(page), SavedPage(page.pk), editor)
        assert outline["headings"][0]["text"] == page.title
        assert "word" in outline["summary"]
        assert outline["findings"] == []


def test_the_summary_counts(site, editor) -> None:
    cache.clear()
    source = NewPage("blog", "blogpostpage", site.blog.pk)
    words = "word " * 1300
    html = f'<main data-contentpath="body">{words}<img src="/a.png" alt=""><a href="/nothing/">x</a></main>'
    outline = outlined(html, source, editor)
    assert outline["summary"] == "1,301 words · 6 minutes to read · 2 things to look at"
    assert [finding["path"] for finding in outline["findings"]] == ["body", "body"]
    assert outlined("<main>One</main>", source, editor)["summary"] == "1 word · 1 minute to read · nothing to look at"


def test_the_summary_says_when_a_draft_is_to_go_live_in_which_zone(site, editor) -> None:
    source = SavedPage(site.post.pk)
    SiteSettings.objects.update_or_create(site=site.post.get_site(), defaults={"time_zone": "Asia/Tokyo"})

    def summary(time: datetime | None) -> str:
        site.post.go_live_at = time
        site.post.save_revision()
        return outlined("<main>One</main>", source, editor)["summary"]

    soon = datetime(2040, 4, 30, 15, 30, tzinfo=UTC)
    assert summary(soon).endswith(" · to go live on 1 May 2040, 00:30 Asia/Tokyo")
    UserProfile.objects.create(user=editor, current_time_zone="Europe/London")
    assert summary(soon).endswith("00:30 Asia/Tokyo (30 April 2040, 16:30 Europe/London)")
    for time in (None, datetime(2020, 4, 30, tzinfo=UTC)):
        assert "go live" not in summary(time)


def test_numbers_are_written_as_in_the_editors_language(site, editor) -> None:
    UserProfile.objects.create(user=editor, preferred_language="de")
    assert outlined("<main>" + "Wort " * 1300, SavedPage(site.post.pk), editor)["summary"].startswith("1.300 ")


def test_the_editor_is_told_and_told_again_when_it_is_mended(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/edit/{site.post.pk}/", client)
        await typing.connect()
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("[Read](/nothing/)")))
        [finding] = (await typing.heard("outline"))["findings"]
        assert "“Read” leads to /nothing/" in finding["text"]
        assert finding["path"] == "block-0"
        change = form_of(site.post, body=markdown("[Read](/blog/)"))
        await typing.say(type="change", sequence=2, changed={"body-0-value": change["body-0-value"]}, removed=[])
        assert (await typing.heard("outline"))["findings"] == []
        await typing.disconnect()

    asyncio.run(scene())


@pytest.mark.nightly
def test_a_failure_of_the_outline_costs_nothing_but_the_outline(site, editor, log_in, monkeypatch) -> None:
    client = log_in(editor)
    failed = asyncio.Event()

    def fail(*args):
        raise ValueError("odd")

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/edit/{site.post.pk}/", client)
        await typing.connect()
        with monkeypatch.context() as patched:
            patched.setattr("galley.preview.outline_report.describe", fail)
            patched.setattr("galley.preview.outline_report.logger.exception", lambda text: failed.set())
            await typing.say(type="form", sequence=1, fields=form_of(site.post, title="One"))
            await failed.wait()
        await typing.say(type="form", sequence=2, fields=form_of(site.post, title="Two"))
        assert (await typing.heard("outline"))["headings"][0]["text"] == "Two"
        await typing.disconnect()

    asyncio.run(scene())


def test_it_ends_with_its_editor_even_if_the_draft_changes_in_that_moment(site) -> None:
    async def scene() -> None:
        report = OutlineReport(1, send=None)
        draft = cut_page("<main></main>"), SavedPage(site.post.pk)
        report.draft_changed(*draft)
        task = asyncio.create_task(report.send_forever())
        await asyncio.sleep(0)  # it waits for a pause now
        await asyncio.sleep(0)
        report.draft_changed(*draft)
        await asyncio.sleep(0)  # the change has arrived, and the task hasn't run yet
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE)
        assert task.cancelled()

    asyncio.run(scene())


def test_it_goes_on_until_all_links_are_looked_up(site, monkeypatch) -> None:
    monkeypatch.setattr("galley.preview.outline_report.PAUSE_SECONDS", 0.0)
    rounds = itertools.count(1)
    reports: list[dict] = []

    def describe_some(*args) -> tuple[dict, bool]:
        number = next(rounds)
        return {"findings": number}, number >= 3

    async def scene() -> None:
        is_told = asyncio.Event()

        async def send(kind, **message) -> None:
            reports.append(message)
            if len(reports) == 3:
                is_told.set()

        report = OutlineReport(1, send)
        report.draft_changed(cut_page("<main></main>"), SavedPage(site.post.pk))
        task = asyncio.create_task(report.send_forever())
        await asyncio.wait_for(is_told.wait(), PATIENCE)
        task.cancel()

    monkeypatch.setattr("galley.preview.outline_report.describe", describe_some)
    asyncio.run(scene())
    assert reports == [{"findings": 1}, {"findings": 2}, {"findings": 3}]

"""Several people, and several tabs, at one page."""

import asyncio
from unittest.mock import patch

import pytest
from django.contrib.auth.models import AbstractUser
from wagtail.models import Page

from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import PageTarget
from tests.factories import EditorFactory
from tests.galley.preview.conftest import PATIENCE, Socket, form_of
from tests.galley.preview.consumers.test_sockets import editor_path, in_loop, left, opened

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def maud(site) -> AbstractUser:
    return EditorFactory(first_name="Maud", last_name="Linden")


@pytest.fixture
def rafe(site) -> AbstractUser:
    return EditorFactory(first_name="Rafe", last_name="Ostrow")


async def write(socket: Socket, page: Page, title: str) -> None:
    """Open the editor, and see the draft rendered."""
    await opened(socket)
    await retype(socket, page, title)


async def retype(socket: Socket, page: Page, title: str, sequence: int = 1) -> None:
    await socket.say(type="form", sequence=sequence, fields=form_of(page, title=title))
    assert (await socket.heard())["type"] == "rendered"


def page_path(page: Page) -> str:
    return f"/preview/pages/{page.pk}/"


def session_of(presence: dict, name: str) -> str:
    return next(editor["session"] for editor in presence["editors"] if editor["name"] == name)


def test_a_screen_stays_with_its_draft_when_somebody_else_begins_to_edit(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        first, second = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.post, "b"), rafes)
        screen = Socket(page_path(site.post), rafes)
        await write(first, site.post, "By Maud")
        await opened(screen)
        assert "By Maud" in await screen.shown()
        await write(second, site.post, "By Rafe")
        await screen.sees_people(lambda presence: len(presence["editors"]) == 2)
        assert "By Maud" in screen.screen.html
        assert screen.screen.presence["session"] == session_of(screen.screen.presence, "Maud Linden")
        await retype(second, site.post, "By Rafe again", sequence=2)
        assert await screen.messages_so_far() == []

        await screen.say(type="watch", session=session_of(screen.screen.presence, "Rafe Ostrow"))
        assert "By Rafe again" in await screen.shown()
        await left(screen, first, second)

    in_loop(scene())


def test_a_user_sees_their_own_draft_first(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        first, second = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.post, "b"), rafes)
        await write(first, site.post, "By Maud")
        await write(second, site.post, "By Rafe")
        screens = [Socket(page_path(site.post), client) for client in (mauds, rafes)]
        await opened(*screens)
        for screen, title in zip(screens, ("By Maud", "By Rafe"), strict=True):
            assert title in await screen.shown()
        await left(*screens, first, second)

    in_loop(scene())


@pytest.mark.nightly
def test_a_screen_goes_over_to_another_open_draft_when_its_own_is_closed_for_good(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        first, second = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.post, "b"), rafes)
        screen = Socket(page_path(site.post), mauds)
        await write(first, site.post, "By Maud")
        await opened(screen)
        await screen.shown()
        await write(second, site.post, "By Rafe")
        await left(first)
        assert "By Maud" in await screen.shown()
        assert "closed" in screen.screen.notes[0]
        assert "By Rafe" in await screen.shown()
        assert screen.screen.notes == []
        await screen.sees_people(lambda presence: presence["session"] == session_of(presence, "Rafe Ostrow"))
        await left(screen, second)

    with patch("galley.preview.broadcast.hub.MAY_RETURN_SECONDS", 0.1):
        in_loop(scene())


def test_an_author_who_comes_back_keeps_their_screens(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        first, second = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.post, "b"), rafes)
        screen = Socket(page_path(site.post), mauds)
        await write(first, site.post, "By Maud")
        await opened(screen)
        await screen.shown()
        await write(second, site.post, "By Rafe")
        await left(first)
        await screen.shown()
        reloaded = Socket(editor_path(site.post, "c"), mauds)
        await write(reloaded, site.post, "By Maud again")
        assert "By Maud again" in await screen.shown()
        await left(screen, reloaded, second)

    with patch("galley.preview.broadcast.hub.MAY_RETURN_SECONDS", 3600):
        in_loop(scene())


def test_editors_are_told_who_else_edits_and_who_watches(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        first, other_tab = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.post, "b"), mauds)
        screen, panel = Socket(page_path(site.post), rafes), Socket("/preview/tabs/a/", mauds)
        await opened(first, panel, other_tab, screen)
        await first.sees_people(lambda presence: len(presence["editors"]) == 2 and presence["viewers"])
        presence = first.screen.presence
        assert [(editor["name"], editor["you"]) for editor in presence["editors"]] == [("Maud Linden", True)] * 2
        assert presence["session"] in {editor["session"] for editor in presence["editors"]}
        assert presence["viewers"] == [{"name": "Rafe Ostrow", "you": False}]  # a panel is nobody who watches
        await left(other_tab, screen)
        await first.sees_people(lambda presence: len(presence["editors"]) == 1 and not presence["viewers"])
        await left(first, panel)

    in_loop(scene())


@pytest.mark.nightly
def test_people_at_other_pages_are_not_told(site, maud, rafe, log_in) -> None:
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        here, elsewhere = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.about, "b"), rafes)
        await opened(here, elsewhere)
        for socket, name in ((here, "Maud Linden"), (elsewhere, "Rafe Ostrow")):
            await socket.sees_people(lambda presence: bool(presence["editors"]))
            assert [editor["name"] for editor in socket.screen.presence["editors"]] == [name]
        await left(here, elsewhere)

    in_loop(scene())


def test_guests_are_told_numbers_and_no_names(site, maud, log_in) -> None:
    mauds = log_in(maud)

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), mauds), Socket(page_path(site.post), mauds)
        await opened(typing, screen)
        guest = await hub.join(PageTarget(site.post.pk), None)
        await typing.sees_people(lambda presence: presence["guests"] == 1)
        async with asyncio.timeout(PATIENCE):
            told = await anext(guest.messages())
        assert "Maud" not in told
        assert '"viewers":[{"name":"","you":false}]' in told
        hub.part(guest)
        await typing.sees_people(lambda presence: presence["guests"] == 0)
        await left(typing, screen)

    in_loop(scene())


def test_a_screen_of_one_page_never_shows_another_page_of_the_same_tab(site, maud, rafe, log_in) -> None:
    """Tabs are named by browsers: one that uses a name twice must not carry a page to where it isn't watched."""
    mauds, rafes = log_in(maud), log_in(rafe)

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), mauds), Socket(page_path(site.post), rafes)
        await write(typing, site.post, "Watched")
        await opened(screen)
        assert "Watched" in await screen.shown()
        other = Socket(editor_path(site.about), mauds)
        await write(other, site.about, "Not to be seen here")
        assert "Not to be seen here" not in screen.screen.html
        assert "Not to be seen here" not in "".join(await screen.messages_so_far())
        await left(screen, other, typing)

    in_loop(scene())


def test_a_session_of_another_page_cannot_be_chosen(site, maud, log_in) -> None:
    mauds = log_in(maud)

    async def scene() -> None:
        here, elsewhere = Socket(editor_path(site.post, "a"), mauds), Socket(editor_path(site.about, "b"), mauds)
        screen = Socket(page_path(site.post), mauds)
        await write(here, site.post, "Here")
        await write(elsewhere, site.about, "Elsewhere")
        await opened(screen)
        await screen.shown()
        await elsewhere.sees_people(lambda presence: bool(presence["session"]))
        await screen.say(type="watch", session=elsewhere.screen.presence["session"])
        assert await screen.messages_so_far() == []
        await left(screen, here, elsewhere)

    in_loop(scene())

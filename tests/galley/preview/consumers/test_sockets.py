"""From the form of one tab to the screens that show it, over real consumers."""

import asyncio
import itertools
import json
import threading
from typing import Any
from unittest.mock import Mock, patch

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import AsyncClient
from wagtail.models import GroupPagePermission, Page, Revision

from config.asgi import application
from galley.markdown.rendering import render_draft, render_whole
from galley.preview.editor import draft_rendered
from tests.factories import EditorFactory
from tests.galley.preview.conftest import PATIENCE, Socket, form_of, markdown

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NO_ACCESS = 4403


def in_loop(test):
    """Run an async test after its sync fixtures: the sockets' threads see what those have committed."""
    return asyncio.run(test)


def editor_path(page: Page, tab: str = "tab1") -> str:
    return f"/preview/tabs/{tab}/edit/{page.pk}/"


def screen_paths(page: Page) -> list[str]:
    return ["/preview/", f"/preview/pages/{page.pk}/", "/preview/tabs/tab1/"]


async def opened(*sockets: Socket) -> None:
    for socket in sockets:
        assert await socket.connect()


async def left(*sockets: Socket) -> None:
    for socket in sockets:
        await socket.disconnect()


def test_a_typed_change_reaches_every_screen_as_a_patch(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        screens = [
            Socket(path, client) for path in ("/preview/", f"/preview/pages/{site.post.pk}/", "/preview/tabs/tab1/")
        ]
        await opened(typing, *screens)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("First", "Second")))
        assert (await typing.heard())["sequence"] == 1
        for screen in screens:
            assert "<p>Second</p>" in await screen.shown()
        change = form_of(site.post, body=markdown("First", "Second *thought*"))
        await typing.say(type="change", sequence=2, changed={"body-1-value": change["body-1-value"]}, removed=[])
        for screen in screens:
            assert "<p>Second <em>thought</em></p>" in await screen.shown()
            assert screen.screen.kinds == ["snapshot", "patch"]
        await left(*screens, typing)

    in_loop(scene())


def test_a_text_that_takes_too_long_is_shown_with_a_note(site, editor, log_in, monkeypatch) -> None:
    client = log_in(editor)
    monkeypatch.setattr("galley.markdown.time_limit.MAX_SECONDS", -1.0)
    render_draft.cache_clear()

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), client), Socket("/preview/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("A *slow* word")))
        note = "A Markdown text takes too long to format. Split it into several blocks, or the page into several."
        assert (await typing.heard())["about"]["notes"] == [note]
        assert "<p>A *slow* word</p>" in await screen.shown()
        assert screen.screen.notes == [note]

        # It is formatted as soon as it is quicker.
        monkeypatch.setattr("galley.markdown.time_limit.MAX_SECONDS", 60.0)
        change = form_of(site.post, body=markdown("A *quick* word"))
        await typing.say(type="change", sequence=2, changed={"body-0-value": change["body-0-value"]}, removed=[])
        assert "<p>A <em>quick</em> word</p>" in await screen.shown()
        assert screen.screen.notes == []
        await left(typing, screen)

    in_loop(scene())


def test_others_are_answered_while_a_text_takes_its_time(site, editor, log_in, monkeypatch) -> None:
    author, other = log_in(editor), log_in(EditorFactory())
    began, may_end = threading.Event(), threading.Event()

    def render(text: str, name: str) -> str:
        if "endless" in text:
            began.set()
            assert may_end.wait(PATIENCE)
        return render_whole(text, name)

    monkeypatch.setattr("galley.markdown.rendering.render_incrementally", render)

    async def scene() -> None:
        slow, typing = Socket(editor_path(site.post), author), Socket(editor_path(site.project, "tab2"), other)
        slow_screen, screen = Socket("/preview/", author), Socket("/preview/", other)
        await opened(slow, typing, slow_screen, screen)
        await slow.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("An *endless* text")))
        assert await asyncio.to_thread(began.wait, PATIENCE)

        await typing.say(type="form", sequence=1, fields=form_of(site.project, body=markdown("A *short* one")))
        assert "<p>A <em>short</em> one</p>" in await screen.shown()
        for path in (site.about.url, "/robots.txt", "/admin/login/"):
            assert (await AsyncClient().get(path)).status_code == 200
        assert await slow.messages_so_far() == []

        may_end.set()
        assert "<p>An <em>endless</em> text</p>" in await slow_screen.shown()
        await left(slow, typing, slow_screen, screen)

    in_loop(scene())


def test_a_slow_rendering_is_followed_by_a_pause_of_its_length(site, editor, log_in, monkeypatch) -> None:
    client = log_in(editor)
    readings, sleep, pauses = itertools.count(0, 700), asyncio.sleep, []
    monkeypatch.setattr("galley.preview.editor.time", Mock(monotonic=lambda: next(readings)))

    async def scene() -> None:
        paused = asyncio.Event()

        async def pause(seconds: float) -> None:
            if seconds < 700:
                await sleep(seconds)
            else:
                pauses.append(seconds)
                paused.set()

        monkeypatch.setattr("asyncio.sleep", pause)
        typing = Socket(editor_path(site.post), client)
        await opened(typing)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("First")))
        await typing.heard()
        async with asyncio.timeout(PATIENCE):
            await paused.wait()
        await left(typing)

    in_loop(scene())
    assert pauses[0] == 700


def test_a_ping_is_answered_before_anything_is_written(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        for path in (editor_path(site.post), *screen_paths(site.post)):
            socket = Socket(path, client)
            await opened(socket)
            assert await socket.messages_so_far() == []
            await left(socket)

    in_loop(scene())


def test_nothing_is_saved(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        await opened(typing)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, title="Never saved"))
        await typing.heard()
        await left(typing)

    revisions = Revision.objects.count()
    in_loop(scene())
    assert Revision.objects.count() == revisions
    assert Page.objects.get(pk=site.post.pk).title == site.post.title
    assert "Never saved" not in client.get(site.post.url).content.decode()


def test_a_screen_that_joins_late_gets_the_draft_at_once(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing, late = Socket(editor_path(site.post), client), Socket("/preview/", client)
        await opened(typing)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, title="Well under way"))
        await typing.heard()
        await opened(late)
        assert "Well under way" in await late.shown()
        await left(late, typing)

    in_loop(scene())


def test_a_new_page_is_shown_before_its_first_save_and_after(site, editor, log_in) -> None:
    client = log_in(editor)
    path = f"/preview/tabs/tab1/create/blog/blogpostpage/{site.blog.pk}/"

    async def scene() -> None:
        typing, screen = Socket(path, client), Socket("/preview/tabs/tab1/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(type(site.post)(), title="", body=markdown("Born")))
        assert "<p>Born</p>" in await screen.shown()
        await typing.heard()
        await typing.say(type="saved", page=site.post.pk)  # stands for the row that autosave makes
        await typing.heard()
        following = Socket(f"/preview/pages/{site.post.pk}/", client)
        await opened(following)
        assert "<p>Born</p>" in await following.shown()
        await left(following, screen, typing)

    in_loop(scene())


def test_a_new_page_cannot_become_a_page_of_another_type(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/create/blog/blogpostpage/{site.blog.pk}/", client)
        await opened(typing)
        await typing.say(type="saved", page=site.project.pk)
        assert await typing.close_code() == NO_ACCESS

    in_loop(scene())


def test_two_tabs_of_one_page_keep_their_own_preview(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        first, second = Socket(editor_path(site.post, "one"), client), Socket(editor_path(site.post, "two"), client)
        panel, following = Socket("/preview/tabs/one/", client), Socket(f"/preview/pages/{site.post.pk}/", client)
        await opened(first, second, panel)
        await first.say(type="form", sequence=1, fields=form_of(site.post, title="From the first"))
        assert "From the first" in await panel.shown()
        await first.heard()
        await second.say(type="form", sequence=1, fields=form_of(site.post, title="From the second"))
        await second.heard()
        assert await panel.messages_so_far() == []
        await opened(following)
        assert "From the second" in await following.shown()
        await left(first)
        assert await following.messages_so_far() == []  # the tab that is shown is still open
        await left(following, panel, second)

    in_loop(scene())


def test_screens_are_told_when_the_editor_leaves(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), client), Socket("/preview/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, title="Kept on the screen"))
        await screen.shown()
        await left(typing)
        assert "Kept on the screen" in await screen.shown()
        assert "closed" in screen.screen.notes[0]
        await left(screen)

    in_loop(scene())


def test_an_editor_has_left_while_work_of_its_socket_still_ends(site, editor, log_in, monkeypatch) -> None:
    client = log_in(editor)
    may_end = asyncio.Event()

    async def work_that_ends_slowly(*_args: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()

    monkeypatch.setattr("galley.preview.editor.send_new_comments", work_that_ends_slowly)

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), client), Socket("/preview/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        await screen.shown()
        leaving = asyncio.create_task(left(typing))
        await screen.shown()
        assert "closed" in screen.screen.notes[0]
        may_end.set()
        await leaving
        await left(screen)

    in_loop(scene())


def test_a_screen_can_ask_for_the_whole_page_again(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), client), Socket("/preview/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        await screen.shown()
        await screen.say(type="again")
        await screen.shown()
        assert screen.screen.kinds == ["snapshot", "snapshot"]
        await left(screen, typing)

    in_loop(scene())


# Who may not


def editor_of(page: Page) -> EditorFactory:
    """Somebody who may edit `page` and what is below it, and nothing else."""
    user = EditorFactory(is_superuser=False)
    group = Group.objects.create(name="Blog editors")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in ("change_page", "add_page"):
        permission = Permission.objects.get(codename=codename)
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    user.groups.add(group)
    return user


async def assert_refused(path: str, client) -> None:
    socket = Socket(path, client)
    await opened(socket)
    assert await socket.close_code() == NO_ACCESS


def test_without_a_login_every_socket_is_refused(site) -> None:
    async def scene() -> None:
        for path in [*screen_paths(site.post), editor_path(site.post)]:
            await assert_refused(path, None)

    in_loop(scene())


def test_an_editor_of_the_blog_cannot_join_elsewhere(site, log_in) -> None:
    client = log_in(editor_of(site.blog))
    new_project = f"/preview/tabs/tab1/create/portfolio/projectpage/{site.portfolio.pk}/"

    async def scene() -> None:
        await assert_refused(editor_path(site.project), client)
        await assert_refused(new_project, client)
        await assert_refused("/preview/tabs/tab1/edit/99999/", client)
        await assert_refused(f"/preview/tabs/tab1/create/auth/user/{site.blog.pk}/", client)
        allowed = Socket(editor_path(site.post), client)
        await opened(allowed)
        await allowed.say(type="form", sequence=1, fields=form_of(site.post))
        assert (await allowed.heard())["type"] == "rendered"
        await left(allowed)

    in_loop(scene())


def test_each_change_is_measured_until_it_is_shown(site, log_in) -> None:
    measured: list[float] = []
    client = log_in(editor_of(site.blog))

    def note(seconds: float, **kwargs: object) -> None:
        measured.append(seconds)

    async def scene() -> None:
        socket = Socket(editor_path(site.post), client)
        await opened(socket)
        for sequence, title in enumerate(("One", "Two"), 1):
            await socket.say(type="form", sequence=sequence, fields=form_of(site.post, title=title))
            assert (await socket.heard())["type"] == "rendered"
        await left(socket)

    draft_rendered.connect(note)
    in_loop(scene())
    draft_rendered.disconnect(note)
    assert len(measured) == 2
    assert all(seconds > 0 for seconds in measured)


def test_who_is_signed_in_and_may_not_edit_is_told_so_on_the_screen(site, log_in, client) -> None:
    blogger = log_in(editor_of(site.blog))
    gone = site.about.pk
    site.about.delete()
    for page_id in (site.project.pk, gone):
        answer = blogger.get(f"/preview/pages/{page_id}/")
        assert (answer.status_code, site.project.title in answer.content.decode()) == (403, False)
        assert "no-store" in answer["Cache-Control"]
        assert client.get(f"/preview/pages/{page_id}/")["Location"] == f"/admin/login/?next=/preview/pages/{page_id}/"
    assert blogger.get(f"/preview/pages/{site.post.pk}/").status_code == 200


def test_what_follows_somebody_shows_nobody_elses_draft(site, editor, log_in) -> None:
    mine, theirs = log_in(editor), log_in(EditorFactory())

    async def scene() -> None:
        typing = Socket(editor_path(site.post), mine)
        screens = [Socket(path, theirs) for path in ("/preview/", "/preview/tabs/tab1/")]
        await opened(typing, *screens)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, title="Mine alone"))
        await typing.heard()
        for screen in screens:
            assert await screen.messages_so_far() == []
        assert "Mine alone" not in (await asyncio.to_thread(theirs.get, "/preview/")).content.decode()
        await left(*screens, typing)

    in_loop(scene())


@pytest.mark.parametrize("origin", [b"http://elsewhere", b"https://testserver", b"http://testserver:81", b"", b"null"])
def test_only_this_site_may_open_a_socket(site, editor, log_in, origin) -> None:
    client = log_in(editor)

    async def scene() -> None:
        assert not await Socket("/preview/", client, origin=origin).connect()

    in_loop(scene())


@pytest.mark.parametrize("loss", ["log out", "deactivate", "leave the group", "lock the page", "delete the page"])
@pytest.mark.by_day(0)
def test_sockets_close_when_rights_are_lost(site, log_in, loss) -> None:
    user = editor_of(site.blog)
    client = log_in(user)

    def lose() -> None:
        match loss:
            case "log out":
                client.logout()
            case "deactivate":
                type(user).objects.filter(pk=user.pk).update(is_active=False)
            case "leave the group":
                user.groups.clear()
            case "lock the page":
                Page.objects.filter(pk=site.post.pk).update(locked=True)
            case "delete the page":
                site.post.delete()

    async def scene() -> None:
        typing, screen = Socket(editor_path(site.post), client), Socket(f"/preview/pages/{site.post.pk}/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, title="Before"))
        await screen.shown()
        await asyncio.to_thread(lose)
        assert await typing.close_code() == NO_ACCESS
        assert await screen.close_code() == NO_ACCESS

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())


def test_rights_are_checked_for_the_message_itself(site, log_in) -> None:
    """The timer is out of play: what is typed after the rights are gone is not rendered."""
    user = editor_of(site.blog)
    client = log_in(user)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        await opened(typing)
        await asyncio.to_thread(user.groups.clear)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        assert await typing.close_code() == NO_ACCESS

    with patch("galley.preview.consumers.CHECK_SECONDS", 3600):
        in_loop(scene())


# What is odd


@pytest.mark.parametrize("text", ["no JSON", '{"type": "saved", "page": "1"}'])
def test_an_odd_message_closes_the_socket_and_no_other(site, editor, log_in, text) -> None:
    client = log_in(editor)

    async def scene() -> None:
        odd, other = Socket(editor_path(site.post, "odd"), client), Socket(editor_path(site.post, "other"), client)
        await opened(odd, other)
        await odd.say_text(text)
        assert await odd.close_code() == 4400
        await other.say(type="form", sequence=1, fields=form_of(site.post))
        assert (await other.heard())["type"] == "rendered"
        await left(other)

    in_loop(scene())


def test_a_draft_that_is_too_large_says_so(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        await opened(typing)
        with patch("galley.preview.conf.MAX_MESSAGE_BYTES", 100):
            await typing.say(type="form", sequence=1, fields=form_of(site.post, title="x" * 200))
            assert await typing.close_code() == 4413

    in_loop(scene())


def test_an_address_that_names_nothing_is_refused(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        assert not await Socket("/elsewhere/", client).connect()

    in_loop(scene())


@pytest.mark.parametrize("is_known", [True, False])
def test_a_connection_that_the_server_itself_has_closed_ends_quietly(
    site, editor, log_in, caplog: pytest.LogCaptureFixture, is_known: bool
) -> None:
    form = json.dumps({"type": "form", "sequence": 1, "fields": form_of(site.post)})
    events = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": form}]
    attempts = []
    has_answered = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        # As uvicorn answers once it has met a frame that isn't UTF-8.
        if message["type"] != "websocket.accept":
            attempts.append(message["type"])
            has_answered.set()
            raise RuntimeError("Unexpected ASGI message, after sending 'websocket.close'.")

    async def receive() -> dict[str, Any]:
        if events:
            return events.pop(0)
        await has_answered.wait()
        return {"type": "websocket.disconnect", "code": 1007}

    socket = Socket(editor_path(site.post), log_in(editor) if is_known else None)
    in_loop(asyncio.wait_for(application(socket.scope, receive, send), PATIENCE))
    assert attempts[0] == ("websocket.send" if is_known else "websocket.close")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]

"""What somebody sees who has a link to a draft, and nothing else."""

import asyncio
import json
import logging
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from blockbuster import blockbuster_ctx
from django.contrib.auth import get_user_model
from django.test import AsyncClient, Client, override_settings
from wagtail.models import Page, get_page_models

from galley.preview.consumers import CHECK_SECONDS, Close
from galley.preview.models import ShareLink
from galley.preview.sharing import make_link
from galley.preview.viewers import GuestViewer, for_guests
from tests.factories import EditorFactory
from tests.galley.preview.conftest import Socket, form_of, markdown
from tests.galley.preview.consumers.test_sockets import editor_of, editor_path, in_loop, left, opened

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DAY = timedelta(days=1)
PAGE_MODELS = [model for model in get_page_models() if not model.__module__.startswith("wagtail.")]


def share(page: Page, user, **kwargs) -> str:
    """Return the address of a new link to the draft of `page`."""
    return f"/preview/shared/{make_link(page, user, DAY, **kwargs)[1]}/"


async def heard(socket: Socket, kind: str) -> dict:
    """Return the next message of that kind."""
    while True:
        message = await socket.heard()
        if message["type"] == kind:
            return message


async def shown(socket: Socket) -> str:
    """Return the page that the guest's screen shows after its next state."""
    while True:
        text = await socket.hear_text()
        if "version" in json.loads(text):
            socket.screen.receive(text)
            return socket.screen.html


# The page itself


def test_it_shows_the_latest_saved_draft(site, editor) -> None:
    site.post.title = "Saved and not published"
    site.post.save_revision()
    response = Client().get(share(site.post, editor))
    assert response.status_code == 200
    assert "Saved and not published" in response.content.decode()
    assert "Saved and not published" not in Client().get(site.post.url).content.decode()


@pytest.mark.parametrize("model", PAGE_MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("is_editor", [False, True], ids=["stranger", "logged in"])
@pytest.mark.by_day(0, 1, 4)
def test_nothing_of_an_editor_and_no_token_is_in_it(site, editor, log_in, model, is_editor) -> None:
    page = next(page for page in site.pages() if type(page) is model)
    client = log_in(editor) if is_editor else Client()
    response = client.get(share(page, editor, label="Secretly named"))
    html = response.content.decode()
    assert page.title in html
    for trace in ("csrf", "NOTPROVIDED", "userbar", editor.username, "Secretly named"):
        assert trace not in html
    assert not response.cookies
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "Cookie" not in response.get("Vary", "")
    assert 'name="robots" content="noindex' in html


def test_a_template_with_a_token_gives_none_to_a_preview(site, editor) -> None:
    """Whatever a page type's template asks for: as a field, as an attribute, in a block."""
    template = '{% csrf_token %}<p hx-headers="{{ csrf_token }}">{{ page.title }}</p>'
    loaders = [("django.template.loaders.locmem.Loader", {"pages/contact_page.html": template})]
    engine = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [*loaders, "django.template.loaders.app_directories.Loader"],
            "context_processors": ["galley.preview.context_processors.previews_without_csrf_token"],
        },
    }
    with override_settings(TEMPLATES=[engine]):
        html = Client().get(share(site.contact, editor)).content.decode()
    assert f'<p hx-headers="NOTPROVIDED">{site.contact.title}</p>' in html
    assert "csrfmiddlewaretoken" not in html


def test_a_private_page_is_shown_by_its_link_alone(site, editor) -> None:
    site.post.view_restrictions.create(restriction_type="login")
    assert Client().get(site.post.url).status_code == 302
    assert site.post.title in Client().get(share(site.post, editor)).content.decode()
    assert Client().get(site.post.url).status_code == 302


def test_a_link_that_has_ended_says_so_and_shows_nothing(site, editor) -> None:
    path = share(site.post, editor)
    ShareLink.objects.all().stop()
    response = Client().get(path)
    assert response.status_code == 410
    assert "This link has stopped working" in response.content.decode()
    assert site.post.title not in response.content.decode()
    assert response["Cache-Control"] == "no-store, private"


def test_a_page_that_cant_be_rendered_waits_for_one_that_can(site, editor) -> None:
    with patch.object(type(site.post), "serve_preview", side_effect=ValueError):
        response = Client(raise_request_exception=False).get(share(site.post, editor))
    assert response.status_code == 200
    assert "can't be shown at the moment" in response.content.decode().replace("&#x27;", "'")


def test_no_address_of_a_shared_draft_is_logged(site, editor, caplog) -> None:
    path = share(site.post, editor)
    ShareLink.objects.all().stop()
    caplog.set_level(logging.DEBUG)
    Client().get(path)
    uvicorn = logging.getLogger("uvicorn.access")
    uvicorn.warning('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 410)
    assert "/preview/shared/…/" in caplog.text
    assert path.split("/")[3] not in caplog.text


def test_the_view_never_blocks_the_loop(site, editor) -> None:
    path = share(site.post, editor)

    async def get() -> int:
        await AsyncClient().get(path)  # modules and templates are loaded at their first use
        with blockbuster_ctx():
            return (await AsyncClient().get(path)).status_code

    assert asyncio.run(get()) == 200


# The socket


def test_a_guest_who_joins_mid_edit_gets_the_draft_at_once_and_follows(site, editor, log_in) -> None:
    client, path = log_in(editor), share(site.post, editor)

    async def scene() -> None:
        typing, guest = Socket(editor_path(site.post), client), Socket(path)
        await opened(typing)
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("Under way")))
        await typing.heard()
        page = await AsyncClient().get(path)
        assert "<p>Under way</p>" in page.content.decode()
        await opened(guest)
        assert "<p>Under way</p>" in await shown(guest)
        change = form_of(site.post, body=markdown("Under way *still*"))
        await typing.say(type="change", sequence=2, changed={"body-0-value": change["body-0-value"]}, removed=[])
        assert "<p>Under way <em>still</em></p>" in await shown(guest)
        assert guest.screen.kinds == ["snapshot", "patch"]
        await left(guest, typing)

    in_loop(scene())


def test_while_nobody_writes_a_guest_sees_what_is_saved_and_is_told(site, editor) -> None:
    path = share(site.post, editor)

    def save() -> None:
        site.post.title = "Saved meanwhile"
        site.post.save_revision()

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        assert site.post.title in await shown(guest)
        assert "Nobody is writing" in guest.screen.notes[0]
        await asyncio.to_thread(save)
        assert "Saved meanwhile" in await shown(guest)
        await left(guest)

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())


def test_a_guest_is_told_whose_draft_it_is_and_until_when(site, editor) -> None:
    path = share(site.post, editor)
    link = ShareLink.objects.get()

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        about = await heard(guest, "link")
        assert about["title"] == site.post.title
        assert datetime.fromisoformat(about["until"]) == link.expires_at
        await left(guest)

    in_loop(scene())


@pytest.mark.parametrize("model", PAGE_MODELS, ids=lambda model: model.__name__)
@pytest.mark.by_day(4)
def test_no_message_to_a_guest_tells_of_an_editor(site, log_in, model) -> None:
    page = next(page for page in site.pages() if type(page) is model)
    author, rival = EditorFactory(username="maud-the-author"), EditorFactory(username="tobias-the-rival")
    client, second_client = log_in(author), log_in(rival)
    path = share(page, author, label="Secretly named")
    messages: list[str] = []

    async def scene() -> None:
        typing, second = Socket(editor_path(page, "tab-of-maud"), client), Socket(editor_path(page), second_client)
        await opened(typing, second)
        await typing.say(type="form", sequence=1, fields=form_of(page))
        await typing.heard()
        guest = Socket(path)
        await opened(guest)
        await second.say(type="form", sequence=1, fields=form_of(page, title="By the rival"))
        await second.heard()
        for number, title in enumerate(["One", "Two"], start=2):
            await typing.say(type="change", sequence=number, changed={"title": [title]}, removed=[])
        while f">{title}<" not in guest.screen.html.replace("\n", ""):
            messages.append(await guest.hear_text())
            if "version" in messages[-1]:
                guest.screen.receive(messages[-1])
        await left(guest, typing, second)

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())
    everything = "".join(messages)
    assert "snapshot" in everything
    for trace in ("csrf", "maud", "tobias", "Secretly named"):
        assert trace not in everything


def test_a_guest_sees_one_page_and_never_another(site, editor, log_in) -> None:
    client, path = log_in(editor), share(site.post, editor)

    async def scene() -> None:
        elsewhere, guest = Socket(editor_path(site.project), client), Socket(path)
        await opened(elsewhere, guest)
        assert site.post.title in await shown(guest)
        await elsewhere.say(type="form", sequence=1, fields=form_of(site.project, title="Another page"))
        await elsewhere.heard()
        assert await guest.messages_so_far() == []
        await left(guest, elsewhere)

    in_loop(scene())


@pytest.mark.parametrize(
    "end", ["stopped", "expired", "maker deactivated", "maker out of the group", "unpublished", "moved", "deleted"]
)
@pytest.mark.by_day(0, 3)
def test_an_open_screen_is_told_when_its_link_ends(site, end) -> None:
    maker = editor_of(site.blog)
    path = share(site.post, maker)

    def end_link() -> None:
        match end:
            case "stopped":
                ShareLink.objects.all().stop()
            case "expired":
                link = ShareLink.objects.get()
                ShareLink.objects.update(expires_at=link.made_at)
            case "maker deactivated":
                get_user_model().objects.filter(pk=maker.pk).update(is_active=False)
            case "maker out of the group":
                maker.groups.clear()
            case "unpublished":
                site.post.unpublish()
            case "moved":
                Page.objects.get(pk=site.post.pk).move(Page.objects.get(pk=site.home.pk), pos="last-child")
            case "deleted":
                site.post.delete()

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        await shown(guest)
        await asyncio.to_thread(end_link)
        assert await guest.close_code() == Close.LINK_ENDED

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())


def test_a_link_is_looked_up_for_the_message_itself(site, editor) -> None:
    """The timer is out of play."""
    path = share(site.post, editor)

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        await shown(guest)
        await asyncio.to_thread(ShareLink.objects.all().stop)
        await guest.say(type="again")
        assert await guest.close_code() == Close.LINK_ENDED

    with patch("galley.preview.consumers.CHECK_SECONDS", 3600):
        in_loop(scene())


def test_a_link_is_looked_up_often_enough_to_close_within_two_seconds() -> None:
    assert CHECK_SECONDS < 2


def test_a_ping_of_a_guest_is_answered(site, editor) -> None:
    """A screen that hears no answer connects again."""
    path = share(site.post, editor)

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        await shown(guest)
        assert await guest.messages_so_far() == []
        await left(guest)

    in_loop(scene())


@pytest.mark.parametrize("token", ["forged.token", "x", "%00", "ß"])
def test_a_token_that_was_never_given_opens_no_socket(site, token) -> None:
    async def scene() -> None:
        guest = Socket(f"/preview/shared/{token}/")
        await opened(guest)
        assert await guest.close_code() == Close.LINK_ENDED

    in_loop(scene())


def test_guests_are_counted_by_their_link(site, editor) -> None:
    path, other_path = share(site.post, editor), share(site.post, editor)

    async def scene() -> None:
        first, second, by_another_link = Socket(path), Socket(path), Socket(other_path)
        await opened(first)
        await shown(first)
        await opened(second, by_another_link)
        assert await second.close_code() == Close.TOO_MANY
        await shown(by_another_link)
        await left(first, by_another_link)

    with patch.object(GuestViewer, "max_sockets", 1):
        in_loop(scene())


def test_being_watched_is_noted_and_asks_for_no_login(site, editor) -> None:
    path = share(site.post, editor)

    async def scene() -> None:
        guest = Socket(path)
        await opened(guest)
        await shown(guest)
        await left(guest)

    in_loop(scene())
    assert ShareLink.objects.get().last_seen_at is not None


def test_what_isnt_meant_for_guests_is_left_out() -> None:
    about = {"notes": ["Not valid yet"], "focus": "title", "tab": "secret", "outline": {"words": 3}}
    patch_of_state = json.dumps({"type": "patch", "version": "b", "base": "a", "about": about, "splices": []})
    assert json.loads(for_guests(patch_of_state) or "")["about"] == {"notes": ["Not valid yet"], "focus": "title"}
    assert for_guests('{"type":"something new","names":["Maud"]}') is None

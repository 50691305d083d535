"""Who sees and sends what by the preview's sockets: nine roles at nine addresses of a page in nine states.

Roles and states are those of `tests.site.test_matrix`. `EXPECTED` has for each address the initials of those for whom
it works, whatever the state: who may read the published page makes no difference to who may write it.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from wagtail.models import Comment

from galley.preview import viewers
from galley.preview.broadcast.presence import target_of_user
from galley.preview.consumers import PING
from galley.preview.drafts.sources import SavedPage
from galley.preview.models import ShareLink, ShareLinkQuerySet
from tests.galley.preview.conftest import Socket, form_of
from tests.galley.preview.consumers.test_sockets import editor_path, in_loop, left, opened
from tests.site.test_matrix import ALL, NOBODY, ROLES, STAFF, WORD, Matrix
from tests.site.test_matrix import EXPECTED as STATES

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EXPECTED = {
    "edit": STAFF,  # what they type reaches the screens
    "create": "OAECS",  # of a page beside it
    "page": STAFF,  # they see there what the superuser types
    "note": STAFF,
    "newest": "S",  # one's own draft, and nobody else's
    "tab": "S",
    "link": ALL,  # who has been given it
    "note by link": ALL,
    "stopped link": NOBODY,
}
# Nobody may edit a page that is scheduled.
LOCKED = EXPECTED | dict.fromkeys(("edit", "page", "note", "newest", "tab"), NOBODY)


class SocketMatrix(Matrix):
    """One post in a state, and everybody who opens sockets to it."""

    async def find_who_may(self) -> dict[str, str]:
        """Return for each address the initials of those for whom it works."""
        found = dict.fromkeys(EXPECTED, NOBODY)
        for role in ROLES:
            for address, may in (("edit", self._edits), ("create", self._creates)):
                found[address] += role if await may(role) else ""
        typing = Socket(editor_path(self.post, "desk"), self.clients["S"])
        await self._types(typing, f"Title {WORD}")
        for role in ROLES:
            for address, path in self._screens().items():
                found[address] += role if WORD in "".join(await self._visit(path, role)) else ""
            for address, screen in (("note", "page"), ("note by link", "link")):
                found[address] += role if await self._leaves_note(self._screens()[screen], role) else ""
        await sync_to_async(ShareLink.objects.all().stop)()
        for role in ROLES:
            answers = await self._visit(self._screens()["link"], role)
            found["stopped link"] += role if WORD in "".join(answers) else ""
        await left(typing)
        return found

    def _screens(self) -> dict[str, str]:
        number = self.post.pk
        paths = {"page": f"/preview/pages/{number}/", "newest": "/preview/", "tab": "/preview/tabs/desk/"}
        return paths | {"link": f"/preview/shared/{self.token}/"}

    async def _visit(self, path: str, role: str, /, **said: Any) -> list[str]:
        """Open a socket, say something, and return all that is heard before a ping is answered, or it is closed."""
        socket = Socket(path, self.clients[role])
        await opened(socket)
        if said:
            await socket.say(**said)
        await socket.say_text(PING)
        heard = await socket.hear_until("pong")
        await left(socket)
        return heard

    async def _edits(self, role: str) -> bool:
        """Whether a guest sees what is typed."""
        screen = Socket(self._screens()["link"])
        await opened(screen)
        typing = Socket(editor_path(self.post), self.clients[role])
        await self._types(typing, f"Typed by {role}")
        for text in await screen.messages_so_far():
            if "version" in json.loads(text):
                screen.screen.receive(text)
        await left(typing, screen)
        return f"Typed by {role}" in screen.screen.html

    async def _creates(self, role: str) -> bool:
        parent = await sync_to_async(self.post.get_parent)()
        typing = Socket(f"/preview/tabs/tab1/create/blog/blogpostpage/{parent.pk}/", self.clients[role])
        await self._types(typing, f"Title {WORD}")
        seen = WORD in "".join(await self._visit("/preview/tabs/tab1/", role))
        await left(typing)
        return seen

    async def _types(self, typing: Socket, title: str) -> None:
        """Send a form, and wait until it is shown, or the socket closed."""
        await opened(typing)
        await typing.say(type="form", sequence=1, fields=form_of(self.post, title=title))
        await typing.hear_until("rendered")

    async def _leaves_note(self, path: str, role: str) -> bool:
        text = f"Noted by {role} at {path}"
        await self._visit(path, role, type="note", path="title", quote="", text=text, name="Jane")
        return await Comment.objects.filter(page=self.post.pk, text__contains=text).aexists()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.by_day(5)
def test_each_role_sees_and_sends_what_it_may(site, state: str) -> None:
    found = in_loop(SocketMatrix(site, state).find_who_may())
    assert found == (LOCKED if state == "scheduled" else EXPECTED)


GONE: dict[str, tuple[set[str], Callable[[pytest.MonkeyPatch, Any], None]]] = {
    "who may edit": (
        {"edit", "page", "note"},
        lambda patch, matrix: patch.setattr(SavedPage, "may_edit", lambda source, user: True),
    ),
    "whose draft": (
        {"create", "newest", "tab"},  # nobody else finds their own either
        lambda patch, matrix: patch.setattr(
            viewers, "target_of_user", lambda user_id, **where: target_of_user(matrix.users["S"].pk, **where)
        ),
    ),
    "stopped links": (
        {"stopped link"},
        lambda patch, matrix: patch.setattr(ShareLinkQuerySet, "stop", lambda links: 0),
    ),
}


@pytest.mark.parametrize("restriction", GONE)
@pytest.mark.by_day(0)
def test_it_is_noticed_when_a_restriction_is_gone(site, restriction: str, monkeypatch) -> None:
    matrix = SocketMatrix(site, "login")
    addresses, take_away = GONE[restriction]
    take_away(monkeypatch, matrix)
    found = in_loop(matrix.find_who_may())
    assert {address for address, who in found.items() if who != EXPECTED[address]} == addresses

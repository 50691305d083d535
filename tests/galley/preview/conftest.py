"""Sockets and forms for the tests of the live preview."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from config.asgi import application
from galley.preview.broadcast.hub import Backplane, hub
from galley.preview.consumers import PING, PONG, open_sockets
from tests.conftest import SmallSite
from tests.galley.preview.browser_model import Screen

ORIGIN = b"http://testserver"
PATIENCE = 60  # seconds


class Socket:
    """A browser's socket, with the cookies of a login. (`channels.testing` would need daphne.)"""

    def __init__(self, path: str, client: Client | None = None, origin: bytes = ORIGIN) -> None:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()) if client else ""
        headers = [(b"origin", origin), (b"host", b"testserver"), (b"cookie", cookies.encode())]
        self.scope = {"type": "websocket", "scheme": "ws", "path": path, "query_string": b"", "headers": headers}
        self._application = ApplicationCommunicator(application, self.scope)
        self.screen = Screen()
        self.presence: Any = None

    async def connect(self) -> bool:
        """Return whether the server takes the connection."""
        await self._application.send_input({"type": "websocket.connect"})
        return (await self._application.receive_output(timeout=PATIENCE))["type"] == "websocket.accept"

    async def disconnect(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._application.wait(timeout=PATIENCE)

    async def say_text(self, text: str) -> None:
        await self._application.send_input({"type": "websocket.receive", "text": text})

    async def say(self, **message: Any) -> None:
        await self.say_text(json.dumps(message))

    async def hear_text(self) -> str:
        """Return the next message, but for those about who is there: the last of these is in `screen.presence`."""
        while is_presence(text := await self._next_text()):
            self.screen.receive(text)
        return text

    async def sees_people(self, expected: Callable[[Any], bool]) -> None:
        """Wait until what is told of who is there is as expected; the screen shows what comes meanwhile."""
        while not self.screen.presence or not expected(self.screen.presence):
            text = await self._next_text()
            if is_presence(text) or "version" in json.loads(text):
                self.screen.receive(text)

    async def heard(self, kind: str = "") -> Any:
        """Return the next message, of the `kind` if one is asked for; what is told of the outline comes at any time."""
        while True:
            message = json.loads(await self.hear_text())
            if message["type"] == kind or (not kind and message["type"] != "outline"):
                return message

    async def messages_so_far(self) -> list[str]:
        """Return what was sent before the answer to a ping, but for messages about who is there.

        Whatever wakes a screen has woken it by then: the answer to the ping passes through the same event loop.
        """
        await self.say_text(PING)
        messages = []
        while (text := await self.hear_text()) != PONG:
            messages.append(text)
        return messages

    async def hear_until(self, kind: str) -> list[str]:
        """Return all messages before the next of that kind, or before the server closes."""
        messages: list[str] = []
        while True:
            event = await self._application.receive_output(timeout=PATIENCE)
            if event["type"] == "websocket.close" or json.loads(event["text"])["type"] == kind:
                return messages
            messages.append(event["text"])

    async def shown(self) -> str:
        """Return the page that the screen shows after its next message."""
        self.screen.receive(await self.hear_text())
        return self.screen.html

    async def close_code(self) -> int:
        """Return the code with which the server closes, whatever it says before; the browser then hangs up."""
        while True:
            event = await self._application.receive_output(timeout=PATIENCE)
            if event["type"] == "websocket.close":
                await self._application.send_input({"type": "websocket.disconnect", "code": event["code"]})
                await self._application.wait(timeout=PATIENCE)
                return event["code"]

    async def _next_text(self) -> str:
        event = await self._application.receive_output(timeout=PATIENCE)
        assert event["type"] == "websocket.send", event
        return event["text"]


def is_presence(text: str) -> bool:
    return text.startswith('{"type":"presence"')


@pytest.fixture
def site(django_db_serialized_rollback: None, transactional_db: None, small_site: SmallSite) -> SmallSite:
    """The small site, committed: sockets work in threads with connections of their own. Nobody is connected yet."""
    # Whom another test has left behind isn't there any more, and users of other tests had the same ids.
    hub.__init__(Backplane())
    open_sockets.clear()
    return small_site


@pytest.fixture
def log_in() -> Callable[[AbstractBaseUser], Client]:
    def log_in(user: AbstractBaseUser) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


def form_of(page: Page, **changed: Any) -> dict[str, list[str]]:
    """Return the fields that the edit form of `page` would send."""
    empty = inline_formset([])
    data: dict[str, Any] = {"title": page.title, "slug": page.slug, "body": streamfield([]), "date": "2024-05-01"}
    data |= {"year": "2024", "post_authors": empty, "gallery": empty, "links": empty}
    several = {name: value for name, value in changed.items() if isinstance(value, list)}
    flat = nested_form_data({name: value for name, value in (data | changed).items() if name not in several})
    return {name: [str(value)] for name, value in flat.items()} | {
        name: [str(value) for value in values] for name, values in several.items()
    }


def markdown(*texts: str) -> Any:
    """Return the form's state of a body with one Markdown block for each text; each keeps its id by its position."""
    body = streamfield([("markdown", text) for text in texts])
    return body | {str(number): body[str(number)] | {"id": f"block-{number}"} for number in range(len(texts))}

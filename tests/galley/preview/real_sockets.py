"""Browsers' sockets to a running site, without browsers: they keep the draft, and come back when they are cut off."""

import asyncio
import contextlib
import http.cookiejar
import json
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.galley.preview.browser_model import Screen

PATIENCE = 60  # seconds
FIRST_PAUSE = 0.3  # as in `socket.js`


def log_in(url: str, username: str, password: str) -> str:
    """Return the `Cookie` header of somebody who has logged in through the form."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"{url}/admin/login/"
    opener.open(address, timeout=PATIENCE).read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    fields = {"username": username, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
    request = urllib.request.Request(address, urllib.parse.urlencode(fields).encode(), {"Referer": address})
    opener.open(request, timeout=PATIENCE).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def connect_to(where: tuple[str, str, str], **options: Any) -> connect:
    """Return the connection, to be entered, of a browser that shows `url`: to its path, with its cookie."""
    url, path, cookie = where
    headers = {"Origin": url, "Cookie": cookie}
    address = url.replace("http", "ws", 1) + path
    return connect(address, additional_headers=headers, compression=None, max_size=None, **options)


class RealSocket:
    """A socket that connects again whenever it is cut off; `url` is what the browser's address line shows."""

    def __init__(self, url: str, path: str, cookie: str) -> None:
        self._where = (url, path, cookie)
        self._connection: ClientConnection | None = None
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, InvalidHandshake, EOFError, TimeoutError):
                async with connect_to(self._where) as connection:
                    self._connection = connection
                    await self.opened()
                    async for text in connection:
                        await self.received(json.loads(text), str(text))
                        self._news.set()
            self._connection = None
            await asyncio.sleep(FIRST_PAUSE)

    async def opened(self) -> None:
        """Begin."""

    async def received(self, message: Any, text: str) -> None:
        """Take a message."""

    async def say(self, **message: Any) -> None:
        """Say it, if there is anybody to hear it."""
        if self._connection:
            with contextlib.suppress(WebSocketException):
                await self._connection.send(json.dumps(message))

    async def until(self, expected: Callable[[], Any]) -> None:
        """Wait until something is the case that messages bring about."""
        async with asyncio.timeout(PATIENCE):
            while not expected():
                self._news.clear()
                await self._news.wait()


class RealScreen(RealSocket):
    """A screen; `shows` waits for a text in the page."""

    def __init__(self, *where: str) -> None:
        super().__init__(*where)
        self.screen = Screen()

    async def opened(self) -> None:
        """Begin with nothing."""
        self.screen.version = None

    async def received(self, message: Any, text: str) -> None:
        """Show it."""
        self.screen.receive(text)

    async def shows(self, text: str) -> None:
        """Wait until the page contains `text`."""
        await self.until(lambda: self.screen.version and text in self.screen.html)


class RealEditor(RealSocket):
    """An edit page: one message under way at a time, the newest state with the next, the whole form on connecting."""

    def __init__(self, *where: str, form: dict[str, list[str]]) -> None:
        super().__init__(*where)
        self.form = form
        self.presence: dict[str, Any] = {}
        self._sent: dict[str, list[str]] = {}
        self._sequence = 0
        self._under_way = False

    async def type(self, **changed: str) -> None:
        """Change fields of the form."""
        self.form = self.form | {name: [value] for name, value in changed.items()}
        if not self._under_way:
            await self._send_change()

    async def opened(self) -> None:
        """Send the whole form."""
        self._under_way = True
        self._sequence += 1
        self._sent = self.form
        await self.say(type="form", sequence=self._sequence, fields=self.form)

    async def received(self, message: Any, text: str) -> None:
        """Go on with what was typed meanwhile."""
        if message["type"] == "again":
            await self.opened()
        if message["type"] == "presence":
            self.presence = message
        if message["type"] == "rendered" and message["sequence"] == self._sequence:
            self._under_way = False
            await self._send_change()

    @property
    def is_done(self) -> bool:
        """Whether everything that was typed has been rendered."""
        return not self._under_way and self._sent == self.form

    async def _send_change(self) -> None:
        changed = {name: values for name, values in self.form.items() if self._sent.get(name) != values}
        if changed and self._connection:
            self._under_way = True
            self._sequence += 1
            self._sent = self.form
            await self.say(type="change", sequence=self._sequence, changed=changed, removed=[])


@contextlib.asynccontextmanager
async def running(*sockets: RealSocket) -> AsyncIterator[None]:
    """Keep the sockets connected for the length of the block."""
    tasks = [asyncio.create_task(socket.run()) for socket in sockets]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

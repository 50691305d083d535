"""The sockets of screens that show a draft."""

from abc import abstractmethod

from preview.access import require_editor, require_user
from preview.consumers.base import PreviewConsumer
from preview.hub import hub
from preview.messages import Again, read_screen_message
from preview.sources import source_from
from preview.threads import in_preview_thread
from preview.topics import newest_topic, page_topic, tab_topic


class ViewerConsumer(PreviewConsumer):
    """A screen's socket: is sent the newest state, and what leads from one to the next."""

    _topic = ""

    @abstractmethod
    def topic(self) -> str:
        """Name what this screen watches."""

    async def begin(self) -> None:
        """Watch the topic that the address names."""
        self._topic = self.topic()
        await self.check_access()
        self._viewer = await hub.join(self._topic)
        self.own(self._send_states())
        self.own(self.keep_checking_access())

    async def check_access(self) -> None:
        """Raise `AccessDenied` if the user has gone, or may not edit the page that is shown any more."""
        frame = await hub.newest(self._topic)
        if frame:
            await in_preview_thread(require_editor, self.session_key, source_from(frame.source))
        else:
            await in_preview_thread(require_user, self.session_key)

    async def take(self, text: str | None) -> None:
        """Take what the screen says: so far, only that it needs the whole page again."""
        await self.check_access()
        match read_screen_message(text):
            case Again():
                self._viewer.forget()

    async def disconnect(self, code: int) -> None:
        """Stop watching."""
        await super().disconnect(code)
        if hasattr(self, "_viewer"):
            await hub.leave(self._topic, self._viewer)

    async def _send_states(self) -> None:
        async for message in self._viewer.messages():
            await self.send(message)


class TabViewer(ViewerConsumer):
    """Watches one tab of the user's: the preview panel beside the form."""

    def topic(self) -> str:
        """Name the user's tab."""
        return tab_topic(self.user_id, self.scope["url_route"]["kwargs"]["tab"])


class PageViewer(ViewerConsumer):
    """Watches the user's draft of one page."""

    def topic(self) -> str:
        """Name the page."""
        return page_topic(self.user_id, self.scope["url_route"]["kwargs"]["page_id"])


class NewestViewer(ViewerConsumer):
    """Watches whatever the user writes: a phone that simply follows."""

    def topic(self) -> str:
        """Name the user's newest draft."""
        return newest_topic(self.user_id)

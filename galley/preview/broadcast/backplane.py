"""How the processes of one site share drafts and presence.

Only the name of a channel and a version travel as messages. The newest frame is stored where any process can fetch it.
A message that is lost or overtaken does no harm: the next one makes its receiver fetch the newest frame.
"""

from typing import Protocol

from galley.preview.broadcast.channels import Frame
from galley.preview.broadcast.presence import ProcessPresence


class Listener(Protocol):
    """What a hub wants to hear of other processes. Called on the event loop."""

    def frame_arrived(self, channel: str, frame: Frame) -> None:
        """Take the newest state of a channel that was asked for."""

    def is_watched(self, channel: str) -> bool:
        """Whether the newest state of the channel is wanted here."""

    def presence_arrived(self, process: str, presence: ProcessPresence | None) -> None:
        """Take who is connected to another process; None when it has gone."""

    def connected_again(self) -> None:
        """Publish everything again, and ask for everything: what was stored may be lost."""


class Backplane(Protocol):
    """What a hub asks of other processes. Nothing here waits for them, but `start` and `fetch`."""

    async def start(self, listener: Listener) -> None:
        """Begin to notify `listener` of other processes; return when it knows who is there now."""

    def publish(self, channel: str, frame: Frame) -> None:
        """Store `frame` as the newest state of `channel` and announce it."""

    def discard(self, channel: str, version: str) -> None:
        """Delete what is stored of `channel`, unless a newer state than `version` has come from elsewhere."""

    def request(self, channel: str) -> None:
        """Ask for the newest stored state. The listener receives it."""

    def announce(self, presence: ProcessPresence) -> None:
        """Announce to the others who is connected here now."""

    async def fetch(self, channel: str) -> Frame | None:
        """Return the newest stored state, or None."""

"""How the processes of one site tell one another of new drafts, and of the people who are connected to them.

Only the name of a topic and a version travel as messages; the newest state itself is kept where any process can fetch
it. A message that is lost, or overtaken by the next, does no harm: whoever hears of any later version fetches the
newest.
"""

from typing import Protocol

from galley.preview.broadcast.channels import Frame
from galley.preview.broadcast.presence import People


class Listener(Protocol):
    """What a hub wants to hear of other processes. Called on the event loop."""

    def frame_arrived(self, topic: str, frame: Frame) -> None:
        """Take the newest state of a topic that was asked for."""

    def is_watched(self, topic: str) -> bool:
        """Whether the newest state of the topic is wanted here."""

    def people_arrived(self, process: str, people: People | None) -> None:
        """Take who is connected to another process; None when it has gone."""

    def connected_again(self) -> None:
        """Publish everything again, and ask for everything: what was kept may be lost."""


class Backplane(Protocol):
    """What a hub asks of other processes. Nothing here waits for them, but `start` and `fetch`."""

    async def start(self, listener: Listener) -> None:
        """Begin to tell `listener` of other processes; return when it knows who is there now."""

    def publish(self, topic: str, frame: Frame) -> None:
        """Keep `frame` as the newest state of `topic` and announce it."""

    def discard(self, topic: str, version: str) -> None:
        """Keep nothing of `topic` any longer, unless a newer state than `version` has come from elsewhere."""

    def request(self, topic: str) -> None:
        """Ask for the newest state that is kept: the listener is told."""

    def announce(self, people: People) -> None:
        """Tell the others who is connected here now."""

    async def fetch(self, topic: str) -> Frame | None:
        """Return the newest state that is kept, or None."""


class SingleProcess:
    """For a site that runs in one process: there is nobody else to tell."""

    async def start(self, listener: Listener) -> None:
        """Do nothing."""

    def publish(self, topic: str, frame: Frame) -> None:
        """Do nothing: the hub has shown it already."""

    def discard(self, topic: str, version: str) -> None:
        """Do nothing."""

    def request(self, topic: str) -> None:
        """Do nothing: what there is, the hub has."""

    def announce(self, people: People) -> None:
        """Do nothing."""

    async def fetch(self, topic: str) -> Frame | None:
        """Return None: what there is, the hub has."""
        return None

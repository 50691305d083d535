"""What viewers are shown, one state after the other, and how the next state follows from the one they have."""

import json
from dataclasses import dataclass
from typing import Any

from preview.regions import CutPage, find_splice


@dataclass(frozen=True)
class Frame:
    """One state of a draft as viewers see it.

    `version` is unique. `source` is the page it belongs to, as JSON-ready data, for the check of permissions.
    `notes` are sentences for the viewer: what couldn't be shown, or that the editor has left.
    """

    version: str
    page: CutPage
    source: tuple[Any, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the frame as text, for the backplane."""
        return json.dumps([self.version, self.page.skeleton, self.page.regions, self.source, self.notes])

    @classmethod
    def from_json(cls, text: str) -> "Frame":
        """Return the frame that `to_json` wrote."""
        version, skeleton, regions, source, notes = json.loads(text)
        return cls(version, CutPage(tuple(skeleton), regions), tuple(source), tuple(notes))


def snapshot_message(frame: Frame) -> str:
    """Return the message that shows `frame` to a viewer who has nothing yet."""
    return _message("snapshot", frame, skeleton=frame.page.skeleton, regions=frame.page.regions)


def patch_message(old: Frame, new: Frame) -> str:
    """Return the smallest message that leads a viewer from `old` to `new`.

    While the skeleton stands, only the changed characters of changed regions travel. When it changes (a block was
    added, moved or deleted), the skeleton travels with the regions that are new or different.
    """
    changed = {name: html for name, html in new.page.regions.items() if old.page.regions.get(name) != html}
    if old.page.skeleton != new.page.skeleton:
        return _message("structure", new, base=old.version, skeleton=new.page.skeleton, regions=changed)
    splices = []
    for name, html in changed.items():
        splice = find_splice(old.page.regions[name], html)
        splices.append([name, splice.start, splice.end, splice.text])
    return _message("patch", new, base=old.version, splices=splices)


def _message(kind: str, frame: Frame, **content: Any) -> str:
    message = {"type": kind, "version": frame.version, "notes": frame.notes, **content}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))

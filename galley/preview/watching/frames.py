"""What viewers are shown, one state after the other, and how the next state follows from the one they have."""

import json
from dataclasses import dataclass, field
from typing import Any

from galley.preview.drafts.regions import CutPage
from galley.preview.splices import find_splice


@dataclass(frozen=True)
class Frame:
    """One state of a draft as viewers see it.

    `version` is unique. `source` is the page it belongs to, as JSON-ready data, for the check of permissions.
    `about` is JSON-ready data beside the page, by topic: `notes` (sentences for the viewer: what couldn't be shown, or
    that the editor has left), `focus` (the content path of the field that is being edited), and so on.
    """

    version: str
    page: CutPage
    source: tuple[Any, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def page_id(self) -> int | None:
        """The id of the page, if it has been saved."""
        return self.source[0] if len(self.source) == 1 else None

    def to_json(self) -> str:
        """Return the frame as text, for the backplane."""
        return json.dumps([self.version, self.page.skeleton, self.page.regions, self.source, self.about])

    @classmethod
    def from_json(cls, text: str) -> "Frame":
        """Return the frame that `to_json` wrote."""
        version, skeleton, regions, source, about = json.loads(text)
        return cls(version, CutPage(tuple(skeleton), regions), tuple(source), about)


def snapshot_message(frame: Frame) -> str:
    """Return the message that shows `frame` to a viewer who has nothing yet."""
    return _message("snapshot", frame, about=frame.about, skeleton=frame.page.skeleton, regions=frame.page.regions)


def patch_message(old: Frame, new: Frame) -> str:
    """Return the smallest message that leads a viewer from `old` to `new`.

    While the structure stands, only the changed characters travel: of regions, and of the markup between them. When it
    changes (a block was added, moved or deleted), the skeleton travels with the regions that are new or different.
    """
    changed = {name: html for name, html in new.page.regions.items() if old.page.regions.get(name) != html}
    since = {"base": old.version, "about": changes_about(old, new)}
    if old.page.skeleton[1::2] != new.page.skeleton[1::2]:
        return _message("structure", new, **since, skeleton=new.page.skeleton, regions=changed)
    splices = [_splice(name, old.page.regions[name], html) for name, html in changed.items()]
    between = [
        _splice(place, before, now)
        for place, (before, now) in enumerate(zip(old.page.skeleton, new.page.skeleton, strict=True))
        if before != now
    ]
    return _message("patch", new, **since, splices=splices, **({"between": between} if between else {}))


def _splice(where: str | int, before: str, now: str) -> list[Any]:
    splice = find_splice(before, now)
    return [where, splice.start, splice.end, splice.text]


def changes_about(old: Frame | None, new: Frame) -> dict[str, Any]:
    """Return what is said beside the page and wasn't said in `old`; None for what isn't said any more."""
    before = old.about if old else {}
    gone = dict.fromkeys(before.keys() - new.about.keys())
    return gone | {name: value for name, value in new.about.items() if before.get(name) != value}


def _message(kind: str, frame: Frame, **content: Any) -> str:
    message = {"type": kind, "version": frame.version, **content}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))

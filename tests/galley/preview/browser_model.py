"""What `draft.js` does with the messages, as a model for tests without a browser."""

import json
from typing import Any

from galley.preview.messages import Splice, apply_splice


class Screen:
    """A screen's idea of the page: versions have to follow one another, or it would ask for the whole page again."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.skeleton: list[str] = []
        self.regions: dict[str, str] = {}
        self.notes: list[str] = []
        self.kinds: list[str] = []
        self.presence: dict[str, Any] = {}

    def receive(self, text: str) -> None:
        message = json.loads(text)
        if message["type"] == "presence":
            self.presence = message
            return
        self.kinds.append(message["type"])
        if message["type"] == "snapshot":
            self.skeleton, self.regions = message["skeleton"], message["regions"]
        else:
            assert message["base"] == self.version
        if message["type"] == "structure":
            known = self.regions | message["regions"]
            self.skeleton = message["skeleton"]
            self.regions = {name: known[name] for name in self.skeleton[1::2]}
        for name, *splice in message.get("splices", []):
            self.regions[name] = apply_splice(self.regions[name], Splice(*splice))
        for place, *splice in message.get("between", []):
            self.skeleton[place] = apply_splice(self.skeleton[place], Splice(*splice))
        self.version = message["version"]
        said = message["about"].get("notes", self.notes if "base" in message else [])
        self.notes = said or []

    @property
    def html(self) -> str:
        return "".join(self.regions[part] if i % 2 else part for i, part in enumerate(self.skeleton))

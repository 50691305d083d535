"""Reads values out of front matter, under any of several names, and says which were never asked for."""

from typing import Any

from transfer.notes import Notes

# They steer the old generator and say nothing about the post.
_GENERATOR_KEYS = {
    "layout", "template", "type", "templateEngineOverride", "generate_feeds", "sort_by", "weight", "toc", "comments",
    "eleventyNavigation", "markup", "render", "hero",
}  # fmt: skip


class Metadata:
    """The front matter of one post. A key may be a path: `extra.team`."""

    def __init__(self, values: dict[str, Any], lines: dict[str, int], notes: Notes) -> None:
        self.notes = notes
        self._values = values
        self._lines = lines
        self._asked: set[str] = set()

    def value(self, key: str) -> Any:
        """Return what stands under `key`, or None."""
        self._asked.add(key)
        value: Any = self._values
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def line(self, *keys: str) -> int:
        """Return the line of the first of `keys` that there is, or 0."""
        names = [key.rsplit(".", 1)[-1] for key in keys if self.value(key) is not None] or list(keys)
        return next((self._lines[name] for name in names if name in self._lines), 0)

    def text(self, *keys: str) -> str:
        """Return the first text under one of `keys`, without blanks around it, or an empty text."""
        return next(iter(self.texts(*keys, split=False)), "")

    def texts(self, *keys: str, split: bool = True, split_words: bool = False) -> list[str]:
        """Return the texts under the first of `keys` that has any; `split` takes one text apart at its commas."""
        found: list[str] = []
        for key in keys:
            value = self.value(key)
            if found:
                continue
            entries = value if isinstance(value, list) else [value]
            texts = [str(entry) for entry in entries if isinstance(entry, (str, int, float)) and entry is not True]
            if split and isinstance(value, str):
                texts = value.split(",") if "," in value or not split_words else value.split()
            found = [text.strip() for text in texts if text.strip() and text != "False"]
            if len(found) < len([entry for entry in entries if isinstance(entry, (list, dict))]):
                self.notes.lost(f"`{key}` holds something other than texts.", self.line(key))
        return found

    def number(self, *keys: str) -> int | None:
        """Return the first whole number from 0 to 32767 under one of `keys`."""
        values = [self.value(key) for key in keys]
        numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
        return next((number for number in numbers if 0 <= number <= 32767), None)

    def flag(self, key: str) -> bool | None:
        """Return what `key` says as yes or no, or None."""
        value = self.value(key)
        if isinstance(value, str):
            return {"true": True, "yes": True, "false": False, "no": False}.get(value.lower())
        return value if isinstance(value, bool) else None

    def note_unused_keys(self) -> None:
        """Name every key that nothing above has asked for."""
        self._note_unused(self._values, "")

    def _note_unused(self, values: dict[Any, Any], prefix: str, depth: int = 0) -> None:
        for name, value in values.items():
            key = f"{prefix}{name}"
            if key in self._asked or key in _GENERATOR_KEYS or value in (None, "", [], {}):
                continue
            if isinstance(value, dict) and depth < 3:
                self._note_unused(value, f"{key}.", depth + 1)
            else:
                self.notes.lost(f"`{key[:80]}`{_shown(value)} has no place in a post here.", self.line(key))


def _shown(value: Any) -> str:
    if isinstance(value, (bool, int, float)):
        return f" ({str(value).lower()})"
    return f" ({value[:80]})" if isinstance(value, str) else ""

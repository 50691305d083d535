"""What a hostile page could say to the preview's sockets: broken, forged, replayed and oversized messages."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

Message = str | bytes

# Sent as text, which it can't be.
NOT_UTF8 = b"\xff\xfe\x00"

ODD_NUMBERS = [True, False, None, -1, 0, 1, 2**53, 10**30, 1.5, 1e308, float("nan"), float("inf"), "1", [], {}]
ODD_TEXTS = [
    "",
    "\0",
    "\ud800",
    "\udc00\ud800",
    "𝄞",
    "\u202e",
    "</script>",
    "{{ x }}",
    "%s",
    "../",
    "9" * 5000,
    "x" * 2000,
]
ODD_NAMES = ["__proto__", "constructor", "csrfmiddlewaretoken", "pk", "id", "path", "depth", "owner", "latest_revision"]
COUNTS = ["1000000000", "-1", "", "x", "٣", "1e9", "99999999999999999999", "0x10"]
FORMSETS = ["gallery", "links", "post_authors", "comments"]


class Sender:
    """One socket's sequence of messages. `sequence` counts up, as a real page's does."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.sequence = 0
        self.text = "Typed."

    def form(self, **changed: list[str]) -> str:
        """A whole form, as a real page sends it, with changes."""
        self.sequence += 1
        self.text = "Typed."
        fields = {"title": ["A post"], "slug": ["a-post"], "date": ["2024-05-01"], "body-count": ["1"]}
        block = {"type": "markdown", "value": self.text, "id": "block-0", "order": "0", "deleted": ""}
        fields |= {f"body-0-{name}": [value] for name, value in block.items()}
        for name in FORMSETS:
            fields |= {f"{name}-TOTAL_FORMS": ["0"], f"{name}-INITIAL_FORMS": ["0"]}
        return json.dumps({"type": "form", "sequence": self.sequence, "fields": fields | changed})

    def change(self, **content: Any) -> str:
        """A change with the next sequence number."""
        self.sequence += 1
        return json.dumps({"type": "change", "sequence": self.sequence} | content)

    # What a socket survives

    def replayed(self) -> Message:
        return json.dumps({"type": "change", "sequence": self.random.randrange(self.sequence + 1), "changed": {}})

    def out_of_step(self) -> Message:
        place = self.random.randrange(10**6)
        return self.change(splices=[["body-0-value", place, place + 1, "x", place]])

    def of_no_field(self) -> Message:
        return self.change(splices=[[self.random.choice(ODD_NAMES), 0, 0, "x", 1]])

    def odd_fields(self) -> Message:
        name, text = self.random.choice(ODD_NAMES), self.random.choice(ODD_TEXTS)
        return self.change(changed={name: [text] * self.random.randrange(4), f"body-0-{name}": [text]})

    def odd_value(self) -> Message:
        name = self.random.choice(["title", "slug", "date", "body-0-value", "body-0-type", "tags", "lead_image"])
        return self.change(changed={name: [self.random.choice(ODD_TEXTS)]})

    def odd_count(self) -> Message:
        claims = [f"{name}-{part}_FORMS" for name in FORMSETS for part in ("TOTAL", "INITIAL")]
        return self.change(changed={self.random.choice([*claims, "body-count"]): [self.random.choice(COUNTS)]})

    def removal(self) -> Message:
        return self.change(removed=[self.random.choice([*ODD_NAMES, "body-count", "title", "gallery-TOTAL_FORMS"])])

    def odd_focus(self) -> Message:
        return json.dumps({"type": "focus", "path": self.random.choice(ODD_TEXTS)[:500]})

    def repaired(self) -> Message:
        return self.form()

    # What closes a socket

    def no_json(self) -> Message:
        return self.random.choice(["", "no JSON", "{", "]", "NaN", "\0", '{"type":', "\ufeff{}", "'{}'"])

    def truncated(self) -> Message:
        text = self.form()
        return text[: self.random.randrange(1, len(text))]

    def garbled(self) -> Message:
        text = self.form()
        place = self.random.randrange(len(text))
        return text[:place] + self.random.choice('{}[]",:\\\0e-') + text[place + 1 :]

    def nested(self) -> Message:
        opening = self.random.choice(["[", '{"a":'])
        return '{"type": "form", "sequence": 1, "fields": ' + opening * self.random.choice([100, 100_000])

    def wrong_types(self) -> Message:
        odd = lambda: self.random.choice([*ODD_NUMBERS, *ODD_TEXTS[:4]])  # noqa: E731
        message = {"type": self.random.choice(["form", "change", "focus", "saved", "again", "rendered", odd()])}
        names = ["sequence", "fields", "changed", "removed", "splices", "path", "page"]
        return json.dumps(message | {name: odd() for name in self.random.sample(names, 4)})

    def odd_splices(self) -> Message:
        splice = ["body-0-value", *self.random.choices(ODD_NUMBERS, k=4)]
        return self.change(splices=self.random.choice([[splice], [splice] * 2, [splice[:3]], {"a": splice}]))

    def forged(self) -> Message:
        return json.dumps({"type": "saved", "page": self.random.choice([1, 2, 3, 4, 5, 10**15, *ODD_NUMBERS])})

    def binary(self) -> Message:
        return self.random.randbytes(self.random.randrange(200))

    def not_utf8(self) -> Message:
        return NOT_UTF8

    def too_many_fields(self) -> Message:
        return self.change(changed={str(number): [] for number in range(10_001)})

    def too_large(self) -> Message:
        return self.form(title=["x" * self.random.choice([4_200_000, 4_600_000, 5_200_000])])


SURVIVED: list[Callable[[Sender], Message]] = [
    *[Sender.replayed, Sender.out_of_step, Sender.of_no_field, Sender.odd_focus] * 12,
    *[Sender.odd_fields, Sender.odd_value, Sender.odd_count, Sender.removal, Sender.repaired],
]
FATAL: list[Callable[[Sender], Message]] = [
    *[Sender.no_json, Sender.truncated, Sender.garbled, Sender.wrong_types, Sender.odd_splices, Sender.forged] * 20,
    *[Sender.nested, Sender.binary, Sender.not_utf8] * 10,
    *[Sender.too_many_fields, Sender.too_large],
]

"""Makes visitors' text safe to store and to mail, without losing its meaning."""

import re

# Control characters, lone surrogates and code points that are no characters. PostgreSQL refuses the first of them,
# spreadsheets refuse the others. Line breaks and tabs stay.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
# They reverse the text after them, so that a name or a subject would read as something else.
_DIRECTION_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_line(value: str) -> str:
    """Return `value` as one line: line breaks and runs of spaces become one space."""
    return " ".join(_DIRECTION_OVERRIDES.sub("", _UNPRINTABLE.sub("", value)).split())


def clean_text(value: str) -> str:
    """Return `value` with plain line breaks and without unprintable characters."""
    return "\n".join(_UNPRINTABLE.sub("", value).splitlines()).strip()

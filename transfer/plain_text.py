"""Plain words out of HTML and Markdown, for fields that hold nothing else."""

import html
import re

import nh3

_IMAGE = re.compile(r"!\[([^\[\]]{0,1000})\]\([^()\s]*\)")
_LINK = re.compile(r"\[([^\[\]]{1,1000})\]\((?:[^()]|\([^()]{0,500}\)){0,2000}\)")
_TEMPLATE_LINK = re.compile(r"\[([^\[\]]{1,1000})\]\(\{\{[^{}]*\}\}[^()\s]*\)")
_TEMPLATE_TAG = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_EMPHASIS = re.compile(r"(?<![\w*_])(\*\*|__|\*|_)(?=\S)(.{1,500}?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)(.{1,500}?)(?<!`)\1(?!`)")
_HEADING = re.compile(r"\A(?:#[ \t]+([^\n]+?)[ \t]*#*[ \t]*|([^\n#>\-*+\s][^\n]*)\n=+[ \t]*)(?:\n|\Z)")


def plain_text(text: str) -> str:
    """Return the words of `text` on one line, without HTML, template tags, and Markdown's marks."""
    text = _TEMPLATE_TAG.sub("", _TEMPLATE_LINK.sub(r"\1", text))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _CODE.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    return " ".join(html.unescape(nh3.clean(text, tags=set()) if "<" in text else text).replace("\x00", "").split())


def shorten(text: str, length: int) -> str:
    """Return at most `length` characters of `text`, cut between words, with an ellipsis where something went."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:") + "…"


def first_heading(body: str) -> tuple[str, int] | None:
    """Return the words of the level 1 heading at the very top of `body` and its length with the line end, or None."""
    match = _HEADING.match(body)
    title = plain_text(match[1] or match[2]) if match else ""
    return (title, match.end()) if match and title else None

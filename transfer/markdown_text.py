"""Small pieces of Markdown, written and read."""

import html
import re


def markdown_image(source: str, alt: str, title: str = "") -> str:
    """Return a picture. Its title is printed as a caption where the picture stands alone."""
    title = _one_line(title).replace("\\", "\\\\").replace('"', '\\"')
    caption = f' "{title}"' if title else ""
    return f"![{_escape_brackets(html.unescape(alt))}]({angled(source)}{caption})"


def markdown_link(label: str, url: str) -> str:
    """Return a link."""
    return f"[{_escape_brackets(label)}]({angled(url)})"


def angled(url: str) -> str:
    """Return `url` as a destination: in angle brackets where it holds what would end it."""
    return f"<{url}>" if re.search(r"[\s()]", url) and not re.search(r"[<>\n]", url) else url


def bare(url: str) -> str:
    """Return a destination without angle brackets."""
    return url[1:-1] if url.startswith("<") else url


def strip_title(title: str | None) -> str:
    """Return a title without its quotation marks or parentheses."""
    return unescape(title.strip()[1:-1]) if title else ""


def unescape(text: str) -> str:
    """Return `text` without the backslashes that hide Markdown's marks."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def _escape_brackets(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())

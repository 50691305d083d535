"""Converts admonitions, wiki links and other marks, which generators and note apps add to Markdown."""

import re

from transfer.readers import CALLOUT_END, CALLOUT_START, FILE_SCHEME, IMAGE_SUFFIXES, Diagnostics
from transfer.text import SourceText, markdown_image, markdown_link

# By the kinds of the site's callouts. All others are notes.
_KINDS = {
    **dict.fromkeys(("tip", "hint", "success", "check", "done"), "tip"),
    **dict.fromkeys(("warning", "caution", "danger", "attention", "important", "error", "failure", "bug"), "warning"),
}
# The kind is an argument of these.
_GENERAL = ("admonition", "alert", "aside", "callout", "notice")
_SHORTCODES = "|".join((*_GENERAL, *_KINDS, "info", "note"))
_ADMONITIONS = [
    # GitHub and Obsidian
    re.compile(r"^>[ \t]*\[!(?P<kind>\w+)\][+-]?[ \t]*(?P<title>[^\n]*)(?P<body>(?:\n>[^\n]*)*)", re.MULTILINE),
    # Docusaurus, VuePress, MyST; `{.callout-note}` in Quarto
    re.compile(
        r"^(?P<fence>:{3,})[ \t]*\{?\.?(?:callout-)?(?P<kind>[A-Za-z][\w-]*)\}?(?P<title>[^\n]*)"
        r"(?P<body>(?:\n(?!:::)[^\n]*)*)\n(?P=fence)[ \t]*$",
        re.MULTILINE,
    ),
    # MkDocs
    re.compile(
        r"^(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[\w-]+)(?P<title>[^\n]*)(?P<body>(?:\n(?: {4}|\t)[^\n]*|\n[ \t]*(?=\n))*)",
        re.MULTILINE,
    ),
    # MDX
    re.compile(
        r"^<(?P<kind>Aside|Admonition|Alert|Callout|Caution|Danger|Hint|Info|Note|Tip|Warning)\b(?P<title>[^<>\n]*)>"
        r"(?P<body>(?:(?!</?(?:[A-Z]|$)).)*?)\n?</(?P=kind)>[ \t]*$",
        re.MULTILINE | re.DOTALL,
    ),
    # Hugo
    re.compile(
        rf"\{{\{{[<%][ \t]*(?P<kind>{_SHORTCODES})\b(?P<title>[^\n{{]*?)[>%]\}}\}}"
        rf"(?P<body>(?:(?!\{{\{{[<%][ \t]*/?[ \t]*(?:{_SHORTCODES})\b).)*?)\n?"
        r"\{\{[<%][ \t]*/[ \t]*(?P=kind)[ \t]*[>%]\}\}",
        re.DOTALL,
    ),
]
_REST = re.compile(
    r"^[ \t>]+(?:\[!\w+\]|:{3,}[ \t]*\w|!!![ \t]).*|^(?::{3,}[ \t]*\w|/{3,}[ \t]+\w|===[!+]?[ \t]+\").*", re.MULTILINE
)
# Comments of Obsidian
_COMMENT = re.compile(r"(?<![\w%\\])%%(?:[ \t]*\n(?:(?!%%).)*?\n[ \t]*|[^%\n]+)%%(?![\w%])", re.DOTALL)
_WIKI_LINK = re.compile(
    r"(?<![\w\]\\])(?P<embed>!?)\[\[(?!\d+\])(?P<target>[^\s\[\]|#^][^\[\]|#^\n]*)?(?P<fragment>[#^][^\[\]|\n]*)?"
    r"(?:\|(?P<label>[^\[\]\n]*))?\]\](?![(\[])"
)


_HIGHLIGHT = re.compile(r"(?<![\w=/?&#])==(?=[^\s=])(?P<words>[^=\n]{1,300})(?<!\s)==(?!=)", re.ASCII)
# CriticMarkup, notes of Pandoc, abbreviations, letters that are lowered or raised, and conflicts of Git
_OTHER_MARKS = re.compile(
    r"\{(?:\+\+|--|~~|>>|==)[^\n{}]{1,300}?(?:\+\+|--|~~|<<|==)\}|(?<!\\)\^\[[^\[\]\n]{1,300}\]"
    r"|^\*\[[^\[\]\n]{1,100}\]:.*|(?<=\w)(?P<edge>[~^])[\w+-]{1,20}(?P=edge)(?![~^])"
    r"|^(?:<{7}|>{7})[ ].+",
    re.MULTILINE,
)


def convert_marks(text: SourceText, diagnostics: Diagnostics) -> None:
    """Rewrite `==words==` in `text` to highlighted words, and name the marks that the site doesn't read."""

    def name(match: re.Match[str], line: int) -> None:
        diagnostics.lost(f"The mark `{match[0][:80]}` stays as text.", line)

    text.rewrite(_OTHER_MARKS, name)
    text.rewrite(_HIGHLIGHT, lambda match, line: f"<mark>{match['words']}</mark>")


def convert_admonitions(text: SourceText, diagnostics: Diagnostics) -> None:
    """Rewrite every admonition in `text` to a callout, between `CALLOUT_START` and `CALLOUT_END`."""

    def convert(match: re.Match[str], line: int) -> str:
        kind, title, body = match["kind"].lower(), match["title"].strip(), match["body"].rstrip()
        quoted = re.search(r"title=\"([^\"]*)\"" if "=" in title else r"\"([^\"]*)\"", title)
        if kind in _GENERAL:
            kind = next((word for word in re.findall(r"\w+", title.lower()) if word in _KINDS), "note")
        title = quoted[1] if quoted else title.rpartition("}")[2].strip("[] ") if match[0][0] in ">:" else ""
        if not title and kind not in ("note", "tip", "warning"):
            title = kind.capitalize()
        if match[0][0] in ">!?":
            body = re.sub(r"^(?:> ?| {4}|\t)", "", body, flags=re.MULTILINE)
        return f"{CALLOUT_START}{_KINDS.get(kind, 'note')} {title}".rstrip() + f"{body}\n{CALLOUT_END}"

    def name_rest(match: re.Match[str], line: int) -> None:
        diagnostics.lost(f"The admonition `{match[0].strip()[:80]}` stays as text.", line)

    for pattern in _ADMONITIONS:
        text.rewrite(pattern, convert)
    text.rewrite(_REST, name_rest)


def remove_comments(text: SourceText, diagnostics: Diagnostics) -> None:
    """Remove every `%%comment%%` from `text`."""

    def remove(match: re.Match[str], line: int) -> str:
        diagnostics.lost(f"The comment `{match[0][:80]}` is left out.", line)
        return ""

    text.rewrite(_COMMENT, remove)


def convert_wiki_links(text: SourceText) -> None:
    """Rewrite `[[Page]]`, `[[Page#Part|words]]` and `![[image.png]]` in `text`."""

    def convert(match: re.Match[str], line: int) -> str | None:
        target, fragment = (match["target"] or "").strip(), (match["fragment"] or "").lstrip("#^")
        label = match["label"] or " ".join(filter(None, (target, fragment)))
        if not label:
            return None
        if match["embed"] and target.lower().endswith(tuple(IMAGE_SUFFIXES)):
            is_size = label.replace("x", "").isdigit()
            return markdown_image(target, "" if is_size or label == target else label)
        anchor = "#" + re.sub(r"[^\w-]+", "-", fragment.lower()).strip("-") if fragment else ""
        return markdown_link(label, f"{FILE_SCHEME}{target}{anchor}" if target else anchor)

    text.rewrite(_WIKI_LINK, convert)

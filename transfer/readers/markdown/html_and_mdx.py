"""Turns HTML files and MDX into what the Markdown of the site can hold. The numbers of lines stay the same."""

import html
import re
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from galley.markdown import is_too_deep
from transfer.readers import Diagnostics, UnreadableFileError
from transfer.readers.markdown.front_matter import SourceFile
from transfer.readers.markdown.template_tags import RAW, convert_tag
from transfer.text import SourceText, code_spans, find_outside, plain_text, words_of

HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_TEMPLATE = re.compile(r"\{%-?\s*(?:for|block|extends)\b|\{\{-?\s*(?:content|define|block|range|template)\b")
_CONTENT = [re.compile(rf"<(?P<end>/?){tag}\b[^<>]*>", re.IGNORECASE) for tag in ("article", "main", "body")]
# An empty line would end the HTML in Markdown.
_EMPTY_LINES = re.compile(
    r"(?P<pre><pre\b(?:(?!<pre\b).)*?</pre>)|^(?:[ \t]*\n)+", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
_FENCE = re.compile(r"^(?P<fence>`{3,})[\w+-]*\n(?P<code>.*?)\n(?P=fence)(?=$|<)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[(?P<label>[^\[\]\n]+)\]\((?P<url>https?://[^()\s]+)\)")
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_ATTRIBUTES = rf"(?:[^<>\"'{{}}]|\"[^\"]*\"|'[^']*'|{_BRACES})*?"
_MODULE = r"(?:import[ \t](?=[^\n]*['\"{])|export[ \t]+(?=const|let|var|default|function|async|class|[{*]))"
_MODULE_LINES = re.compile(rf"^{_MODULE}[^\n{{]*(?:{_BRACES}[^\n{{]*)*$", re.MULTILINE)
_COMMENT = re.compile(r"\{/\*(?:(?!\{/\*).)*?\*/\}", re.DOTALL)
_COMPONENT = re.compile(rf"<(?P<close>/?)(?P<name>[A-Z][\w.]*)(?P<attributes>{_ATTRIBUTES})/?>")
_EXPRESSION = re.compile(r"(?<![\w$\\}{])\{\w+(?:\.\w+)*\}")


def is_template(file: SourceFile) -> bool:
    """Return whether `file` is a template of the generator, such as a list of posts: HTML, or Markdown without date."""
    if file.path.suffix.lower() in HTML_SUFFIXES:
        return bool(_TEMPLATE.search(file.body))
    if not _TEMPLATE.search(file.body) or re.match(r"\d{4}-", file.path.name) or file.metadata.value("date"):
        return False
    text = SourceText.from_body(file.body, 1)
    text.rewrite(RAW, lambda match, line: match[1] and "", in_code=True)
    return any(find_outside(_TEMPLATE, text.text, code_spans(text.text)))


def read_html(file: SourceFile) -> SourceFile:
    """Return `file` with the content of its `<article>`, `<main>` or `<body>`, and the metadata of its `<head>`.

    Raises `UnreadableFileError` for elements that are nested too deeply: the site doesn't show them as HTML either.
    """
    if is_too_deep(file.body):
        raise UnreadableFileError("Its elements are nested too deeply.")
    tree = LexborHTMLParser(file.body)
    found = {
        (node.attributes.get("name") or node.attributes.get("property") or "").replace(":", "_"): node.attributes[
            "content"
        ]
        for node in tree.css("meta[content]")
    }
    if title := tree.css_first("article h1") or tree.css_first("h1") or tree.css_first("title"):
        found.setdefault("title", title.text())
    if time := tree.css_first("time[datetime]"):
        found.setdefault("article_published_time", time.attributes["datetime"])
    file.metadata.inherited = {name: value for name, value in found.items() if value}
    start, end = next(filter(None, (_find_content(file.body, tag) for tag in _CONTENT)), (0, len(file.body)))
    body = file.body[start:end]
    heading = re.match(r"\s*<h1\b[^>]*>(.*?)</h1\s*>", body, re.DOTALL | re.IGNORECASE)
    if heading and words_of(plain_text(heading[1])) == words_of(file.metadata.text("title")):
        file.metadata.diagnostics.changed("The first heading is the title, and is therefore left out in the text.")
        body, start = body[heading.end() :], start + heading.end()
    line = file.body_line + file.body.count("\n", 0, start + len(body) - len(body.lstrip("\n")))
    return replace(file, body=f"<div>{body.strip()}</div>", body_line=line)


def _find_content(body: str, tag: re.Pattern[str]) -> tuple[int, int] | None:
    """Return where the content of the outermost `tag` begins and ends, or None if there is none."""
    tags = list(tag.finditer(body))
    starts, ends = [match for match in tags if not match["end"]], [match for match in tags if match["end"]]
    return (starts[0].end(), ends[-1].start()) if starts and ends and starts[0].end() <= ends[-1].start() else None


def convert_html(text: SourceText) -> None:
    """Rewrite what isn't parsed inside of HTML: empty lines, and the Markdown that template tags have become."""
    text.rewrite(_FENCE, lambda match, line: f"<pre><code>{html.escape(match['code'])}</code></pre>", in_code=True)
    text.rewrite(_LINK, lambda match, line: f'<a href="{html.escape(match["url"])}">{match["label"]}</a>')
    text.rewrite(_EMPTY_LINES, lambda match, line: _fill_lines(match["pre"]) if match["pre"] else "", in_code=True)


def remove_mdx_comments(text: SourceText) -> None:
    """Remove `{/* comments */}` from `text`. Docusaurus reads them in `.md` files too."""
    text.rewrite(_COMMENT, lambda match, line: "")


def convert_mdx(text: SourceText, diagnostics: Diagnostics) -> None:
    """Remove the JavaScript from `text`. Components become what template tags of their names do, or their content."""

    def convert_component(match: re.Match[str], line: int) -> str:
        converted = None if match["close"] else convert_tag(match["name"], match["attributes"], diagnostics, line)
        if converted is None and not match["close"]:
            diagnostics.lost(f"The component `<{match['name']}>` isn't known: only its content is shown.", line)
        return converted or ""

    def remove(match: re.Match[str], line: int) -> str:
        diagnostics.lost(f"The JavaScript `{match[0][:80]}` is left out.", line)
        return ""

    def name_expression(match: re.Match[str], line: int) -> None:
        diagnostics.lost(f"The expression `{match[0]}` stays as text.", line)

    text.rewrite(_MODULE_LINES, remove)
    text.rewrite(_COMPONENT, convert_component)
    text.rewrite(_EXPRESSION, name_expression)


def _fill_lines(pre: str) -> str:
    return re.sub(r"\n(?=[ \t]*\n)", "&#10;", pre)

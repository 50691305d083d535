"""How the time that a text takes grows with its length: no text may take more than in proportion.

`uv run python -m benchmarks.growth [--texts N] [--json FILE]` doubles texts of repeated marks from 25,000 to 200,000
characters. It prints the slowest, with the seconds of processor time that each step takes and the exponent of its
growth: 1 is linear, 2 is quadratic.
"""

import argparse
import json
import math
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import django

from benchmarks import facts

SIZES = (25_000, 50_000, 100_000, 200_000)
TEXTS = 2_000
# A step that takes longer is not tried on longer texts.
PATIENCE_SECONDS = 4.0
# The growth of shorter times is noise.
MEASURABLE_SECONDS = 0.05

# What opens something, and what closes it.
MARKS = (
    ("*", "*"), ("**", "**"), ("_", "_"), ("***", "_"), ("~~", "~~"), ("~", "~"), ("`", "`"), ("``", "`"),
    ("*a_ ", ""), ("[", "]"), ("[a](", "b)"), ("[a](<", ">)"), ('[a](b "', '")'), ("![", "](a)"),
    ("![a](", ")"), ("[a][", "b]"), ("[a", "]: b\n"), ("[a]: b '", "'\n"), ("[a]", ""), ("![a]", ""),
    ("[^", "]"), ("[^a", "]"), ("[^1]", ""), ("[^1]: a\n\n", ""), ("[^", "]: a\n"), ("[here](https://", "a)"),
    ("[more](https://a@", "b)"), ("<https://", "x>"), ("https://example.org/", ""), ("<b>", "</b>"),
    ("<b", ">"), ("</b>", ""), ("<div>", "</div>"), ("<div>\n\n", "</div>"), ("<details>", "</details>"),
    ("<details>x<summary>", "</summary>"), ("<summary>", "</summary>"), ("<!--", "-->"), ("<?", "?>"),
    ("<![CDATA[", "]]>"), ("<!A", ">"), ('<a href="', '">'), ("<a b='", "'>"), ("<a b=", ">"),
    ("<h2>", "</h2>"), ("<h3 id=a>", "</h3>"), ("<h2 title='>' ", ">"), ("<h2><div>", "</h2>"),
    ("<table>", "</table>"), ("<td>", ""), ("<svg>", "</svg>"), ("<math><mtext>", "</math>"),
    ("<script>", "</script>"), ("<input checked>", ""), ("<select>", ""), ("<img src=image:1>", ""),
    ("<a href=page:1>", "</a>"), ("[a](page:1)", ""), ("![a](image:1)", ""), ("<p>", "</p>"),
    ("<img alt=", " src=image:1>"), ("$", "$"), ("$$", "$$"), ("$a", "b$"), ("$1 a", "$"), ("$\\frac{", "}$"),
    ("$^", "$"), ("- $$a\n", "$$"), ("# a\n$$a\n", "$$"), ("$$\n", "$$\n"), ("\\", ""), ("\\$", "$"),
    ("&", "amp;"), ("&#", "1;"), ("&amp;", ""), ("&lt;", ""), ("{#", "}"), ("# a {#", "}\n"), ("{ #a }", ""),
    ("#", ""), ("# ", "\n"), ("# a\n", ""), ("## a-1\n## a\n", ""), ("a\n===\n", ""), ("===\n", ""), ("> ", ""),
    ("> a\n", ""), ("> > a\nb\n", ""), ("- ", ""), ("- a\n", ""), ("1. ", ""), ("1. a\n", ""), ("  - a\n", ""),
    ("- a\n\n  b\n", ""), ("- [ ] a\n", ""), ("a\n: ", "b\n"), ("a\n\n: b\n\n", ""), (": ", ""), ("a\n~ ", ""),
    ("```\n", "```\n"), ("```py\n/*", "*/\n```\n"), ("~~~", "\n"), ("    a\n", ""), ("\ta\n", ""), ("|", "|\n"),
    ("|a", "|\n"), ("|a|\n|-|\n", ""), ("|a|\n|-|\n|b|\n\n", ""), ("\\|", "|\n"), ("-|", "\n"), ("---\n", ""),
    ("***\n", ""), ("\u0301\u0316", ""), ("e\u0301", ""), ("\u200b", ""), ("漢", ""), ("😀", ""), ("a ", ""),
    ("a", ""), ("a\n", ""), ("a  \n", ""), ("a\\\n", ""), ("\n", ""), (" \n", ""), ("\t", ""), ("\r", ""),
    ("\x00", ""), ("(", ")"), ('"', '"'), ("'", "'"), ("@", ""), ("a.b", ""), ("-", ""), (":", ""), ("!", ""),
    ("=", ""), ("<", ">"), ("::: note\n", ":::\n"), ("> [!NOTE]\n", ""), ("[[", "]]"), ("{{", "}}"),
    ("{% ", "%}"), ("...", ""), ("www.a.b", ""),
)  # fmt: skip
DEFINITIONS = "[^1]: a\n\n[a]: b\n\n"
HEADER = "|a|b|\n|-|-|\n"


class Text(NamedTuple):
    """A text of any length: `make` takes the number of characters."""

    name: str
    make: Callable[[int], str]


def make_texts() -> Iterator[Text]:
    """Yield each mark in each shape, then pairs of marks: always the same, without end."""
    for opening, closing in MARKS:
        for shape in SHAPES:
            yield _make_text(opening, closing, shape)
    choose = random.Random(28)  # noqa: S311
    while True:
        (first, _), (second, _), (third, closing) = (choose.choice(MARKS) for _ in range(3))
        yield _make_text(first + second + third * choose.randint(0, 1), closing, choose.choice(list(SHAPES)))


def _make_text(opening: str, closing: str, shape: str) -> Text:
    return Text(f"{opening!r} {closing!r} {shape}", lambda size: SHAPES[shape](opening, closing, size)[:size])


def _times(unit: str, size: int) -> str:
    return unit * (size // max(len(unit), 1) + 1)


SHAPES: dict[str, Callable[[str, str, int], str]] = {
    "opened and closed": lambda a, b, size: _times(a + b, size),
    "never closed": lambda a, b, size: _times(a, size),
    "many opened, many closed": lambda a, b, size: _times(a, size // 2)[: size // 2] + _times(b or a, size // 2),
    "far apart": lambda a, b, size: a + " " * (size - len(a + b)) + (b or a),
    "with words": lambda a, b, size: _times(f"{a}a1 {b} b", size),
    "lines": lambda a, b, size: _times(f"{a}{b}\n", size),
    "paragraphs": lambda a, b, size: _times(f"{a}a{b}\n\n", size),
    "a heading": lambda a, b, size: "# " + _times((a + b).replace("\n", " "), size),
    "headings": lambda a, b, size: _times(f"# {a}{b}\n", size),
    "list items": lambda a, b, size: _times(f"- {a}a{b}\n", size),
    "a quotation": lambda a, b, size: "> " + _times(a + b, size).replace("\n", "\n> "),
    "with definitions": lambda a, b, size: DEFINITIONS + _times(a, size),
    "table cells": lambda a, b, size: HEADER + _times(f"|{a}a{b}|b|\n", size),
    "link text": lambda a, b, size: "[" + _times(a + b, size - 6)[: size - 6] + "](/a)",
}


def make_steps() -> dict[str, Callable[[str], Any]]:
    """Return what is done with an author's text, by name. Each is given the text, and the HTML that came of it."""
    from galley.markdown import extract_text, feed_html, find_formula_errors, limit_time, summarise_markdown
    from galley.markdown.body import RenderedBody
    from galley.markdown.headings import normalise_headings
    from galley.markdown.incremental import read_chunk, rendered_cache
    from galley.markdown.rendering import render_unresolved, render_whole
    from galley.markdown.time_limit import TooSlow
    from galley.preview.drafts.rendering import cut_page
    from galley.preview.outline import read_outline

    def html_of(text: str) -> str:
        """Return the HTML as in a draft; none if the text takes more than the limit."""
        with suppress(TooSlow), limit_time():
            return render_unresolved(text, "")
        return ""

    def render(text: str) -> str:
        read_chunk.cache_clear()
        rendered_cache.clear()
        render_unresolved.cache_clear()
        return html_of(text)

    def render_again(text: str) -> str:
        return render_whole(text)

    return {
        "render": render,
        "render in one piece": render_again,
        "search text": extract_text,
        "summary": summarise_markdown,
        "formulas": find_formula_errors,
        "headings": lambda text: RenderedBody(normalise_headings(html_of(text))).contents,
        "feed": lambda text: feed_html(html_of(text), "https://example.org/"),
        "outline": lambda text: read_outline(f"<main>{html_of(text)}</main>"),
        "regions": lambda text: cut_page(f"<p data-region=a>{html_of(text)}</p>"),
    }


class Growth(NamedTuple):
    """The seconds of processor time that a step takes for the longest text, and the exponent of its growth."""

    seconds: float
    exponent: float
    step: str
    text: str
    size: int


def measure(text: Text, step: str, work: Callable[[str], Any], sizes: tuple[int, ...] = SIZES) -> Growth:
    """Return how the time of `work` grows with the length of `text`."""
    before, exponent, spent = 0.0, 1.0, 0.0
    for size in sizes:
        source = text.make(size)
        began = time.thread_time()
        work(source)
        spent = time.thread_time() - began
        if before > MEASURABLE_SECONDS:
            exponent = math.log2(spent / before)
        before = spent
        if spent > PATIENCE_SECONDS:
            break
    return Growth(spent, exponent, step, text.name, size)


def main() -> None:
    """Print the slowest texts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=TEXTS, metavar="N", help=f"how many texts (default: {TEXTS})")
    options.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first text")
    options.add_argument("--steps", default="", metavar="NAME,…", help="some of the steps alone")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    steps = {name: work for name, work in make_steps().items() if name in chosen.steps or not chosen.steps}
    found = []
    for number, text in zip(range(chosen.first + chosen.texts), make_texts(), strict=False):
        if number < chosen.first:
            continue
        for step, work in steps.items():
            growth = measure(text, step, work)
            found.append(growth)
            if growth.seconds > 1:
                print(
                    f"{growth.seconds:7.2f} s  ^{growth.exponent:4.2f}  {growth.size:7}  {step:12} {text.name}",
                    flush=True,
                )
    found.sort(reverse=True)
    print("The slowest:")
    for growth in found[:20]:
        print(f"{growth.seconds:7.2f} s  ^{growth.exponent:4.2f}  {growth.size:7}  {growth.step:12} {growth.text}")
    if chosen.json:
        result = {
            "figures": {
                "texts": float(chosen.texts),
                "worst_s": found[0].seconds,
                "worst_exponent": max(growth.exponent for growth in found),
            },
            "machine": facts.machine(),
            "commit": facts.commit(),
        }
        chosen.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

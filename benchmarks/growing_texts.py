"""Texts of any length that repeat the marks of Markdown, HTML and the formats that are imported."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

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
    ("<!--a", "-->"), ("{% raw %}", "{% endraw %}"), ("{% comment %}", "{% endcomment %}"),
    ("{% highlight a %}", "{% endhighlight %}"), ("{{< highlight a >}}", "{{< / highlight >}}"), ("{{<a ", ">}}"),
    ("{{ a | b", "}}"), ("{% a \"", "\" %}"), ("{: .a ", "}"), ("{#a .b", "}"), ("%%", "%%"), ("%%\n", "\n%%"),
    ("==", "=="), ("{++", "++}"), ("^[", "]"), ("a~", "~"), ("!!! a\n", "    b\n"), ("<Note>", "</Note>"),
    ("<Note a='", "'>"), ("<A b={", "}/>"), ("<A b={{{", "}}}/>"), ("{{< note >}}", "{{< /note >}}"), ("{/*", "*/}"),
    ("import a from '", "'\n"), ("export const a = {", "}\n"), ("<pre>", "</pre>"), ("<pre>\n\n", "</pre>"),
    ("<code>", "</code>"), ("<article>", "</article>"), ("<body>", "</body>"), ("<h1>", "</h1>"),
    ("<iframe src=a>", "</iframe>"), ("<noscript>", "</noscript>"), ("<meta http-equiv=refresh ", "url=a>"),
    ("<a b=\"", "\">"), ("a: \"", "\"\n"), ("blog: {", "}"), ("blog: { a {", "} }"), ("- a: b\n", ""), ("a: b\n", ""),
    ("![[", "]]"), ("[[a|", "]]"), ("[[#", "]]"), ("[a]: ", "\n"), ("[a]: <", ">\n"), ("![a](b =1x1", ")"),
    ("\\[", "\\]"), ("`a", "``b"), ("::: {", "}\n:::\n"), (":::a\n", ":::\n"), ("a/", "/"), ("../", ""), ("%41", ""),
    (":a", ""), ("{a:", "}"), (".. a: b\n", ""), ("% a\n", ""), ("<summary", ">"), ("</a", ""), ("<a/", ""),
    ("<a b", ""),
    ("\ue003a ", "\ue004"), ("-0-", "-value"), ("a-", ""), ("1-", ""), ("\u202e", "\u202c"), ("\ud83d", ""),
    ('<a linktype="page" id="1">', "</a>"), ('<a linktype="document" id="1">', "</a>"), ('<a href="/a">', "</a>"),
    ('<p><a id="2" linktype="page">', "</a></p>"), ('<embed embedtype="image" id="1" alt="', '"/>'), ("<li>", "</li>"),
    ('<embed embedtype="media" url="', '"/>'), ("<a linktype=", ">"), ('<a linktype="page">', "</a>"),
    ("a\u0334\u0301\u0316", ""), ("\u0e33\u0e48", ""), ("\ufdfa", ""), ("\u1100\u1161\u11a8", ""),
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
    "an attribute": lambda a, b, size: (
        '<b title="' + _times((a + b).replace('"', ""), size - 20)[: size - 20] + '">a</b>'
    ),
    "code in C": lambda a, b, size: "```c\n" + _times(a + b, size - 9)[: size - 9] + "\n```\n",
    "link text": lambda a, b, size: "[" + _times(a + b, size - 6)[: size - 6] + "](/a)",
}

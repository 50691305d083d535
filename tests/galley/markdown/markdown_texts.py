"""Markdown made to reach into every rule of the dialect, and across the borders between blocks."""

from hypothesis import strategies as st

# Pieces that mean something to Markdown or HTML, in any order.
PIECES = st.sampled_from(
    [
        "*", "_", "**", "~~", "`", "```", "~~~rust\n", "[", "]", "(", ")", "![", "](", "[^1]", "[^1]: ", "# ", "> ",
        "- ", "1. ", "- [x] ", "|", "|--:|", "\n", "\n\n", "    ", "\t", ": ", "<", ">", "</a>", "<a href=", "<p>",
        "<div>", "<script>", "</script>", "<img src=x onerror=y>", "<svg/onload=z>", "javascript:", "data:",
        "&#106;avascript:",
        "https://example.org", '"', "'", "=", "&", "&lt;", "\\", "\x00", "\r", "\u2028", "\U0001f600",
        "\ud800", "<details>", "<!--", "-->", "<![CDATA[", "{#id}", "---", "a",
        "$", "$$", "$x^2$", "\\frac", "{", "}", "\\text{", "\\href{", "&lt;script&gt;", "<math>", "<mtext>", "</math>",
        "<mglyph>",
        "<annotation-xml encoding='text/html'>", "<input checked>",
    ]
)  # fmt: skip
NOISE = (
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join).filter(lambda text: "page:" not in text)
)

BLOCKS = st.sampled_from(
    [
        # Plain ones, and what a line after them could turn them into
        "words", "*more* **words** `here`", "Term", "=", "===", "---", "***", "- - -", "* * *", "    indented",
        "\tcode",
        "# Top", "## Same", "## Same", "### Own {#same}", "Under\n===", "Under\n---", "###### Deep #", "## [home]",
        # Fences, closed and open
        "```\ncode\n\nmore\n```", "```python\nx = 1", "```", "~~~", "~~~\na\n\n\nb\n~~~", "````\n```\n````",
        # Lists: tight, loose, nested, of tasks, with whatever follows their items
        "- a\n- b", "- a\n\n- b", "- a\n\n  b", "- a\n  - b\n\n    c", "-", "- ", "+ a", "* a", "1. a", "2) a",
        "10. ten",
        "- [x] done\n- [ ] open", "- ```\n  code", "-     code", "  - shifted", "  words under an item",
        "1986. A year",
        "-a", "+a", "*a*", "1a", "1.a", "\u0663. a",
        # Definition lists
        ": meaning", "~ meaning", "Term\n: meaning", "Term\n\n: meaning\n\n    more", "Term\n: one\n: two", ":", "~",
        # Quotations and lazy lines
        "> quoted", "> quoted\nlazy", "> - a\nlazy", ">", "> ```\n> code", "> # Top", "> [home]: /quoted",
        # HTML, balanced and not
        "<div>", "</div>", "<div>\nwords\n</div>", "<!-- note -->", "<!-- open", "-->", "<script>", "</script>",
        "<?php",
        "?>", "<![CDATA[", "]]>", "<!X", "<pre>", "</pre>", "<details><summary>x</summary>", "</details>",
        "a <b>bold",
        "</b>", "a <br> b", "<a href='/'>", "</a>", "<table><tr><td>", "<p>", "</p>", "<svg>", "<select>",
        "<h2 id=same>",
        "<textarea>", "<a href='", "<style>", "<ul><li>", "<https://example.org>",
        # Tables
        "| a | b |\n|---|--:|\n| 1 | 2 |", "| a |\n|---|", "|---|", "| row |", "a | b\n-|-", "[a|b]\n-|-",
        # What is defined here and used there
        "[home]", "[words][home]", "[home]: /first", "[home]: /second 'Title'", "[home]:", "/address",
        "[home]: /a\n'open",
        "'title'", "[HOME][]", "![home]", "[ho\nme]", "[a *b <https://x.org> c* d](/e)", "[a [home] b](/c)",
        "Note[^1]", "Note[^2] and[^1] and[^1]", "[^1]: First", "[^2]: Second[^1]\n\n    and more", "[^1]: Again",
        "    more", "[^2]: [^1]: Nested", "- [^1]: in a list", "> [^2]: quoted\n>\n>     more", "[^1]: ## Same",
        "[^1]",
        "[linked[^1]](/a)", "[^x]: ```\n    code", "[^x]", "![alt[^1]](/a)", "[^1]: - a\n    - b", "[^1](/address)",
        # Formulas, closed and open
        "$x^2$", "$a$ and $5 and $6", "$$\n\\frac{a}{b}\n$$", "$$", "$$\na\n\nb\n$$", "$", "$a\nb$",
        "$[home]$", "$\\foo{$",
        "> $$\n> x\nlazy\n> $$", "- $$\n  x\n  $$", "## $x$", "| $a|b$ |\n|---|", "$$ a $$", "\\$",
        "<math><mi>x</mi></math>",
        # Links into the site
        "[page](page:1#part)", "![alt](image:1)", "![alt](image:1 'Caption')", "<a href='page:2'>",
        "[![x](image:1)](doc:2)",
        # Characters
        "\x00", "\ufeff", "\u00a0", "\x0b", "\x0c", "\u2028", "\x1c\n", "&#13;", "&#0;", "\U0001f600 \ud800",
        "\\", "a  ",
    ]
)  # fmt: skip
BREAKS = st.sampled_from(
    ["\n", "\n\n", "\n\n", "\n\n", "\n\n", "\n\n\n", "\n \t\n", "\r\n\r\n", "\r\r", "\n\t\n", "\r\n"]
)
PREFIXES = st.sampled_from([*[""] * 6, " ", "   ", "    ", "> ", "- ", "  ", "[^1]: ", ": "])

ARTICLES = st.lists(st.tuples(PREFIXES, BLOCKS, BREAKS).map("".join), max_size=14).map("".join)

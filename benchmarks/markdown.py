"""How long Markdown takes: the whole of a text against one changed paragraph.

`uv run python -m benchmarks.markdown [--json FILE]` prints medians in milliseconds for a text of 2,000 words. With
`--profile` it says instead where the time goes.
"""

import argparse
import cProfile
import json
import os
import pstats
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import django

from benchmarks import facts

ROUNDS = 200

SENTENCES = (
    "The compositor sets every line by hand, and *nobody* sees the page before it is pulled.",
    "A galley is long and narrow; what is wrong in it costs little, what is wrong in the sheet costs **dearly**.",
    "Whoever reads it first marks it in the margin, in the [signs of the trade](https://example.org/signs).",
    "The press waits for no one, but it waits longer for `corrections` than for excuses.",
)
EXTRAS = (
    "- set the type\n- ink it\n- pull the proof",
    "```python\ndef pull(proof):\n    return proof.margin\n```",
    "> Every sheet was once a galley, and every galley was once a tray of lead.",
    "| Mark | Meaning |\n|---|---|\n| ¶ | new paragraph |\n| ^ | insert |",
    "![A page of type](https://example.org/type.png)",
)


def write_text(words: int = 2_000) -> list[str]:
    """Return about `words` words of Markdown as blocks: headings, paragraphs, and every kind that a post may have."""
    blocks: list[str] = []
    while sum(len(block.split()) for block in blocks) < words:
        number = len(blocks)
        sentences = [SENTENCES[(number + step) % len(SENTENCES)] for step in range(2)]
        blocks.append(f"{number}th proof. " + " ".join(sentences) if number % 4 else f"## The proof of day {number}")
        if number % 4 == 3:
            blocks.append(EXTRAS[number % len(EXTRAS)])
    return blocks


def measure(render: Callable[[str], object], make_text: Callable[[int], str]) -> float:
    """Return the median milliseconds of `render`, which is given another text in each round."""
    times = []
    for number in range(ROUNDS):
        text = make_text(number)
        started = time.perf_counter()
        render(text)
        times.append((time.perf_counter() - started) * 1_000)
    return median(times)


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    options.add_argument("--profile", action="store_true", help="say where the time goes")
    chosen = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    if chosen.profile:
        print_profiles()
        return
    figures = take_figures()
    for name, figure in figures.items():
        print(f"{name:36} {figure:8.2f}")
    if chosen.json:
        result = {"figures": figures, "machine": facts.machine(), "commit": facts.commit()}
        chosen.json.write_text(json.dumps(result, indent=2) + "\n")


def take_figures() -> dict[str, float]:
    """Return each figure by its name. The same texts go through both ways of rendering."""
    from galley.markdown.rendering import render_markdown, render_whole

    blocks = write_text()
    kinds: dict[str, list[str]] = {
        "markdown": [],
        "markdown_footnotes": ["A note.[^1]\n\nAnother.[^2] [A link][home].", "[^1]: One.\n[^2]: Two.\n\n[home]: /"],
        "markdown_own_html": ["A <kbd>key</kbd>.", "<details><summary>More</summary>\n\nWords.\n\n</details>"],
    }
    figures = {"words": float(sum(len(block.split()) for block in blocks)), "blocks": float(len(blocks))}
    for name, additions in kinds.items():
        # Its own words for each kind: a paragraph that another kind left in the cache would cost nothing.
        edit = make_editor([additions[0], *blocks, additions[1]] if additions else blocks, name)
        render_markdown(edit(-1))
        figures[f"{name}_whole_ms"] = measure(render_whole, edit)
        figures[f"{name}_change_ms"] = measure(render_markdown, edit)
        figures[f"{name}_times_faster"] = figures[f"{name}_whole_ms"] / figures[f"{name}_change_ms"]
    return figures


def make_editor(blocks: list[str], words: str) -> Callable[[int], str]:
    """Return a function that gives the text with `words` and a number typed into the paragraph in its middle."""
    middle = next(at for at in range(len(blocks) // 2, len(blocks)) if "th proof." in blocks[at])

    def edit(number: int) -> str:
        return "\n\n".join([*blocks[:middle], f"{blocks[middle]} {words} {number}", *blocks[middle + 1 :]])

    return edit


def print_profiles() -> None:
    """Print the functions in which whole texts and changes spend the most time."""
    from galley.markdown.rendering import render_markdown, render_whole

    edit = make_editor(write_text(), "profiled")
    for render in (render_whole, render_markdown):
        render(edit(-1))
        profile = cProfile.Profile()
        for number in range(ROUNDS):
            profile.runcall(render, edit(number))
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()

"""The stylesheets say what they mean: a browser passes over what it can't read, without a word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
from django.conf import settings

BASE = Path(settings.BASE_DIR)
SHEETS = sorted([*BASE.glob("static/css/*.css"), *BASE.glob("galley/*/static/**/*.css")])
# Whose content is rules, and not declarations.
GROUPS = {"media", "supports", "layer", "container"}


def read_errors(nodes: list) -> Iterator[str]:
    """Yield where a rule, or a declaration within one, can't be read."""
    for node in nodes:
        if node.type == "error":
            yield f"line {node.source_line}: {node.message}"
        elif node.type == "at-rule" and node.lower_at_keyword in GROUPS and node.content:
            yield from read_errors(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True))
        elif node.type in {"qualified-rule", "at-rule"} and node.content:
            yield from read_errors(
                tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            )


def read_sheet(text: str) -> list[str]:
    return list(read_errors(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_rule_can_be_read(sheet: Path) -> None:
    assert read_sheet(sheet.read_text()) == []


@pytest.mark.parametrize("text", ["a { b: c;\n .d,\n e: f }", "@layer x { a { b } }", "a, }"])
def test_what_cannot_be_read_is_found(text: str) -> None:
    assert read_sheet(text)

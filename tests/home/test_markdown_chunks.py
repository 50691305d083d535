"""A text rendered in chunks is the text rendered at one go."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from home.markdown import assembling, chunks
from home.markdown.assembling import render_in_chunks
from home.markdown.chunks import cut_into_chunks
from home.markdown.parser import MOST_TABLE_TOKENS, parser
from home.markdown.parts import Part
from home.markdown.rendering import render_whole
from tests.home.markdown_texts import ARTICLES, BLOCKS, BREAKS, NOISE

REAL_TEXTS = Path(__file__).parents[3] / "shared" / "data"


def join(parts: tuple[Part, ...]) -> list[Part]:
    """Return `parts` with neighbouring strings put together."""
    joined: list[Part] = []
    for is_text, group in groupby((part for part in parts if part != ""), lambda part: isinstance(part, str)):
        joined += ["".join(group)] if is_text else list(group)
    return joined


def assert_equal(text: str, name: str = "") -> None:
    encodable = text.encode(errors="replace").decode()
    whole = render_whole(encodable, name)
    assert join(render_in_chunks(encodable, name) or whole) == join(whole)


@given(ARTICLES, BLOCKS, BREAKS, st.data())
@settings(max_examples=500, deadline=None)
def test_every_article_is_equal_before_and_after_an_edit(text: str, block: str, ending: str, data: st.DataObject) -> None:
    assert_equal(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    assert_equal(text[:start] + block + ending + text[end:])


@given(NOISE)
@settings(max_examples=300, deadline=None)
def test_every_noise_is_equal(text: str) -> None:
    assert_equal(text, "name")

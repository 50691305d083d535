"""The search and the archive on PostgreSQL: words, beginnings, slips and strange texts."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.running_site import PROJECT, environment
from tests.search.test_strange_texts import STRANGE

# What PostgreSQL takes for syntax, stores in no text, or passes over as a word that says nothing.
BY_DAY = ["'", "\\", "galley*", "'':*", "&|!<->", "gal\x00ley", "word " * 2_000, "galley " + "é" * 300, "the"]


class Site:
    """The small site with 150 posts, all in the index, in a process that asks itself over ASGI."""

    def __init__(self, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.search.on_postgresql"]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def send(self, asked: str | int) -> Any:
        """Return the answer to an address, or to the step of a check. What fails in the process is on its stderr."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the site ended when it was asked for {asked!r}"
        return json.loads(answer)


@pytest.fixture(scope="module")
def site(postgresql_small_site: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = postgresql_small_site("search")
    site = Site(environment(tmp_path_factory.mktemp("postgresql-search"), DATABASE_URL=url))
    yield site
    site.process.communicate()


def ask(site: Site, path: str) -> tuple[int, str]:
    status, text = site.send(path)
    return status, text


def found(site: Site, query: str) -> list[str]:
    """The titles of the results, without their marks."""
    status, html = ask(site, f"/search/?q={query}")
    assert status == 200
    titles = re.findall(r'<h2 class="entry__title"><a [^>]*>(.*?)</a>', html)
    return [re.sub("</?mark>", "", title) for title in titles]


def test_words_and_their_beginnings_are_found(site: Site) -> None:
    assert found(site, "contact") == found(site, "conta") == ["Contact"]
    assert found(site, "galley%20corrected") == found(site, "gall+corre")
    assert re.fullmatch(r"Post \d+", *found(site, "gall+corre"))


def test_a_slip_is_forgiven(site: Site) -> None:
    for slip, title in (("portfoloi", "Portfolio"), ("galey", "Galley"), ("contcat", "Contact")):
        check_slip(site, slip, title)


def check_slip(site: Site, slip: str, title: str) -> None:
    assert found(site, slip)[0] == title
    assert "These titles look like them" in ask(site, f"/search/?q={slip}")[1]


def test_a_common_word_has_an_end(site: Site) -> None:
    _status, html = ask(site, "/search/?q=part")
    assert "More pages have these words" in html
    assert "These are 100" in html
    assert len(found(site, "part&page=5")) == 20


def test_filters(site: Site) -> None:
    assert 0 < len(found(site, "part&year=2020&type=blog-post&tag=proof")) <= 20
    assert found(site, "contact&type=blog-post") == []


@pytest.mark.parametrize("texts", [BY_DAY, pytest.param([*STRANGE, "the"], marks=pytest.mark.nightly)])
def test_strange_texts(site: Site, texts: list[str]) -> None:
    for text in texts:
        short = quote(text[:500])  # a server refuses a line of more than 64 KiB
        assert ask(site, f"/search/?q={short}&type={short}&tag={short}&year={short}&page={short}")[0] == 200, text
        assert ask(site, f"/search/?q={quote(text)}")[0] == 200, text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("archive/", 200), ("2020/", 200), ("tags/", 200), ("tags/proof/", 200), ("authors/ada-quill/?page=2", 200),
        ("categories/", 200), ("series/", 200), ("tags/%00/", 404), ("0000/", 404), ("tags/%ff/", 404),
    ],
)  # fmt: skip
def test_the_blogs_own_addresses(site: Site, path: str, status: int) -> None:
    assert ask(site, f"/blog/{path}")[0] == status


@pytest.mark.parametrize("step", [100, pytest.param(1, marks=pytest.mark.nightly)])
def test_every_word_on_postgresql(site: Site, step: int) -> None:
    assert site.send(step) is None

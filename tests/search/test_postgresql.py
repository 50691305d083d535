"""The search and the archive on PostgreSQL, as the site really runs: words, beginnings, slips and strange texts."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.running_site import PROJECT, RunningSite, environment, run_site
from tests.search.every_word import one_in_ten_or_all
from tests.search.test_strange_texts import STRANGE

# In one process: each takes seconds to start.
FILL = """
from benchmarks.generate_posts import main
main(["600"])
from django.core.management import call_command
call_command("update_index", verbosity=0, chunk_size=1000)
"""


@pytest.fixture(scope="module")
def site(
    postgresql_small_site: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    """The small site with 600 posts, in a database of its own, all in the index."""
    url = postgresql_small_site("search")
    var_dir = tmp_path_factory.mktemp("postgresql-search")
    subprocess.run(
        [sys.executable, "-c", FILL],
        cwd=PROJECT,
        env=environment(var_dir, DATABASE_URL=url),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with run_site(var_dir, DATABASE_URL=url) as site:
        yield site


def ask(site: RunningSite, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(site.url + path, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def found(site: RunningSite, query: str) -> list[str]:
    """The titles of the results, without their marks."""
    status, html = ask(site, f"/search/?q={query}")
    assert status == 200
    titles = re.findall(r'<h2 class="entry__title"><a [^>]*>(.*?)</a>', html)
    return [re.sub("</?mark>", "", title) for title in titles]


def test_words_and_their_beginnings_are_found(site: RunningSite) -> None:
    assert found(site, "contact") == found(site, "conta") == ["Contact"]
    assert found(site, "galley%20corrected") == found(site, "gall+corre")
    assert re.fullmatch(r"Post \d+", *found(site, "gall+corre"))


@pytest.mark.parametrize(("slip", "title"), [("portfoloi", "Portfolio"), ("galey", "Galley"), ("contcat", "Contact")])
def test_a_slip_is_forgiven(site: RunningSite, slip: str, title: str) -> None:
    assert found(site, slip)[0] == title
    assert "These titles look like them" in ask(site, f"/search/?q={slip}")[1]


def test_a_common_word_has_an_end(site: RunningSite) -> None:
    _status, html = ask(site, "/search/?q=part")
    assert "More pages have these words" in html
    assert "500" in html
    assert len(found(site, "part&page=25")) == 20


def test_filters(site: RunningSite) -> None:
    assert 0 < len(found(site, "part&year=2020&type=blog-post&tag=proof")) <= 20
    assert found(site, "contact&type=blog-post") == []


@pytest.mark.parametrize("text", [*STRANGE, "the"], ids=range(len(STRANGE) + 1))
def test_strange_texts(site: RunningSite, text: str) -> None:
    short = quote(text[:500])  # uvicorn itself refuses a line of more than 64 KiB
    assert ask(site, f"/search/?q={short}&type={short}&tag={short}&year={short}&page={short}")[0] == 200
    assert ask(site, f"/search/?q={quote(text)}")[0] == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("archive/", 200), ("2020/", 200), ("tags/", 200), ("tags/proof/", 200), ("authors/ada-quill/?page=2", 200),
        ("categories/", 200), ("series/", 200), ("tags/%00/", 404), ("0000/", 404), ("tags/%ff/", 404),
    ],
)  # fmt: skip
def test_the_blogs_own_addresses(site: RunningSite, path: str, status: int) -> None:
    assert ask(site, f"/blog/{path}")[0] == status


@one_in_ten_or_all
def test_every_word_on_postgresql(postgresql_small_site: Callable[[str], str], tmp_path: Path, step: int) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site(f"every-word-{step}"))
    code = f"import django; django.setup(); from tests.search.every_word import check; check({step})"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, check=True)

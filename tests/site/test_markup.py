"""The HTML of pages that a visitor can reach, for two validators: the W3C's own, and one that is stricter.

Both come from npm: see `tests/site/npm/`.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.running_site import RunningSite
from tests.site.crawling import Crawl
from tests.site.kinds import one_of_each_kind
from tests.site.node import NPM_FOLDER, node_program

# Each validator is to find what is wrong on these pages beside the site's own, and so is seen to be at work.
WRONG = {"wrong-0.html": "<p id=a><p id=a>", "wrong-1.html": "<ul><p></p></ul>", "wrong-2.html": "<img src=a.png>"}
# In a run of seconds, compiling Java well takes longer than it saves. What is compiled less needs a larger stack.
JAVA_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss16m")
Written = dict[str, str]


@pytest.fixture(
    scope="module", params=[False, pytest.param(True, marks=pytest.mark.nightly)], ids=["one of each kind", "all"]
)
def written(
    request: pytest.FixtureRequest, whole_site: Crawl, server: RunningSite, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Written]:
    """A folder with pages, and the address of each by the name of its file. Wrong pages have none."""
    folder = tmp_path_factory.mktemp("pages")
    urls = whole_site.pages() if request.param else one_of_each_kind(whole_site, server.var_dir).values()
    addresses = {f"{number:04}.html": url for number, url in enumerate(urls)}
    for name, url in addresses.items():
        (folder / name).write_bytes(whole_site.answers[url].body)
    for name, html in WRONG.items():
        page = f"<!DOCTYPE html>\n<html lang=en><head><title>A page</title></head><body>{html}</body></html>\n"
        (folder / name).write_text(page)
    return folder, addresses


def assert_only_wrong_pages(found: list[tuple[str, str]], addresses: Written) -> None:
    """Assert that errors were found on each of the wrong pages, and on no other."""
    errors = {f"{addresses[name]}:{error}" for name, error in found if name not in WRONG}
    assert not errors, "\n".join(sorted(errors))
    assert {name for name, _ in found} == WRONG.keys()


def test_the_validator_of_the_w3c_finds_no_error(written: tuple[Path, Written]) -> None:
    folder, addresses = written
    vnu = node_program("vnu-jar/build/dist/vnu.jar")
    if not (java := shutil.which("java")):
        pytest.skip("Java is absent: apt-get install default-jre-headless")
    command = [java, *JAVA_OPTIONS, "-jar", vnu, "--format", "json", "--stdout", "--skip-non-html", folder]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)["messages"]
    errors = [
        (Path(one["url"]).name, f"{one.get('lastLine')}: {one['message']}")
        for one in found
        if one["type"] in {"error", "non-document-error"}
    ]
    assert_only_wrong_pages(errors, addresses)


def test_html_validate_finds_no_error(written: tuple[Path, Written]) -> None:
    folder, addresses = written
    program = node_program("html-validate/bin/html-validate.mjs")
    rules = NPM_FOLDER / "html-validate.mjs"
    pages = sorted(folder.glob("*.html"))
    report = folder / "found.json"
    # Its standard output is cut off where it is a pipe.
    command = [
        "node",
        program,
        "--config",
        rules,
        "--formatter",
        f"json={report}",
        *pages,
    ]
    subprocess.run(command, check=False)
    found = json.loads(report.read_text())
    errors = [
        (Path(page["filePath"]).name, f"{one['line']}: {one['ruleId']}: {one['message']}")
        for page in found
        for one in page["messages"]
        if one["severity"] == 2
    ]
    assert_only_wrong_pages(errors, addresses)

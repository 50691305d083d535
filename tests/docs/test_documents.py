"""What README and docs name has to exist."""

import asyncio
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from benchmarks.house.keystroke import trace_keystroke
from benchmarks.house.structure import draw_packages, read_seams
from tests.running_site import PROJECT

DOCUMENTS = [
    *sorted(PROJECT.glob("*.md")),
    *sorted((PROJECT / "docs").rglob("*.md")),
    *sorted((PROJECT / "galley").glob("*/README.md")),
]
# Made when the site runs, or by a reader who follows an example.
MADE_LATER = {"var/", "media/"}
GUIDES = PROJECT / "docs" / "how-to"
NEEDS = PROJECT / "docs/reference/editors-needs.md"
TOP_LEVEL = {path.name for path in PROJECT.iterdir()}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_commands_exist(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert named <= set(get_commands())


def test_paths_exist(document: Path) -> None:
    named = set(re.findall(r"`([\w.-]+/[\w./-]*)`", document.read_text()))
    made = set(re.findall(r"A new file `([^`]+)`", "".join(path.read_text() for path in GUIDES.glob("*.md"))))
    inside = {path for path in named if path.split("/")[0] in TOP_LEVEL} - MADE_LATER - made
    assert {path for path in inside if not (PROJECT / path).exists()} == set()


def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", re.sub(r"`[^`]*`", "", document.read_text()))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_modules_exist(document: Path) -> None:
    for module in re.findall(r"`(config(?:\.\w+)+)`", document.read_text()):
        assert (PROJECT / (module.replace(".", "/") + ".py")).exists(), module


def test_each_need_of_an_editor_names_tests_that_exist() -> None:
    needs = re.findall(r"^\| (\d+) \|.*$", (text := NEEDS.read_text()), re.MULTILINE)
    assert [int(number) for number in needs] == list(range(1, 43))
    for line in text.splitlines():
        tests = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line)
        assert bool(tests) == bool(re.match(r"\| \d", line)), line
        for path, name in tests:
            assert f"def {name}(" in (PROJECT / path).read_text(), name


def test_the_drawing_is_made_from_the_imports() -> None:
    assert draw_packages() in (PROJECT / "docs" / "architecture.md").read_text()


def _walk(what: str) -> str:
    """The section of the architecture that follows `what`, a request or a keystroke, file by file."""
    sections = re.split(r"^## ", (PROJECT / "docs/architecture.md").read_text(), flags=re.MULTILINE)
    return next(section for section in sections if section.startswith(f"How {what}"))


def test_a_request_and_a_keystroke_take_few_steps() -> None:
    for what, folder, most in (("a page request", PROJECT, 8), ("a keystroke", PROJECT / "galley/preview", 18)):
        steps = re.findall(r"^\d+\. `([^`]+)`", _walk(what), re.MULTILINE)
        assert 0 < len(steps) <= most
        places = [folder, folder / "static/preview"]
        assert [step for step in steps if not any((place / step).exists() for place in places)] == []


@pytest.mark.nightly
@pytest.mark.browser
def test_a_keystroke_passes_through_the_files_that_are_named() -> None:
    named = set(re.findall(r"`([\w/]+\.(?:py|js))`", _walk("a keystroke")))
    preview = re.compile(r"^(?:galley/)?preview/")
    assert {preview.sub("", path) for path in asyncio.run(trace_keystroke())} == named


def test_every_seam_of_upstream_names_tests_that_exist() -> None:
    seams = read_seams()
    assert len(seams) > 20
    for seam in seams:
        tests = re.findall(r"`(tests/[^`]+)`", seam["test"])
        assert tests, seam["seam"]
        assert all((PROJECT / test).exists() for test in tests), seam["test"]

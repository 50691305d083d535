"""What README and docs name has to exist."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.running_site import PROJECT

DOCUMENTS = [
    *sorted(PROJECT.glob("*.md")),
    *sorted((PROJECT / "docs").rglob("*.md")),
    *sorted((PROJECT / "galley").glob("*/README.md")),
]
# Made when the site runs, or by a reader who follows an example.
MADE_LATER = {"var/", "templates/pages/event_page.html", "media/"}
TOP_LEVEL = {path.name for path in PROJECT.iterdir()}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_commands_exist(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert named <= set(get_commands())


def test_paths_exist(document: Path) -> None:
    named = set(re.findall(r"`([\w.-]+/[\w./-]*)`", document.read_text()))
    inside = {path for path in named if path.split("/")[0] in TOP_LEVEL} - MADE_LATER
    assert {path for path in inside if not (PROJECT / path).exists()} == set()


def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", re.sub(r"`[^`]*`", "", document.read_text()))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_modules_exist(document: Path) -> None:
    for module in re.findall(r"`(config(?:\.\w+)+)`", document.read_text()):
        assert (PROJECT / (module.replace(".", "/") + ".py")).exists(), module

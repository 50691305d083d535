"""The reference says what the code says."""

import re
from pathlib import Path

from django.core.management import get_commands, load_command_class

from tests.running_site import PROJECT

REFERENCE = PROJECT / "docs" / "reference"


def first_cells(document: Path) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", document.read_text(), re.MULTILINE)


def test_every_environment_variable_is_listed() -> None:
    files = [*(PROJECT / "config" / "settings").glob("*.py"), *(PROJECT / "galley").glob("*/conf.py")]
    settings = "".join(path.read_text() for path in files)
    read = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"", settings))
    assert set(first_cells(REFERENCE / "settings.md")) == read


def test_the_example_of_an_environment_names_listed_variables() -> None:
    example = (PROJECT / "deploy" / "galley.env.example").read_text()
    names = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert names - set(first_cells(REFERENCE / "settings.md")) == {"DJANGO_SETTINGS_MODULE"}


def test_every_command_is_listed_with_its_help() -> None:
    document = (REFERENCE / "commands.md").read_text()
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", document, re.MULTILINE))
    ours = {name: app for name, app in get_commands().items() if (PROJECT / app.replace(".", "/")).is_dir()}
    assert listed == {name: load_command_class(app, name).help for name, app in ours.items()}


def test_the_code_reads_every_page_attribute_and_hook() -> None:
    files = [path for folder in ("home", "galley", "blog", "search") for path in (PROJECT / folder).rglob("*")]
    code = "".join(path.read_text() for path in files if path.suffix in {".py", ".js"})
    names = first_cells(REFERENCE / "page-attributes.md")
    assert [name for name in names if not re.search(rf"""["'.\[]{name}\b""", code)] == []

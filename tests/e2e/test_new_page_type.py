"""The README's example of a page type, followed to the letter in a copy of the project."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

VISIT = """
import django
django.setup()
from datetime import datetime, timezone
from django.test import Client
from home.models import EventPage, HomePage

event = EventPage(title="Open press day", starts_at=datetime(2027, 5, 1, 10, tzinfo=timezone.utc))
HomePage.objects.get().add_child(instance=event)
page = Client(SERVER_NAME="localhost").get(event.url)
assert page.status_code == 200, page.status_code
assert "Open press day" in page.content.decode()
assert "1 May 2027, 10:00" in page.content.decode()
"""


def example(language: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    ignored = shutil.ignore_patterns("var", ".*", "__pycache__", "tests", "node_modules")
    shutil.copytree(PROJECT, copy, ignore=ignored)
    return copy


def test_the_readme_adds_a_page_type(project_copy: Path, small_site_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(small_site_folder, tmp_path / "var")
    with (project_copy / "home" / "models.py").open("a") as models:
        models.write("\n\n" + example("python"))
    (project_copy / "templates" / "pages" / "event_page.html").write_text(example("django"))

    for arguments in (["manage.py", "makemigrations"], ["manage.py", "migrate"], ["-c", VISIT]):
        env = environment(tmp_path / "var", PYTHONPATH=str(project_copy))
        run = subprocess.run([sys.executable, *arguments], cwd=project_copy, env=env, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr

"""The commands that README.md and `benchmarks/README.md` name."""

import os
import re
import subprocess
import sys

import pytest

from tests.running_site import PROJECT

DOCUMENTS = ("README.md", "benchmarks/README.md", "docs/editors.md")


def modules_to_run() -> list[str]:
    """Return the modules that the documents say to run."""
    texts = [(PROJECT / name).read_text() for name in DOCUMENTS]
    names = sorted({name for text in texts for name in re.findall(r"python -m (benchmarks[\w.]*)", text)})
    assert len(names) >= 6
    return [f"{name}.__main__" if (PROJECT / name.replace(".", "/")).is_dir() else name for name in names]


def test_each_is_found() -> None:
    assert [name for name in modules_to_run() if not (PROJECT / f"{name.replace('.', '/')}.py").is_file()] == []


@pytest.mark.nightly
def test_each_needs_no_settings_from_outside() -> None:
    modules = ", ".join(modules_to_run())
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", f"import {modules}"], cwd=PROJECT, env=environment, check=True)

"""The programs that come from npm: validators, and what measures pages. Nothing of them is needed to run the site."""

from pathlib import Path

import pytest

NPM_FOLDER = Path(__file__).parent / "npm"
HOW_TO_GET_THEM = "What comes from npm is absent: npm ci --prefix tests/site/npm"


def find_program(path: str) -> Path | None:
    """Return the file at `path` among the installed packages, if it is there."""
    program = NPM_FOLDER / "node_modules" / path
    return program if program.exists() else None


def node_program(path: str) -> Path:
    """Return the file at `path` among the installed packages; skip the test without it."""
    program = find_program(path)
    if program is None:
        pytest.skip(HOW_TO_GET_THEM)
    return program

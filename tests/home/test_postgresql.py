"""No draft replaces one that overtook it on PostgreSQL, as on SQLite, and what is deleted meanwhile isn't missed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.home.deleted_choices import CHOICES
from tests.home.late_drafts import CASES
from tests.running_site import PROJECT, environment

# Locks and refused rows are where PostgreSQL differs: of these, one case each.
BY_DAY = ["both_at_the_very_same_time", "two_creations_of_one_name"]


@pytest.mark.parametrize("cases", [BY_DAY, pytest.param([*CASES], marks=pytest.mark.nightly)], ids=["by_day", "all"])
def test_late_drafts_on_postgresql(
    postgresql_small_site: Callable[[str], str], tmp_path: Path, cases: list[str]
) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site(f"late-drafts-{len(cases)}"))
    code = (
        "import django; django.setup(); import sys; from tests.home.late_drafts import play; [*map(play, sys.argv[1:])]"
    )
    subprocess.run([sys.executable, "-c", code, *cases], cwd=PROJECT, env=env, check=True)


@pytest.mark.parametrize(
    "names", [["author"], pytest.param([*CHOICES], marks=pytest.mark.nightly)], ids=["by_day", "all"]
)
def test_what_is_deleted_while_a_page_is_published_on_postgresql(
    postgresql_small_site: Callable[[str], str], tmp_path: Path, names: list[str]
) -> None:
    """Here, the deletion may be committed before the page is."""
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site(f"deleted-choices-{len(names)}"))
    code = (
        "import django; django.setup(); import sys; from tests.home.deleted_choices import play; "
        "[play(name, moment) for name in sys.argv[1:] for moment in ('after the check', 'before the commit')]"
    )
    subprocess.run([sys.executable, "-c", code, *names], cwd=PROJECT, env=env, check=True)

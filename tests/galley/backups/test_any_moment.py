"""Backups while the site writes, and backups and restores that are killed at any moment."""

import itertools
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.db import connection
from wagtail.models import Page

from galley.backups import restoring
from galley.backups.making import make_backup
from galley.backups.manifest import find_backups
from galley.backups.restoring import check_backup, restore_backup
from tests.galley.backups.conftest import read_files
from tests.galley.backups.writer import Writer


@pytest.mark.parametrize("times", [3, pytest.param(100, marks=pytest.mark.nightly)])
def test_rows_and_files_are_of_one_moment(times: int, tmp_path: Path, media: Path) -> None:
    name = settings.DATABASES["default"]["NAME"]
    with Writer(media, lambda: sqlite3.connect(name, timeout=30)) as writer:
        for number in range(times):
            writer.let_delete()
            folder, manifest = make_backup(tmp_path / f"backups-{number}", media, None)
            assert manifest.rows["wagtailcore_uploadedfile"] == manifest.rows["taggit_tag"]
            assert manifest.missing == []
            check_backup(folder, None)
    assert writer.uploaded > writer.deleted > 0


def kill_at(moment: int, do: Callable[[], object]) -> bool:
    """Run `do` in a process that is killed before its call number `moment`, in galley.backups or from there.

    Returns whether it was killed: if it makes fewer calls, it ends by itself.
    """
    pid = os.fork()
    if not pid:
        calls = itertools.count()

        def count(frame: FrameType, event: str, argument: object) -> None:
            if event.endswith("call") and "galley/backups" in frame.f_code.co_filename and next(calls) == moment:
                os._exit(9)

        try:
            sys.setprofile(count)
            do()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, 9)
    return status == 9


# Of some thousand moments, a few by day and many at night.
MOMENTS = [pytest.param(331, id="few"), pytest.param(7, id="many", marks=pytest.mark.nightly)]


@pytest.mark.parametrize("step", MOMENTS)
def test_a_backup_that_is_killed_is_none(step: int, tmp_path: Path, media: Path) -> None:
    complete = 0
    for moment in itertools.count(0, step):
        root = tmp_path / f"backups-{moment}"
        connection.close()
        is_killed = kill_at(moment, lambda root=root: make_backup(root, media, None))
        for folder in find_backups(root).values():
            check_backup(folder, None)
            complete += 1
        if not is_killed:
            break
    assert moment > 100
    # Only at the end, when it is on the disk and old ones are deleted.
    assert 0 < complete < moment / step


@pytest.mark.parametrize("step", MOMENTS)
def test_a_restore_that_is_killed_leaves_one_of_both_databases(
    step: int, tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "call_command", lambda *args, **options: None)
    folder, _ = make_backup(tmp_path / "backups", media, None)
    files, titles = read_files(media), list(Page.objects.order_by("pk").values_list("title", flat=True))
    changed = ["Changed"] * len(titles)
    found = set()
    for moment in itertools.count(0, step):
        Page.objects.update(title="Changed")
        (media / "later.txt").write_text("Later.")
        connection.close()
        is_killed = kill_at(moment, lambda: restore_backup(folder, media, None, replace=True))
        now = list(Page.objects.order_by("pk").values_list("title", flat=True))
        assert now in (titles, changed)
        found.add(now == titles)
        if not is_killed:
            break
    assert moment > 100
    assert found == {True, False}
    assert read_files(media) == files
    assert [path.name for path in (media / "unfinished").iterdir() if path.is_dir()] == []

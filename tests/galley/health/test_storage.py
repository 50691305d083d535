"""Backups and disks: each question finds the fault that it is for."""

import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from galley.health import storage
from galley.health.findings import State
from tests.galley.health.asking import ask

pytestmark = pytest.mark.django_db


def test_backups(settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path
    assert ask(storage.check_backups).state is State.WARNING
    for days, state in ((3, State.FAULT), (1, State.WELL)):
        folder = tmp_path / f"{timezone.now() - datetime.timedelta(days=days):%Y%m%d-%H%M%S}"
        folder.mkdir()
        before = ask(storage.check_backups)
        (folder / "manifest.json").touch()
        assert ask(storage.check_backups).state is state
        # One that isn't complete doesn't count.
        assert before.state is not state
    assert "galley backup" in before.mend


def test_the_disk(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "not" / "yet"
    monkeypatch.setattr(storage, "_find_disk", lambda folder: 1)
    assert ask(storage.check_disk).state is State.WELL
    monkeypatch.setattr(storage, "find_free_bytes", lambda folder: 1)
    assert ask(storage.check_disk).state is State.FAULT
    monkeypatch.setattr(storage, "find_free_bytes", lambda folder: storage.LEAST_FREE_BYTES)
    monkeypatch.setattr(storage, "LEAST_TEMPORARY_BYTES", 1024**6)
    disk, temporary = storage.check_disk()
    assert (disk.state, temporary.state) == (State.WELL, State.FAULT)


def test_the_disk_of_the_backups(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "not" / "yet"
    monkeypatch.setattr(storage, "_find_disk", {tmp_path: 1, storage._folder(): 2}.__getitem__)
    free = {tmp_path: 1, storage._folder(): storage.LEAST_FREE_BYTES}
    monkeypatch.setattr(storage, "find_free_bytes", free.__getitem__)
    own, backups = storage.check_disk()
    assert (own.state, backups.state) == (State.WELL, State.FAULT)
    assert str(tmp_path) in backups.text
    assert "BACKUP_DIR" in backups.mend

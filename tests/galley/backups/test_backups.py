"""A backup has all rows and files, whatever happens while it is made, and restores them or changes nothing."""

import errno
import io
import re
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from wagtail.images import get_image_model
from wagtail.models import Page

from galley.backups import databases, making, restoring
from galley.backups.making import make_backup
from galley.backups.manifest import MANIFEST, find_backups
from galley.backups.restoring import restore_backup
from galley.backups.storing import BackupError, new_key, read_key
from tests.galley.backups.conftest import read_files, read_rows, spoil

KEY = read_key(new_key())
NO_LIMIT = resource.getrlimit(resource.RLIMIT_FSIZE)


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the commands that a restore runs, and run none: to ask for migrations takes longer than all else."""
    commands: list[str] = []
    monkeypatch.setattr(restoring, "call_command", lambda name, **options: commands.append(name))
    return commands


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_an_empty_machine_gets_every_row_and_file(
    key: object, root: Path, media: Path, empty_machine: Callable[[], tuple[Path, Path]], commands: list[str]
) -> None:
    folder, manifest = make_backup(root, media, key)
    rows, files = read_rows(Path(connection.settings_dict["NAME"])), read_files(media)
    assert "documents/größe.txt" in files
    assert manifest.missing == []
    assert manifest.rows["wagtailcore_page"] == Page.objects.count()
    texts = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    names = " ".join(str(path) for path in folder.rglob("*"))
    # With a key, neither texts nor names can be read.
    assert (b"A galley is a tray." in texts, "documents" in names) == ((key is None,) * 2)

    database, new_media = empty_machine()
    restore_backup(folder, new_media, key)
    assert read_files(new_media) == files
    restored = read_rows(database)
    assert restored == rows
    assert len(restored["auth_user"]) == 1
    assert [path.name for path in (new_media / "unfinished").iterdir()] == [".lock"]
    assert commands == ["migrate"]
    # The next backup there finds the files as they were.
    copies = make_backup(root / "other", new_media, key)[1].files
    assert {name: file.modified for name, file in copies.items()} == {
        name: file.modified for name, file in manifest.files.items()
    }


def test_files_that_have_not_changed_take_no_room_again(root: Path, media: Path, monkeypatch) -> None:
    first = make_backup(root, media, KEY)[0]
    (media / "documents/größe.txt").write_text("Another text.")
    (media / "new.txt").write_text("New.")
    first = first.rename(first.with_name("20200101-000000"))
    copied: list[str] = []
    store = making.store
    monkeypatch.setattr(making, "store", lambda source, *rest: copied.append(source.name) or store(source, *rest))
    second, manifest = make_backup(root, media, KEY)
    assert sorted(Path(name).name for name in copied) == ["größe.txt", "new.txt"]
    picture = get_image_model().objects.get().file.name
    assert (second / manifest.files[picture].place).stat().st_nlink == 2


def test_what_changes_meanwhile(root: Path, media: Path, settings, monkeypatch) -> None:
    """What is uploaded before the snapshot is in the backup, and so is what is deleted meanwhile."""
    (media / "reserved.txt").touch()
    take_snapshot = databases.take_snapshot

    def meanwhile(folder: Path):
        (media / "reserved.txt").write_text("Now it is complete.")
        (media / "late.txt").write_text("Uploaded.")
        (media / "documents/größe.txt").unlink()
        return take_snapshot(folder)

    with monkeypatch.context() as others:
        others.setattr(making, "take_snapshot", meanwhile)
        folder, manifest = make_backup(root, media, None)
    assert (folder / manifest.files["reserved.txt"].place).read_text() == "Now it is complete."
    assert {"late.txt", "documents/größe.txt"} <= manifest.files.keys()
    # A file that isn't there is named.
    Path(get_image_model().objects.get().file.path).unlink()
    printed = io.StringIO()
    settings.BACKUP_DIR = root / "missing"
    call_command("backup", stdout=io.StringIO(), stderr=printed)
    assert f"isn't there: {get_image_model().objects.get().file.name}" in printed.getvalue()


def fail_to_read(monkeypatch, media: Path) -> str:
    error = PermissionError(errno.EACCES, "Permission denied")
    opened = Path.open

    def refuse(self: Path, *args: object, **options: object):
        if self.name == "größe.txt" and media in self.parents:
            raise error
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    return "größe.txt can't be read: Permission denied. No backup was made."


def fill_the_disk(monkeypatch, media: Path) -> str:
    (media / "large.txt").write_bytes(bytes(10_000))
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, NO_LIMIT[1]))
    return "can't be written: File too large. No backup was made."


def leave_no_database(monkeypatch, media: Path) -> str:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(media / "nothing"))
    return "can't be copied: unable to open database file"


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
@pytest.mark.parametrize("break_it", [fail_to_read, fill_the_disk, leave_no_database])
def test_a_backup_that_fails_leaves_nothing(break_it, key: object, root: Path, media: Path, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        message = break_it(broken, media)
        try:
            with pytest.raises(BackupError, match=re.escape(message)):
                make_backup(root, media, key)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, NO_LIMIT)
    assert [path.name for path in root.iterdir()] == [".lock"]


def test_a_backup_that_was_killed_is_none_and_goes_with_the_next(root: Path, media: Path) -> None:
    killed = root / ".unfinished-20261129-020000"
    killed.mkdir(parents=True)
    (killed / "database.sqlite3").write_text("half")
    (root / "20261128-020000").mkdir()
    (root / "notes").mkdir()
    assert find_backups(root) == {}
    with making.lock(root), pytest.raises(BackupError, match="Another backup or restore is under way"):
        make_backup(root, media, None)
    make_backup(root, media, None)
    assert not killed.exists()
    # What isn't a backup isn't deleted.
    assert (root / "20261128-020000").exists()
    assert len(find_backups(root)) == 1


def rewrite(folder: Path, old: str, new: str) -> None:
    text = (folder / MANIFEST).read_text()
    assert old in text
    (folder / MANIFEST).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda folder: spoil(folder / "database.sqlite3"), "its SHA-256 is another"),
        (lambda folder: spoil(next((folder / "media/original_images").iterdir())), "its SHA-256 is another"),
        (lambda folder: (folder / "media/documents/größe.txt").unlink(), "can't be read"),
        (lambda folder: (folder / MANIFEST).unlink(), "is no complete backup"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "is damaged"),
        (lambda folder: rewrite(folder, "documents/gr", "../gr"), "outside of its folder"),
        (lambda folder: rewrite(folder, "0001_", "0999_"), "a later release"),
        (lambda folder: rewrite(folder, '"sqlite"', '"postgresql"'), "a backup of PostgreSQL"),
        (lambda folder: rewrite(folder, '"auth_user": 1', '"auth_user": 2'), "hasn't the rows"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    break_it, message: str, root: Path, media: Path, empty_machine: Callable[[], tuple[Path, Path]]
) -> None:
    folder, _ = make_backup(root, media, None)
    break_it(folder)
    _, new_media = empty_machine()
    with pytest.raises(BackupError, match=message):
        restore_backup(folder, new_media, None)
    assert connection.introspection.table_names() == []
    assert read_files(new_media) == {}


def test_another_key_and_none_are_refused(root: Path, media: Path) -> None:
    folder, _ = make_backup(root, media, KEY)
    for key, message in ((read_key(new_key()), "isn't the key of this backup"), (None, "is encrypted")):
        with pytest.raises(BackupError, match=message):
            restoring.check_backup(folder, key)
    spoil(next(path for path in (folder / "files").iterdir()))
    with pytest.raises(BackupError, match="is damaged"):
        restoring.check_backup(folder, KEY)
    with pytest.raises(BackupError, match="BACKUP_KEY isn't a key"):
        read_key("secret")


def test_content_is_replaced_only_if_asked(root: Path, media: Path, monkeypatch) -> None:
    folder, _ = make_backup(root, media, None)
    files = read_files(media)
    Page.objects.filter(depth=2).update(title="Changed")
    (media / "documents/größe.txt").write_text("Changed.")
    (media / "other").mkdir()
    (media / "other/later.txt").write_text("Later.")
    with pytest.raises(BackupError, match=r"The site has content: accounts\. Nothing was changed"):
        restore_backup(folder, media, None)
    assert Page.objects.filter(title="Changed").exists()
    # The disk is full: nothing is touched.
    with monkeypatch.context() as broken:
        broken.setattr(restoring, "fetch", lambda *args: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left")))
        with pytest.raises(BackupError, match=r"No space left\. Nothing was changed"):
            restore_backup(folder, media, None, replace=True)
    assert (media / "other/later.txt").exists()
    assert Page.objects.filter(title="Changed").exists()
    restore_backup(folder, media, None, replace=True)
    assert not Page.objects.filter(title="Changed").exists()
    assert read_files(media) == files


def test_a_migration_that_fails_after_a_restore_is_named(root: Path, media: Path, monkeypatch) -> None:
    folder, _ = make_backup(root, media, None)
    monkeypatch.setattr(restoring, "call_command", lambda *args, **options: 1 / 0)
    with pytest.raises(BackupError, match="Rows and files are restored, and a later step failed: division by zero"):
        restore_backup(folder, media, None, replace=True)


def test_a_database_that_is_away_is_named(root: Path, media: Path, settings, monkeypatch) -> None:
    settings.BACKUP_DIR = root

    def refuse(folder: Path) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(making, "take_snapshot", refuse)
    with pytest.raises(CommandError, match=r"gives no answer: connection refused\. No backup was made"):
        call_command("backup")
    assert find_backups(root) == {}


def test_the_commands(root: Path, media: Path, settings) -> None:
    settings.BACKUP_DIR = root

    def run(*arguments: str, **options: object) -> str:
        printed = io.StringIO()
        call_command(*arguments, stdout=printed, **options)
        return printed.getvalue()

    with pytest.raises(CommandError, match="There is no backup"):
        run("restore", "newest")
    assert "There is no backup" in run("restore")
    settings.BACKUP_KEY = run("backup", "--new-key").strip()
    assert "2 files, encrypted." in run("backup")
    [folder] = find_backups(root).values()
    assert run("restore") == f"{folder.name}\n"
    assert "is complete" in run("restore", folder.name, "--check")
    assert "start the site and its worker again" in run("restore", "newest", "--replace")
    settings.BACKUP_KEY = ""
    for command in (["restore", str(folder), "--check"], ["restore", "elsewhere"]):
        with pytest.raises(CommandError, match="Nothing was changed"):
            run(*command)
    with pytest.raises(CommandError, match="doesn't name a PostgreSQL database"):
        run("move_to_postgresql", str(root))

"""Backups in a bucket, on a real S3 server: complete or none, and all that an empty machine needs."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from environs import Env

from galley.backups import bucket as buckets
from galley.backups import making, restoring
from galley.backups.bucket import BackupBucket
from galley.backups.conf import backup_settings, find_bucket
from galley.backups.making import make_backup
from galley.backups.manifest import MANIFEST, NAME_FORMAT, find_backups
from galley.backups.storing import BackupError, new_key, read_key
from galley.files import conf
from galley.health.findings import State
from galley.health.storage import check_backups
from tests.galley.backups.conftest import read_files, read_rows
from tests.s3 import BUCKET, S3Server, run_s3

KEY = new_key()
FOLDER = "sites/galley"
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with run_s3() as server:
        yield server


@pytest.fixture
def bucket(server: S3Server, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BackupBucket:
    """The site's bucket for backups, in which there is only a file of somebody else."""
    server.start()
    monkeypatch.setattr(restoring, "call_command", lambda name, **options: None)
    for name, value in server.environment.items():
        monkeypatch.setenv(f"BACKUP_{name}", value)
    monkeypatch.setenv("BACKUP_S3_BUCKET", f"{BUCKET}/{FOLDER}/")
    for name, value in backup_settings(Env(), tmp_path).items():
        setattr(settings, name, value)
    bucket = find_bucket()
    assert isinstance(bucket, BackupBucket)
    for key in keys(bucket):
        bucket._delete(key)
    bucket._client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/20200101/notes.txt", Body=b"notes")
    server.requests.clear()
    return bucket


@pytest.fixture
def root(settings, bucket: BackupBucket) -> Path:
    return settings.BACKUP_DIR


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return what sets the clock that backups go by."""

    def set_clock(now: datetime) -> None:
        clock = type("Clock", (datetime,), {"now": classmethod(lambda cls, zone=None: now)})
        monkeypatch.setattr(making, "datetime", clock)
        monkeypatch.setattr(buckets, "datetime", clock)

    return set_clock


def keys(bucket: BackupBucket, name: str = "") -> list[str]:
    return [entry["Key"] for page in bucket._list(Prefix=name) for entry in page.get("Contents", ())]


def run(*arguments: str, **options: object) -> str:
    printed = io.StringIO()
    call_command(*arguments, stdout=printed, **options)
    return printed.getvalue()


@pytest.mark.parametrize("key", ["", KEY], ids=["plain", "encrypted"])
def test_an_empty_machine_gets_every_row_and_file(
    key: str, root: Path, bucket: BackupBucket, media: Path, settings, tmp_path: Path,
    empty_machine: Callable[[], tuple[Path, Path]],
) -> None:  # fmt: skip
    settings.BACKUP_KEY = key
    assert f"It is in s3://{BUCKET}/{FOLDER}, too." in run("backup")
    rows, files = read_rows(Path(connection.settings_dict["NAME"])), read_files(media)
    [folder] = find_backups(root).values()
    prefix = f"{FOLDER}/{folder.name}/"
    stored = {name.removeprefix(prefix): name for name in keys(bucket, prefix)}
    assert stored.keys() == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    texts = b"".join(bucket._client.get_object(Bucket=BUCKET, Key=one)["Body"].read() for one in stored.values())
    assert (b"A galley is a tray." in texts) is not bool(key)

    database, new_media = empty_machine()
    settings.BACKUP_DIR = tmp_path / "elsewhere"
    assert run("restore") == f"{folder.name} in s3://{BUCKET}/{FOLDER}\n"
    assert "is complete" in run("restore", folder.name, "--check")
    # Fetched once, it is in the folder.
    assert run("restore") == f"{folder.name}\n"
    run("restore", "newest")
    assert read_files(new_media) == files
    assert read_rows(database) == rows


def test_the_newest_is_fetched(root: Path, bucket: BackupBucket, media: Path, set_clock: Callable) -> None:
    names = []
    for at in (NOW, NOW + timedelta(hours=1)):
        set_clock(at)
        run("backup")
        names.append(f"{at:{NAME_FORMAT}}")
    (root / names[1]).rename(root / "away")
    assert run("restore") == f"{names[1]} in {bucket}\n{names[0]}\n"
    assert f"{names[1]} is complete" in run("restore", "newest", "--check")


def test_what_has_not_changed_is_not_sent_again(
    root: Path, bucket: BackupBucket, media: Path, set_clock: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    (media / "large.bin").write_bytes(bytes(9 * 1024**2))
    set_clock(NOW)
    run("backup")
    sent: list[str] = []
    upload_file = bucket._client.upload_file
    monkeypatch.setattr(
        bucket._client, "upload_file", lambda *args, **options: sent.append(args[2]) or upload_file(*args, **options)
    )
    (media / "documents/größe.txt").write_text("Another text.")
    set_clock(NOW + timedelta(hours=1))
    folder, _ = make_backup(root, media, None, bucket)
    # The database is the same as before, too.
    places = [MANIFEST, "media/documents/größe.txt"]
    assert sorted(sent) == [f"{FOLDER}/{folder.name}/{place}" for place in places]
    (root / folder.name).rename(root / "away")
    assert "is complete" in run("restore", folder.name, "--check")
    assert (root / folder.name / "media/documents/größe.txt").read_text() == "Another text."


class Killed(Exception):
    """What the client itself doesn't raise."""


def test_at_any_moment_it_is_complete_or_none(root: Path, bucket: BackupBucket, media: Path, tmp_path: Path) -> None:
    # A file that is sent in parts.
    (media / "large.bin").write_bytes(bytes(9 * 1024**2))
    folder, manifest = make_backup(root, media, None)
    left = 0

    def count(**event: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    bucket._client.meta.events.register("before-send.s3", count)
    complete = []
    for moment in range(100):
        left = moment
        try:
            bucket.store(folder, manifest, None)
            break
        except Killed:
            left = 1000
        complete.append(bool(bucket.find_backups()))
        if complete[-1]:
            restoring.check_backup(bucket.fetch(folder.name, tmp_path / str(moment), None), None)
        for name in keys(bucket, f"{FOLDER}/{folder.name}"):
            bucket._delete(name)
    left = 1000
    # First it is none, and is one from the moment on when the manifest is there.
    assert (complete == sorted(complete), set(complete)) == (True, {False, True})
    assert [*bucket.find_backups().values()] == [folder.name]


def test_a_file_that_does_not_arrive_whole_is_noticed(
    root: Path, bucket: BackupBucket, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload_half(path: str, name: str, key: str, **options: object) -> None:
        content = Path(path).read_bytes()
        bucket._client.put_object(Bucket=name, Key=key, Body=content[: len(content) // 2])

    monkeypatch.setattr(bucket._client, "upload_file", upload_half)
    with pytest.raises(BackupError, match=r"is complete, but s3://\S+ doesn't have database.sqlite3 as it was sent"):
        make_backup(root, media, None, bucket)
    assert (len(find_backups(root)), bucket.find_backups()) == (1, {})


def test_old_backups_are_deleted_there_too(
    root: Path, bucket: BackupBucket, media: Path, set_clock: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (making, buckets):
        monkeypatch.setattr(module, "choose_old", lambda backups: sorted(backups)[:-2])
    days = [NOW - timedelta(days=number) for number in (2, 1, 0)]
    client = bucket._client
    killed, under_way = (f"{FOLDER}/{day - timedelta(minutes=1):{NAME_FORMAT}}/a" for day in (days[0], days[-1]))
    deleted: list[str] = []
    delete = bucket._delete
    monkeypatch.setattr(bucket, "_delete", lambda key: deleted.append(key) or delete(key))
    for day in days:
        set_clock(day)
        if day is days[-1]:
            for key in (killed, under_way):
                client.put_object(Bucket=BUCKET, Key=key, Body=b"half")
        make_backup(root, media, None, bucket)
    here = {folder.name for folder in find_backups(root).values()}
    assert (len(here), {*bucket.find_backups().values()}) == (2, here)
    assert {key.split("/")[2] for key in keys(bucket, FOLDER)} == here | {under_way.split("/")[2], "20200101"}
    [old] = {f"{day:{NAME_FORMAT}}" for day in days} - here
    of_old = [key for key in deleted if old in key]
    # Without it, the rest is no backup any more.
    assert of_old[0] == f"{FOLDER}/{old}/{MANIFEST}"
    # Parts of a file whose sender was killed.
    client.create_multipart_upload(Bucket=BUCKET, Key=f"{FOLDER}/a")
    for given_up, left in ((timedelta(days=36_500), 1), (timedelta(days=1), 0)):
        monkeypatch.setattr(buckets, "GIVEN_UP", given_up)
        bucket._delete_old()
        assert len(client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())) == left


def test_what_cannot_be_fetched_changes_nothing(root: Path, bucket: BackupBucket, media: Path, settings) -> None:
    folder, manifest = make_backup(root, media, read_key(KEY), bucket)
    name = folder.name
    folder.rename(root / "away")
    for key, message in ((read_key(new_key()), "isn't the key of this backup"), (None, "is encrypted")):
        with pytest.raises(BackupError, match=message):
            bucket.fetch(name, root, key)
    with pytest.raises(BackupError, match="There is no complete backup 20200102-000000 in s3"):
        bucket.fetch("20200102-000000", root, None)
    database, manifest.database.place = manifest.database.place, "../../evil"
    (root / "outside").mkdir()
    manifest.write(root / "outside", None)
    bucket._client.upload_file(str(root / "outside" / MANIFEST), BUCKET, f"{FOLDER}/20200103-000000/{MANIFEST}")
    with pytest.raises(BackupError, match="outside of its folder"):
        bucket.fetch("20200103-000000", root, None)
    bucket._delete(f"{FOLDER}/{name}/{database}")
    with pytest.raises(BackupError, match=r"Nothing was changed\. The bucket \S+ refuses"):
        bucket.fetch(name, root, read_key(KEY))
    assert {path.name for path in root.iterdir()} == {".lock", "away", "outside"}
    # Half of a name isn't asked for.
    with pytest.raises(CommandError, match="is no complete backup"):
        run("restore", "../galley", "--check")


def test_a_bucket_that_is_away_is_named(
    root: Path, bucket: BackupBucket, media: Path, server: S3Server, set_clock: Callable
) -> None:
    set_clock(NOW)
    run("backup")
    server.stop()
    set_clock(NOW + timedelta(hours=1))
    with pytest.raises(CommandError, match=r"is complete, but isn't in the bucket\. The bucket \S+ doesn't answer"):
        run("backup")
    names = [folder.name for folder in find_backups(root).values()]
    assert len(names) == 2
    printed = io.StringIO()
    with pytest.raises(CommandError, match="doesn't answer"):
        call_command("restore", stdout=printed)
    assert printed.getvalue().split() == names
    with pytest.raises(CommandError, match="doesn't answer"):
        run("restore", "newest", "--check")
    # By its name, it needs no bucket.
    assert "is complete" in run("restore", names[0], "--check")
    _folder, of_bucket = check_backups()
    assert (of_bucket.state, "doesn't answer" in of_bucket.text) == (State.FAULT, True)


def test_the_health_says_how_old_it_is(
    root: Path, bucket: BackupBucket, media: Path, set_clock: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(datetime.now(UTC) - timedelta(days=3))
    make_backup(root, media, None)
    _folder, found = check_backups()
    assert (found.state, str(bucket) in found.text) == (State.WARNING, True)
    make_backup(root / "other", media, None, bucket)
    assert [one.state for one in check_backups()] == [State.FAULT, State.FAULT]
    set_clock(datetime.now(UTC))
    make_backup(root / "other", media, None, bucket)
    assert [one.state for one in check_backups()] == [State.FAULT, State.WELL]
    bucket._client.put_object_acl(
        Bucket=BUCKET, Key=f"{FOLDER}/{next(bucket.each_backup())[1]}/{MANIFEST}", ACL="public-read"
    )
    assert "Everybody can read" in list(check_backups())[-1].text


def test_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bucket(**variables: str) -> dict[str, str | None]:
        with monkeypatch.context() as environment:
            for name, value in variables.items():
                environment.setenv(name, value)
            return backup_settings(Env(), tmp_path)["BACKUP_BUCKET"]

    of_files = {"S3_BUCKET": "galley", "S3_ENDPOINT_URL": "https://s3.example.org", "S3_ACCESS_KEY_ID": "a"}
    assert bucket(**of_files) == {}
    given = bucket(BACKUP_S3_BUCKET="backups", **of_files)
    assert (given["name"], given["folder"], given["aws_access_key_id"]) == ("backups", "", "a")
    given = bucket(BACKUP_S3_BUCKET="galley", BACKUP_S3_ENDPOINT_URL="https://s3.example.com", **of_files)
    assert (given["endpoint_url"], given["region_name"]) == ("https://s3.example.com", None)
    with pytest.raises(ImproperlyConfigured, match="Backups need another"):
        bucket(BACKUP_S3_BUCKET="galley/backups", **of_files)
    monkeypatch.setattr(conf, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="GALLEY_EXTRAS=s3"):
        bucket(BACKUP_S3_BUCKET="backups")


def test_an_error_ends_it(bucket: BackupBucket, root: Path, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is begun: with many files, each would wait for the storage."""
    for number in range(100):
        (media / f"{number}.txt").write_text(str(number))
    begun: list[str] = []

    def fail(path: str, name: str, key: str, **options: object) -> None:
        begun.append(key)
        raise EndpointConnectionError(endpoint_url="https://s3.example.org")

    monkeypatch.setattr(bucket._client, "upload_file", fail)
    monkeypatch.setattr(buckets, "THREADS", 1)
    with pytest.raises(BackupError, match="doesn't answer"):
        make_backup(root, media, None, bucket)
    assert len(begun) < 100

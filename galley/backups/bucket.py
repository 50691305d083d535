"""Backups in a bucket of S3-compatible storage. Each is a folder there, as on the disk, and complete by itself."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from boto3.session import Session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from galley.backups.making import lock
from galley.backups.manifest import ENCRYPTED, MANIFEST, Manifest, StoredFile, is_encrypted, read_manifest, read_time
from galley.backups.retention import choose_old
from galley.backups.storing import BackupError, join

THREADS = 8
CONFIG = Config(
    connect_timeout=3,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=THREADS,
    # Not all storages know the checksums that botocore sends by default.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# Files go in several threads, large ones in parts of 8 MiB.
TRANSFER = TransferConfig(use_threads=False)
# A storage copies no larger object in one request.
MOST_COPIED = 5 * 1024**3
# What has no manifest after so long isn't under way any more.
GIVEN_UP = timedelta(days=1)


class BackupBucket:
    """The backups in the folder `folder` of the bucket `name`. The other arguments are those of boto3's client.

    Its methods raise BackupError if the storage doesn't answer, or refuses.
    """

    def __init__(self, name: str, folder: str = "", **connection: Any) -> None:
        self.name = name
        self.prefix = f"{folder}/" if folder else ""
        # With an address of one's own, the bucket is seldom a host name.
        style = Config(s3={"addressing_style": "path" if connection.get("endpoint_url") else "auto"})
        self._config, self._connection = CONFIG.merge(style), connection
        self._client = Session().client("s3", config=self._config, **connection)

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def find_backups(self) -> dict[datetime, str]:
        """Return the names of the complete backups with the times when they were begun, the newest first."""
        return dict(self.each_backup())

    def each_backup(self) -> Iterator[tuple[datetime, str]]:
        """Yield time and name of the complete backups, the newest first. Asks for one after the other."""
        with self._own_errors():
            yield from self._each_backup()

    def is_public(self, name: str) -> bool:
        """Return whether the storage sends the backup to everybody."""
        config = self._config.merge(Config(signature_version=UNSIGNED))
        client = Session().client("s3", **self._connection | {"config": config})
        with self._own_errors():
            try:
                client.head_object(Bucket=self.name, Key=self._key(name, self._find_manifest(name)))
            except ClientError:
                return False
        return True

    def store(self, folder: Path, manifest: Manifest, key: Any | None) -> None:
        """Copy the complete backup in `folder` into the bucket, and delete old backups there."""
        with self._own_errors(f"{folder} is complete, but isn't in the bucket. "):
            former, known = self._find_former(key)

            def store_file(file: StoredFile) -> None:
                target = self._key(folder.name, file.place)
                if known.get(file.place) == file.sha256 and file.stored_size <= MOST_COPIED:
                    source = {"Bucket": self.name, "Key": self._key(former, file.place)}
                    self._client.copy_object(Bucket=self.name, Key=target, CopySource=source)
                else:
                    self._client.upload_file(str(folder / file.place), self.name, target, Config=TRANSFER)

            _for_each(store_file, manifest.all_files())
            sizes = self._find_sizes(folder.name)
            if wrong := [file.place for file in manifest.all_files() if sizes.get(file.place) != file.stored_size]:
                raise BackupError(f"{folder} is complete, but {self} doesn't have {wrong[0]} as it was sent.")
            # The last: without it, this is no backup.
            name = MANIFEST + (ENCRYPTED if key else "")
            self._client.upload_file(str(folder / name), self.name, self._key(folder.name, name), Config=TRANSFER)
        with self._own_errors(f"The backup is in {self}, but old ones there can't be deleted. "):
            self._delete_old()

    def fetch(self, name: str, root: Path, key: Any | None) -> Path:
        """Copy a backup into the folder `root`. Return its folder there."""
        folder, unfinished = root / name, root / f".unfinished-{name}"
        with lock(root), self._own_errors("Nothing was changed. "):
            shutil.rmtree(unfinished, ignore_errors=True)
            try:
                unfinished.mkdir(mode=0o700)
                manifest = self._fetch_manifest(name, unfinished, key)

                def fetch_file(file: StoredFile) -> None:
                    path = join(unfinished, file.place)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    self._client.download_file(self.name, self._key(name, file.place), str(path), Config=TRANSFER)

                _for_each(fetch_file, manifest.all_files())
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        return folder

    def _key(self, name: str, place: str) -> str:
        return f"{self.prefix}{name}/{place}"

    def _each_backup(self) -> Iterator[tuple[datetime, str]]:
        return ((begun, name) for begun, name in self._find_folders() if self._find_manifest(name))

    def _find_folders(self) -> list[tuple[datetime, str]]:
        """Return time and name of what may be a backup, the newest first."""
        pages = self._list(Prefix=self.prefix, Delimiter="/")
        paths = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        names = [path.removeprefix(self.prefix).rstrip("/") for path in paths]
        return sorted(((begun, name) for name in names if (begun := read_time(name))), reverse=True)

    def _find_sizes(self, name: str) -> dict[str, int]:
        """Return the sizes of the files of a backup by their places."""
        prefix = self._key(name, "")
        pages = self._list(Prefix=prefix)
        return {
            entry["Key"].removeprefix(prefix): entry["Size"] for page in pages for entry in page.get("Contents", ())
        }

    def _list(self, **options: str) -> Any:
        return self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, **options)

    def _find_manifest(self, name: str) -> str:
        """Return the place of the manifest, or nothing if the backup isn't complete."""
        prefix = self._key(name, "")
        found = self._client.list_objects_v2(Bucket=self.name, Prefix=prefix + MANIFEST).get("Contents", ())
        places = {entry["Key"].removeprefix(prefix) for entry in found}
        return next((place for place in (MANIFEST, MANIFEST + ENCRYPTED) if place in places), "")

    def _fetch_manifest(self, name: str, folder: Path, key: Any | None) -> Manifest:
        """Copy the manifest of a backup into `folder`, and return it."""
        if place := self._find_manifest(name):
            self._client.download_file(self.name, self._key(name, place), str(folder / place), Config=TRANSFER)
            return read_manifest(folder, key)
        raise BackupError(f"There is no complete backup {name} in {self}. Nothing was changed.")

    def _find_former(self, key: Any | None) -> tuple[str, dict[str, str]]:
        """Return the newest backup, and the SHA-256 of those of its files that are there, by their places."""
        name = next((name for _begun, name in self._each_backup()), "")
        # With another key, its files can't be used again.
        with suppress(BackupError), TemporaryDirectory(prefix="galley-") as folder:
            manifest = self._fetch_manifest(name, Path(folder), key)
            if is_encrypted(Path(folder)) == bool(key):
                sizes = self._find_sizes(name)
                files = [file for file in manifest.all_files() if sizes.get(file.place) == file.stored_size]
                return name, {file.place: file.sha256 for file in files}
        return name, {}

    def _delete_old(self) -> None:
        backups = dict(self._each_backup())
        given_up = datetime.now(UTC) - GIVEN_UP
        unfinished = [name for begun, name in self._find_folders() if begun < given_up and begun not in backups]
        for name in [*(backups[at] for at in choose_old(backups)), *unfinished]:
            # First what makes it a backup: half of one is never taken for one.
            for place in (MANIFEST, MANIFEST + ENCRYPTED):
                self._delete(self._key(name, place))
            _for_each(self._delete, [self._key(name, place) for place in self._find_sizes(name)])
        # Parts of what was killed are stored, and paid for, until they are deleted.
        parts = self._client.list_multipart_uploads(Bucket=self.name, Prefix=self.prefix).get("Uploads", ())
        for part in parts:
            if part["Initiated"] < given_up:
                self._client.abort_multipart_upload(Bucket=self.name, Key=part["Key"], UploadId=part["UploadId"])

    def _delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.name, Key=key)

    @contextmanager
    def _own_errors(self, consequence: str = "") -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise BackupError(f"{consequence}The bucket {self} refuses: {error}") from error
        except (BotoCoreError, Boto3Error) as error:
            raise BackupError(f"{consequence}The bucket {self} doesn't answer: {error}") from error
        except OSError as error:
            raise BackupError(f"{consequence}{error.filename}: {error.strerror}.") from error


def _for_each(do: Callable[[Any], None], items: Iterable[Any]) -> None:
    """Do it in several threads. After an error, which is raised, nothing more is begun."""
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for _ in pool.map(do, items):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise

"""Files in a bucket of S3-compatible storage, which several hosts share."""

from collections.abc import Callable
from functools import cached_property, wraps
from http import HTTPStatus
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import ReadBytesWrapper, clean_name

from galley.files.storage import AwayError, StorageError

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    # The second attempt is for a connection that the storage has closed meanwhile.
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=16,
    # Not all storages know the checksums that botocore sends by default.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# A storage that doesn't answer isn't asked again for so many seconds: pages don't wait for it.
PAUSE_SECONDS = 5.0
BYTES_IN_MEMORY = 2 * 1024 * 1024
# So often another host may have taken the same name meanwhile.
MOST_NAMES = 10
# What a storage answers if the name is taken.
TAKEN = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)


class BucketStorage(S3Storage):
    """django-storages' class, which is configured by its settings `AWS_…`.

    Files have the same addresses as in a folder: the site's views say who may read them. Raises StorageError if the
    storage doesn't answer, or refuses.
    """

    # Of all instances: they have one bucket.
    away_until = 0.0

    def get_default_settings(self) -> dict[str, Any]:
        """Return the defaults, in which no file replaces another."""
        defaults: dict[str, Any] = super().get_default_settings()
        # With an address of one's own, the bucket is seldom a host name.
        style = Config(s3={"addressing_style": "path" if defaults["endpoint_url"] else "auto"})
        return defaults | {"file_overwrite": False, "client_config": CONFIG.merge(style)}

    @classmethod
    def is_away(cls) -> bool:
        """Return whether the storage didn't answer a moment ago. Asks nothing."""
        return monotonic() < cls.away_until

    @cached_property
    def connection(self) -> Any:
        """One connection for all threads. Upstream has one for each, which takes long to make and much memory."""
        return S3Storage.connection.fget(self)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return the address at the site."""
        return urljoin(str(settings.MEDIA_URL), filepath_to_uri(name).lstrip("/"))

    def list_all(self) -> list[tuple[str, int, int]]:
        """Return name, size and time (in nanoseconds) of each file."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name)
        return [
            (entry["Key"], entry["Size"], int(entry["LastModified"].timestamp() * 1_000_000_000))
            for page in pages
            for entry in page.get("Contents", ())
            if not entry["Key"].endswith("/")
        ]

    def is_public(self, name: str) -> bool:
        """Return whether the storage sends the file to everybody."""
        try:
            self.unsigned_connection.meta.client.head_object(Bucket=self.bucket_name, Key=name)
        except ClientError:
            return False
        return True

    def _open(self, name: str, mode: str = "rb") -> File:
        # Upstream asks three times for each file.
        content = SpooledTemporaryFile(max_size=BYTES_IN_MEMORY)  # noqa: SIM115  (the caller closes it)
        copyfileobj(self._object(name).get()["Body"], content)
        content.seek(0)
        return File(content, name)

    def _save(self, name: str, content: Any) -> str:
        """Store all of it or nothing, by one request. Upstream's is several for a large file, and replaces others."""
        body = ReadBytesWrapper(content)
        for _ in range(MOST_NAMES):
            parameters = self._get_write_parameters(name, content)
            condition = {} if self.file_overwrite else {"IfNoneMatch": "*"}
            body.seek(0)
            try:
                self._object(name).put(Body=body, **parameters, **condition)
            except ClientError as error:
                if not condition or _status(error) not in TAKEN:
                    raise
                name = self.get_available_name(name)
            else:
                return clean_name(name)
        raise StorageError(f"There is no free name like {name}.")

    def _object(self, name: str) -> Any:
        return self.bucket.Object(self._normalize_name(clean_name(name)))


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def _raise_own_errors(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method. Where it raises botocore's errors, it raises FileNotFoundError or StorageError instead."""

    @wraps(method)
    def call(self: BucketStorage, *args: Any, **kwargs: Any) -> Any:
        if self.is_away():
            raise AwayError(f"The bucket {self.bucket_name} didn't answer a moment ago.")
        try:
            return method(self, *args, **kwargs)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND and error.response["Error"]["Code"] != "NoSuchBucket":
                raise FileNotFoundError(*args[:1]) from error
            raise StorageError(f"The bucket {self.bucket_name} refuses: {error}") from error
        except (BotoCoreError, Boto3Error) as error:
            BucketStorage.away_until = monotonic() + PAUSE_SECONDS
            raise StorageError(f"The bucket {self.bucket_name} doesn't answer: {error}") from error

    return call


for _name in ("_open", "_save", "delete", "exists", "get_modified_time", "is_public", "list_all", "listdir", "size"):
    setattr(BucketStorage, _name, _raise_own_errors(getattr(BucketStorage, _name)))

"""Where uploaded files are stored: in a folder of this host, or in a bucket that several hosts share."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def file_storages(bucket: str) -> dict[str, dict[str, Any]]:
    """Return the entries `default` and `renditions` of `STORAGES`: for a bucket, or for `MEDIA_ROOT` if that is empty.

    Raises ImproperlyConfigured if the packages for buckets are absent.
    """
    if bucket:
        require_packages(f"The files are to be in the bucket {bucket}")
    name = "bucket.BucketStorage" if bucket else "storage.WholeFileStorage"
    # The name of a rendition depends on its content: two processes that create it at once write the same file.
    overwriting = {"file_overwrite" if bucket else "allow_overwrite": True}
    backend = f"galley.files.{name}"
    return {"default": {"BACKEND": backend}, "renditions": {"BACKEND": backend, "OPTIONS": overwriting}}


def require_packages(reason: str) -> None:
    """Raise ImproperlyConfigured with the reason if the packages for buckets are absent."""
    if not find_spec("storages"):
        raise ImproperlyConfigured(
            f"{reason}, for which packages are absent. On a server, put GALLEY_EXTRAS=s3 into /etc/galley.env, and run "
            "`galley upgrade`; elsewhere: uv sync --extra s3"
        )

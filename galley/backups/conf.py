"""The settings of backups. Settings import this module: it imports no model."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from environs import Env

from galley.files.conf import require_packages


def backup_settings(env: Env, var_dir: Path) -> dict[str, Any]:
    """Return `BACKUP_DIR`, `BACKUP_KEY`, and `BACKUP_BUCKET`: the arguments of `BackupBucket`; empty without one.

    Raises ImproperlyConfigured if the packages for buckets are absent, or if the bucket is that of the site's files.
    """
    bucket: dict[str, str | None] = {}
    name, _, folder = env.str("BACKUP_S3_BUCKET", "").strip(" /").partition("/")
    if name:
        require_packages(f"The backups are to be in the bucket {name}")
        of_files = {
            "endpoint_url": env.str("S3_ENDPOINT_URL", ""),
            "region_name": env.str("S3_REGION", ""),
            "aws_access_key_id": env.str("S3_ACCESS_KEY_ID", ""),
            "aws_secret_access_key": env.str("S3_SECRET_ACCESS_KEY", ""),
        }
        own = {
            "endpoint_url": env.str("BACKUP_S3_ENDPOINT_URL", ""),
            "region_name": env.str("BACKUP_S3_REGION", ""),
            "aws_access_key_id": env.str("BACKUP_S3_ACCESS_KEY_ID", ""),
            "aws_secret_access_key": env.str("BACKUP_S3_SECRET_ACCESS_KEY", ""),
        }
        bucket = {"name": name, "folder": folder}
        bucket |= {option: value or of_files[option] or None for option, value in own.items()}
        if name == env.str("S3_BUCKET", "") and bucket["endpoint_url"] == (of_files["endpoint_url"] or None):
            # Each backup would have the former ones in it, and a restore would delete them.
            raise ImproperlyConfigured(f"BACKUP_S3_BUCKET is {name}, the bucket of the files. Backups need another.")
    return {
        "BACKUP_DIR": env.path("BACKUP_DIR", var_dir / "backups"),
        "BACKUP_KEY": env.str("BACKUP_KEY", ""),
        "BACKUP_BUCKET": bucket,
    }


def find_bucket() -> Any | None:
    """Return the `BackupBucket` of this site, or None. Its packages are an extra, so it is imported here only."""
    options = getattr(settings, "BACKUP_BUCKET", None)
    return import_string("galley.backups.bucket.BackupBucket")(**options) if options else None

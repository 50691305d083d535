"""Brings the sample's pictures into the media library."""

from pathlib import Path

from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.utils.file import hash_filelike

from home.models import SiteImage
from quickstart.sample_site.content import Content
from quickstart.sample_site.progress import Report, count_off

PictureLibrary = dict[str, SiteImage]


def load_pictures(content: Content, report: Report) -> PictureLibrary:
    """Return the pictures of `pictures.yaml` by file name.

    Each is stored at once, and found again by its contents: an interrupted run is taken up where it stopped.
    """
    descriptions = content.read_yaml("pictures")
    return {
        name: _find_or_store(content.pictures_folder / name, descriptions[name])
        for name in count_off(descriptions, report, "Picture {}".format)
    }


def _find_or_store(path: Path, description: dict[str, str]) -> SiteImage:
    with path.open("rb") as file:
        file_hash = hash_filelike(file)
        image = SiteImage.objects.filter(file_hash=file_hash).first()
        return image or _store(ImageFile(file, name=path.name), file_hash, description)


def _store(file: ImageFile, file_hash: str, description: dict[str, str]) -> SiteImage:
    """Store `file` in the media library; a copy that a killed run has left behind in the folder is used again."""
    image = SiteImage(
        title=description["title"],
        description=description["alt"],
        credit=description.get("credit", ""),
        file_size=file.size,
        file_hash=file_hash,
    )
    left_behind = image.get_upload_to(file.name)
    image.file = left_behind if _holds(left_behind, file_hash) else file
    with transaction.atomic():
        image.save()
    return image


def _holds(stored_name: str, file_hash: str) -> bool:
    storage = SiteImage._meta.get_field("file").storage
    if not storage.exists(stored_name):
        return False
    with storage.open(stored_name) as file:
        return hash_filelike(file) == file_hash

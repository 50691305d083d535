"""Abstract models for the site's images and renditions, and the check and analysis of a new image file."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    SourceImageIOError,
    WagtailImageField,
    WagtailImageFieldFile,
    get_rendition_storage,
    get_rendition_upload_to,
    get_upload_to,
)

from galley.async_pages.redirects import add_redirect
from galley.decoding.processes import (
    NoProcessError,
    OversizedPictureError,
    PictureError,
    ScriptedPictureError,
    copy,
    examine,
    max_memory,
    measure,
)
from galley.files.storage import is_bucket
from galley.images.pictures import RemoteFilter, RemotePicture
from galley.images.renditions import ORIGINAL, RenditionName

logger = logging.getLogger(__name__)

UNUSABLE = (
    "This picture can't be shown on pages: its file is damaged, or its size or format is unusual. "
    "Save it again with an image program, or choose another."
)
NOT_OPENED = _(
    "The site can't open pictures at the moment. This one wasn't stored. Try again in a minute, and tell an "
    "administrator if it stays so."
)
SCRIPTED = _(
    "This drawing contains a script, which could do harm to readers. Export it again as plain SVG without scripts, or "
    "as PNG, and choose that."
)
TOO_LARGE = _(
    "This picture has so many pixels that it would take more than %(megabytes)s MB of memory to open. It wasn't "
    "stored. Make it smaller with an image program, for example 4,000 pixels wide, or an animation shorter, and choose "
    "that."
)


class UprightImageFile(WagtailImageFieldFile):
    """An image file whose dimensions take its orientation into account.

    A phone held upright stores a landscape image with an orientation in its EXIF data. Wagtail turns the renditions but
    takes the dimensions from the stored image.
    """

    def get_image_dimensions(self) -> tuple[int, int]:
        """Return width and height, at least 1 each. An unreadable file has 1 and 1."""
        was_closed = self.closed
        try:
            self.open()
            size = measure(self.read())
            return max(1, round(size["width"])), max(1, round(size["height"]))  # a vector graphic's may have decimals
        except (PictureError, OSError, ValueError, OverflowError):
            logger.info("The size of the image %s is unknown", self.name)
            return 1, 1
        finally:
            if was_closed:
                self.close()
            else:
                self.seek(0)


class UprightImageField(WagtailImageField):
    """An image field that stores the dimensions after orientation."""

    attr_class = UprightImageFile


class AbstractAnalysedImage(AbstractImage):
    """An image with what `render_picture` needs: upright dimensions, the dominant colour, and whether it moves."""

    file: Any = UprightImageField("file", upload_to=get_upload_to, width_field="width", height_field="height")
    # The dominant colour as `#rrggbb`, shown until the image is loaded.
    tone = models.CharField(max_length=7, blank=True, editable=False)
    # None until the file has been analysed.
    is_animated = models.BooleanField(null=True, editable=False)

    class Meta(AbstractImage.Meta):
        abstract = True
        verbose_name = _("image")
        verbose_name_plural = _("images")

    @property
    def default_alt_text(self) -> str:
        """The description. Wagtail takes the title in its absence, which is mostly the name of a file."""
        return self.description

    def clean(self) -> None:
        """Raise ValidationError if a new file can't be shown: a small rendition of it is made in each format."""
        super().clean()
        if not self.file or self.file._committed:
            return
        try:
            with self.open_file() as file:
                found = examine(file.read())
            if (found["format"] == "svg") != self.is_svg():
                raise PictureError("The suffix of its name is that of another format")
        except PictureError as error:
            logger.info("The image %s can't be shown: %r", self.file.name, error)
            raise ValidationError({"file": explain(error)}) from error
        self.tone, self.is_animated = found["tone"], found["is_animated"]
        self._examined = self.file.file

    @contextmanager
    def get_willow_image(self) -> Iterator[RemotePicture]:
        """Open the file for Wagtail's filters. Another process decodes it."""
        with self.open_file() as file:
            yield RemotePicture(self, file.read())

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:
        """Return Wagtail's file. Raises SourceImageIOError if it can't be made; Wagtail shows a placeholder.

        The original of a vector graphic or an animation is the same file without metadata.
        """
        try:
            if filter.spec == ORIGINAL and (self.is_svg() or self.is_animated):
                with nullcontext(source) if source else self.open_file() as file:
                    return File(BytesIO(copy(file.read())), f"{ORIGINAL}{PurePosixPath(self.file.name).suffix.lower()}")
            return super().generate_rendition_file(RemoteFilter(spec=filter.spec), source=source)
        except Exception as error:
            raise SourceImageIOError(f"{filter.spec} of {self.file.name}: {error}") from error

    def get_rendition(self, filter: Filter | str) -> AbstractRendition:
        """Return Wagtail's rendition, or a placeholder if it can't be made: the chooser doesn't expect errors."""
        try:
            rendition = super().get_rendition(filter)
            storage = rendition.file.storage
            # A bucket would be asked for each picture of a list.
            if not is_bucket(storage) and not storage.exists(rendition.file.name):
                storage.save(rendition.file.name, self.generate_rendition_file(rendition.filter))
            return rendition
        except (OSError, IntegrityError) as error:
            # The second: somebody has deleted the image since the list was read.
            logger.warning("No rendition: %s", error)
            placeholder = self.get_rendition_model()(image=self, width=0, height=0)
            placeholder.file.name = "not-found"
            return placeholder

    def get_upload_to(self, filename: str) -> str:
        """Return a path that no other file has had: browsers cache the files of replaced images."""
        return str(super().get_upload_to(f"{get_random_string(6).lower()}-{filename}"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the image; analyse its file first if that is new. The former file's URL redirects to the new one.

        If that fails, the new file isn't left behind.
        """
        is_uploaded = bool(self.file) and not self.file._committed
        is_new = self.is_animated is None or not self.file._committed
        is_examined = is_uploaded and getattr(self, "_examined", None) is self.file.file
        if is_new and kwargs.get("update_fields") is None and self.file and not is_examined:
            with self.open_file() as file:
                self.tone, self.is_animated = analyse_image(file)
        former = type(self).objects.filter(pk=self.pk).first() if is_new and self.pk else None
        try:
            super().save(*args, **kwargs)
        except Exception:
            if is_uploaded and self.file._committed:
                self.file.storage.delete(self.file.name)
            raise
        if former and former.file.name != self.file.name:
            add_redirect(former.file.url, self.file.url)


class AbstractSignedRendition(AbstractRendition):
    """A rendition at the path that its URL names."""

    # Wagtail's field would decode it in this process to measure it.
    file: Any = UprightImageField(
        upload_to=get_rendition_upload_to, storage=get_rendition_storage, width_field="width", height_field="height"
    )

    class Meta(AbstractRendition.Meta):
        abstract = True

    def get_upload_to(self, filename: str) -> str:
        """Return the path of the file, which follows from the image and the filter."""
        operation = self.filter_spec.split("|format-")[0].replace("|", ".")
        suffix = PurePosixPath(filename).suffix.removeprefix(".")
        return RenditionName.of(self.image, operation, suffix).path


def analyse_image(file: Any) -> tuple[str, bool]:
    """Return the dominant colour of an image `file`, as `#rrggbb`, and whether it is animated.

    The colour is empty for vector graphics, transparent images and unreadable files.
    """
    try:
        found = examine(file.read())
    except PictureError as error:
        logger.info("The image %s can't be analysed: %s", file, error)
        return "", False
    return found["tone"], found["is_animated"]


def explain(error: PictureError) -> Any:
    """Return a sentence for editors that says why a picture can't be taken, and what to do."""
    if isinstance(error, OversizedPictureError):
        return TOO_LARGE % {"megabytes": max_memory() // 1024**2}
    if isinstance(error, NoProcessError):
        return NOT_OPENED
    return SCRIPTED if isinstance(error, ScriptedPictureError) else UNUSABLE

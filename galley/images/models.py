"""Abstract models for the site's images and renditions, and the check and analysis of a new image file."""

import io
import logging
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

import willow
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    Filter,
    SourceImageIOError,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)

from galley.async_pages.redirects import add_redirect
from galley.images.colours import convert_to_srgb
from galley.images.renditions import FORMATS, RenditionName

logger = logging.getLogger(__name__)

SAMPLE_SIZE = 48
SAMPLE_COLOURS = 6
# Wagtail's image library and choosers show this rendition.
THUMBNAIL = "max-165x165"
SVG_ROOT = "{http://www.w3.org/2000/svg}svg"
UNUSABLE = (
    "This picture can't be shown on pages: its file is damaged, or its size or format is unusual. "
    "Save it again with an image program, or choose another."
)
SCRIPTED = _(
    "This drawing contains a script, which could do harm to readers. Export it again as plain SVG without scripts, or "
    "as PNG, and choose that."
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
            width, height = willow.Image.open(self).auto_orient().get_size()
            return max(1, round(width)), max(1, round(height))  # a vector graphic's may have decimals
        except Exception:  # decoders raise errors of any kind
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

    @property
    def default_alt_text(self) -> str:
        """The description. Wagtail takes the title in its absence, which is mostly the name of a file."""
        return self.description

    def clean(self) -> None:
        """Raise ValidationError if a new file can't be shown: a small rendition of it is made in each format."""
        super().clean()
        if not self.file or self.file._committed:
            return
        thumbnail = io.BytesIO()
        try:
            Filter(spec=THUMBNAIL).run(self, thumbnail)
            with self.get_willow_image() as opened:
                is_vector = opened.format_name == "svg"
                # Browsers show no other document as an image.
                if is_vector and opened.dom.getroot().tag != SVG_ROOT:
                    raise ValueError("It isn't an SVG image")
                if is_vector and _has_script(opened.dom):
                    raise ValidationError({"file": SCRIPTED})
            if is_vector != self.is_svg():
                raise ValueError("The suffix of its name is that of another format")
            for image_format in () if is_vector else FORMATS.values():
                Filter(spec=f"{THUMBNAIL}|format-{image_format}").run(self, io.BytesIO(), source=thumbnail)
        except ValidationError:
            raise
        except Exception as error:
            logger.info("The image %s can't be shown: %r", self.file.name, error)
            raise ValidationError({"file": UNUSABLE}) from error

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:
        """Return Wagtail's file. Raises SourceImageIOError if it can't be made; Wagtail shows a placeholder."""
        try:
            return super().generate_rendition_file(filter, source=source)
        except Exception as error:
            raise SourceImageIOError(f"{filter.spec} of {self.file.name}: {error}") from error

    def get_rendition(self, filter: Filter | str) -> AbstractRendition:
        """Return Wagtail's rendition, or a placeholder if it can't be made: the chooser doesn't expect errors."""
        try:
            rendition = super().get_rendition(filter)
            storage = rendition.file.storage
            if not storage.exists(rendition.file.name):
                storage.save(rendition.file.name, self.generate_rendition_file(rendition.filter))
            return rendition
        except OSError as error:
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
        if is_new and kwargs.get("update_fields") is None and self.file:
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
        with Image.open(file) as image:
            # The further images in a phone's JPEG (MPO) are no animation.
            is_animated = image.format != "MPO" and getattr(image, "is_animated", False)
            image.draft("RGB", (SAMPLE_SIZE, SAMPLE_SIZE))
            sample = convert_to_srgb(image).convert("RGBA")
            sample.thumbnail((SAMPLE_SIZE, SAMPLE_SIZE))
            is_opaque = sample.getchannel("A").getextrema() == (255, 255)
            return _dominant_colour(sample.convert("RGB")) if is_opaque else "", is_animated
    except Exception:  # decoders raise errors of any kind
        logger.info("The image %s can't be analysed", file)
        return "", False


def _has_script(dom: Any) -> bool:
    """Whether an SVG has scripts, or attributes that run some."""
    for element in dom.iter():
        name = str(element.tag).rpartition("}")[2].lower()
        is_link = any(value.strip().lower().startswith("javascript:") for value in element.attrib.values())
        is_handler = any(attribute.lower().startswith("on") for attribute in element.attrib)
        if name == "script" or is_link or is_handler:
            return True
    return False


def _dominant_colour(sample: Image.Image) -> str:
    reduced = sample.quantize(SAMPLE_COLOURS)
    index = max(enumerate(reduced.histogram()), key=itemgetter(1))[0]
    red, green, blue = (reduced.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"

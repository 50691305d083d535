"""The form for uploaded images, named in `WAGTAILIMAGES_IMAGE_FORM_BASE`. The image model checks what it takes."""

from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import FileField
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from galley.decoding.processes import NoProcessError, OversizedPictureError, PictureError, measure
from galley.images.models import explain

DESCRIPTION_HELP = _("What the picture shows, in a sentence, for people who can't see it: the alt text.")


class UploadField(WagtailImageField):
    """Wagtail's field, which would decode the file in this process."""

    def to_python(self, data: Any) -> Any:
        """Return the file. Raises ValidationError if it can't be opened, or would take too much memory."""
        file: Any = FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        content = data.read()
        try:
            found = measure(content)
        except OversizedPictureError as error:
            raise ValidationError(explain(error), code="file_too_many_pixels") from error
        except NoProcessError as error:
            raise ValidationError(explain(error), code="not_opened") from error
        except PictureError as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error
        # What Wagtail's field and Django's widgets look for.
        file.image = SimpleNamespace(format_name=found["format"])
        file.content_type = f"image/{found['format']}".replace("svg", "svg+xml")
        file.seek(0)
        self.check_image_file_format(file)
        return file


class UploadForm(BaseImageForm):
    """Wagtail's form with `UploadField`. It asks for the alt text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Replace the field for the file, which a form for several uploaded images doesn't have."""
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = UploadField(label=field.label, required=field.required, widget=field.widget)
        if "description" in self.fields:
            self.fields["description"].help_text = DESCRIPTION_HELP

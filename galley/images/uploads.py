"""The form for uploaded images, named in `WAGTAILIMAGES_IMAGE_FORM_BASE`. The image model checks what it takes."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm


class UploadField(WagtailImageField):
    """Wagtail's field. A file that breaks off is an error in the form; Wagtail's field raises OSError."""

    def to_python(self, data: Any) -> Any:
        """Return the file. Raises ValidationError if it can't be decoded."""
        try:
            return super().to_python(data)
        except ValidationError:
            raise
        except Exception as error:  # decoders raise errors of any kind
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error


class UploadForm(BaseImageForm):
    """Wagtail's form with `UploadField`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Replace the field for the file, which a form for several uploaded images doesn't have."""
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = UploadField(label=field.label, required=field.required, widget=field.widget)

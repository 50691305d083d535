"""The form for uploaded images, named in `WAGTAILIMAGES_IMAGE_FORM_BASE`. The image model checks what it takes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

TOO_MANY_PIXELS = _(
    "This picture has so many pixels that it can't be opened safely. Make it smaller with an image program, for "
    "example 4,000 pixels wide, and choose that."
)
DESCRIPTION_HELP = _("What the picture shows, in a sentence, for people who can't see it: the alt text.")


class UploadField(WagtailImageField):
    """Wagtail's field. A file that breaks off is an error in the form; Wagtail's field raises OSError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_messages["file_too_many_pixels"] = TOO_MANY_PIXELS

    def to_python(self, data: Any) -> Any:
        """Return the file. Raises ValidationError if it can't be decoded."""
        try:
            return super().to_python(data)
        except ValidationError:
            raise
        except Exception as error:  # decoders raise errors of any kind
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error


class UploadForm(BaseImageForm):
    """Wagtail's form with `UploadField`. It asks for the alt text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Replace the field for the file, which a form for several uploaded images doesn't have."""
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = UploadField(label=field.label, required=field.required, widget=field.widget)
        if "description" in self.fields:
            self.fields["description"].help_text = DESCRIPTION_HELP

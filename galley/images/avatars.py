"""Profile pictures of Wagtail's users: stored small and without metadata, as they are public like other pictures."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField, ImageField
from wagtail.admin.forms.account import AvatarPreferencesForm

from galley.decoding.processes import PictureError, convert
from galley.images.models import explain

# In pixels. Wagtail would decode what is larger in this process.
BOX = (400, 400)


class AvatarField(ImageField):
    """Takes any picture, and makes a small one of it."""

    def to_python(self, data: Any) -> Any:
        """Return a WebP file. Raises ValidationError if `data` can't be opened, or would take too much memory."""
        file = FileField.to_python(self, data)
        if file is None:
            return None
        try:
            made = convert(data.read(), format="webp", save={"quality": 85}, box=BOX)
        except PictureError as error:
            raise ValidationError(explain(error)) from error
        return SimpleUploadedFile("avatar.webp", made, "image/webp")


def clean_avatars() -> None:
    """Let Wagtail's form for the profile picture use `AvatarField`."""
    field = AvatarPreferencesForm.base_fields["avatar"]
    AvatarPreferencesForm.base_fields["avatar"] = AvatarField(label=field.label, required=False)

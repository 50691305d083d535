"""The contact form: what may be written in it, and what it says if something is amiss."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forms.plain_text import clean_line, clean_text

NAME_LENGTH = 120
EMAIL_LENGTH = 254
SUBJECT_LENGTH = 150
TEXT_LENGTH = 10_000

TOO_LONG = _("This has %(show_value)d characters, and at most %(limit_value)d fit here. Please shorten it.")
TEXT_TOO_LONG = _(
    "Your message has %(show_value)d characters, and at most %(limit_value)d fit here. "
    "Please shorten it or send it in parts: nothing of it is lost."
)
NOT_AN_ADDRESS = _("Please check your e-mail address: it should look like name@example.org.")


class LineField(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> str:
        """Clean before anything is checked, so that no line break ever comes further."""
        return clean_line(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`: browsers cut off what is too long without a word."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class TextField(LineField):
    """Lines of text."""

    def to_python(self, value: Any) -> str:
        """Keep line breaks, drop what can't be printed."""
        return clean_text(forms.CharField.to_python(self, value) or "")


class EmailField(LineField):
    """An e-mail address that an answer can be sent to."""

    default_validators = forms.EmailField.default_validators

    def clean(self, value: Any) -> str:
        """Refuse also the few addresses that are valid, yet can't stand in the header of an e-mail."""
        email: str = super().clean(value)
        try:
            sanitize_address(email, "utf-8")
        except ValueError as error:
            raise ValidationError(NOT_AN_ADDRESS) from error
        return email


def _control(widget: type[forms.Widget], **attrs: str) -> forms.Widget:
    return widget(attrs={"class": "field__control", **{name.replace("_", "-"): value for name, value in attrs.items()}})


class ContactForm(forms.Form):
    """Name, address, subject and text of a message; plus a field that only programs fill in."""

    name = LineField(
        label=_("Your name"),
        max_length=NAME_LENGTH,
        widget=_control(forms.TextInput, autocomplete="name"),
        error_messages={"required": _("Please enter your name."), "max_length": TOO_LONG},
    )
    email = EmailField(
        label=_("Your e-mail address"),
        help_text=_("Only so that we can answer you."),
        max_length=EMAIL_LENGTH,
        widget=_control(forms.EmailInput, autocomplete="email"),
        error_messages={
            "required": _("Please enter your e-mail address, so that we can answer you."),
            "invalid": NOT_AN_ADDRESS,
            "max_length": TOO_LONG,
        },
    )
    subject = LineField(
        label=_("Subject"),
        required=False,
        max_length=SUBJECT_LENGTH,
        widget=_control(forms.TextInput, autocomplete="off"),
        error_messages={"max_length": TOO_LONG},
    )
    text = TextField(
        label=_("Your message"),
        max_length=TEXT_LENGTH,
        widget=_control(forms.Textarea, rows="8", dir="auto"),
        error_messages={"required": _("Please write your message."), "max_length": TEXT_TOO_LONG},
    )
    # Hidden from people: whoever fills it in is a program.
    website = LineField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    shown_fields = ("name", "email", "subject", "text")

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="contact-%s")
        for name in self.shown_fields:
            # Both always exist; the one for errors is empty until there is one.
            help_id = f"contact-{name}-help " if self.fields[name].help_text else ""
            self.fields[name].widget.attrs["aria-describedby"] = f"{help_id}contact-{name}-error"

    def controls(self) -> list[forms.BoundField]:
        """Return the fields that a visitor sees."""
        return [self[name] for name in self.shown_fields]

    def invalid_controls(self) -> list[forms.BoundField]:
        """Return the fields that have to be corrected, in their order on the page."""
        return [control for control in self.controls() if control.errors]

    def focus_first_error(self) -> None:
        """Let the browser put the cursor into the first field that has to be corrected, with or without JavaScript."""
        for control in self.invalid_controls()[:1]:
            control.field.widget.attrs["autofocus"] = True

    def looks_automatic(self) -> bool:
        """Tell whether the field that people don't see has been filled in."""
        return bool(self.cleaned_data.get("website"))

    def message_fields(self) -> dict[str, str]:
        """Return what was written, by the names of the message's fields."""
        return {name: self.cleaned_data[name] for name in self.shown_fields}

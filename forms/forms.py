"""The contact form, its error messages, and the signed token that each copy of the form carries."""

import secrets
from enum import Enum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forms.models import ContactMessage
from forms.plain_text import clean_line, clean_text

MAX_TEXT_LENGTH = 10_000

TOO_LONG = _("This has %(show_value)d characters, and at most %(limit_value)d fit here. Please shorten it.")
TEXT_TOO_LONG = _(
    "Your message has %(show_value)d characters, and at most %(limit_value)d fit here. "
    "Please shorten it or send it in parts: nothing of it is lost."
)
INVALID_EMAIL = _("Please check your e-mail address: it should look like name@example.org.")

# In seconds. A form that comes back sooner was filled in by a program.
MIN_TOKEN_AGE = 2
MAX_TOKEN_AGE = 24 * 60 * 60

_signer = TimestampSigner(salt="forms.contact")


class TokenState(Enum):
    """What a token says about its form."""

    VALID = "valid"
    MISSING = "missing: without JavaScript, the page has no token at first"
    TOO_NEW = "too new"
    INVALID = "too old, or not signed by this site"


def issue_token() -> str:
    """Return a new, signed token for one copy of the form."""
    return _signer.sign(secrets.token_urlsafe(12))


def check_token(token: str) -> TokenState:
    """Return the state of `token`, which may be any text."""
    if not token:
        return TokenState.MISSING
    try:
        _signer.unsign(token, max_age=MAX_TOKEN_AGE)
    except BadSignature:
        return TokenState.INVALID
    try:
        _signer.unsign(token, max_age=MIN_TOKEN_AGE)
    except SignatureExpired:
        return TokenState.VALID
    return TokenState.TOO_NEW


class LineField(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> str:
        """Clean the value before it is validated, so that no line break reaches an e-mail header."""
        return clean_line(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out `maxlength`: browsers cut a longer text off without a message."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class TextField(LineField):
    """Text of several lines."""

    def to_python(self, value: Any) -> str:
        """Preserve line breaks, drop unprintable characters."""
        return clean_text(forms.CharField.to_python(self, value) or "")


class EmailField(LineField):
    """An e-mail address that can be answered."""

    default_validators = forms.EmailField.default_validators

    def clean(self, value: Any) -> str:
        """Also refuse the few valid addresses that can't stand in an e-mail header."""
        email: str = super().clean(value)
        try:
            sanitize_address(email, "utf-8")
        except ValueError as error:
            raise ValidationError(INVALID_EMAIL) from error
        return email


def _control(widget: type[forms.Widget], **attrs: str) -> forms.Widget:
    return widget(attrs={"class": "field__control", **attrs})


class ContactForm(forms.ModelForm):
    """The fields of a message, and a honeypot field."""

    text = TextField(
        label=_("Your message"),
        max_length=MAX_TEXT_LENGTH,
        widget=_control(forms.Textarea, rows="8", dir="auto"),
        error_messages={"required": _("Please write your message."), "max_length": TEXT_TOO_LONG},
    )
    # The honeypot. It is hidden from people, so only a program fills it in.
    website = LineField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    class Meta:
        model = ContactMessage
        fields = ("name", "email", "subject", "text")
        field_classes = {"name": LineField, "email": EmailField, "subject": LineField}
        labels = {"name": _("Your name"), "email": _("Your e-mail address"), "subject": _("Subject")}
        help_texts = {"name": "", "email": _("Only so that we can answer you."), "subject": ""}
        widgets = {
            "name": _control(forms.TextInput, autocomplete="name"),
            "email": _control(forms.EmailInput, autocomplete="email"),
            "subject": _control(forms.TextInput, autocomplete="off"),
        }
        error_messages = {
            "name": {"required": _("Please enter your name."), "max_length": TOO_LONG},
            "email": {
                "required": _("Please enter your e-mail address, so that we can answer you."),
                "invalid": INVALID_EMAIL,
                "max_length": TOO_LONG,
            },
            "subject": {"max_length": TOO_LONG},
        }

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="contact-%s")
        for control in self.controls():
            # The element for errors always exists, and is empty without an error.
            help_id = f"contact-{control.name}-help " if control.help_text else ""
            control.field.widget.attrs["aria-describedby"] = f"{help_id}contact-{control.name}-error"

    def controls(self) -> list[forms.BoundField]:
        """Return the fields that a visitor sees."""
        return [self[name] for name in self.Meta.fields]

    def invalid_controls(self) -> list[forms.BoundField]:
        """Return the fields with an error, in their order on the page."""
        return [control for control in self.controls() if control.errors]

    def focus_first_error(self) -> None:
        """Let the browser focus the first invalid field, with or without JavaScript."""
        for control in self.invalid_controls()[:1]:
            control.field.widget.attrs["autofocus"] = True

    def is_spam(self) -> bool:
        """Return whether the honeypot field has been filled in."""
        return bool(self.cleaned_data.get("website"))

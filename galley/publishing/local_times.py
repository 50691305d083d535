"""Form fields for times in the zone of the person who edits, which Wagtail activates (their account's, or the site's).

Wagtail's widget works with the browser's own zone: where clocks change there, it turns 02:30 into 03:30.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from galley.site_settings.active_zone import name_other_site_zone


class LocalTimeInput(forms.DateTimeInput):
    """The browser's own input for date and time, which knows no zone. The zone is named below it."""

    input_type = "datetime-local"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        """Set the one format that browsers take."""
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")  # type: ignore[arg-type]

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the input and the name of its zone, which belongs to its description."""
        attrs = attrs or {}
        note = f"{attrs.get('id', name)}-zone"
        attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} {note}".strip()
        zone = _("In the time zone %(zone)s, where it is %(time)s now.") % {
            "zone": timezone.get_current_timezone_name(),
            "time": timezone.localtime().strftime("%H:%M"),
        }
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<p class="help" id="{}">{} {}</p>', field, note, zone, name_other_site_zone())


class LocalTimeField(forms.DateTimeField):
    """Django's field, which says why a time at a change of clocks is no time, and what to choose."""

    widget = LocalTimeInput

    def __init__(self, *, widget: Any = None, **kwargs: Any) -> None:
        """Replace Wagtail's widget, of which a panel may ask, with the same attributes."""
        if isinstance(widget, forms.DateTimeInput) and not isinstance(widget, LocalTimeInput):
            widget = LocalTimeInput(widget.attrs)
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the time with its zone. Raises ValidationError if it doesn't exist there, or comes twice."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            time, zone = error.params["datetime"], error.params["current_timezone"]
            # PEP 495: of a time that comes twice, `fold` is the second. In a gap, they are those around it.
            first, second = (time.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1))
            if first.replace(tzinfo=None) == time:
                text = _(
                    "On this day, clocks in %(zone)s go back: %(time)s comes twice. Choose a time that comes once."
                )
            else:
                text = _(
                    "On this day, clocks in %(zone)s go forward: %(time)s doesn't exist. Do you mean %(before)s or "
                    "%(after)s?"
                )
            names = {"zone": zone, "time": f"{time:%H:%M}", "before": f"{second:%H:%M}", "after": f"{first:%H:%M}"}
            raise ValidationError(text % names, code=error.code) from error

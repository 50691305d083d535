"""Form fields for times in the zone of the person who edits, which Wagtail activates (their account's, or the site's).

Wagtail's widget works with the browser's own zone: where clocks change there, it turns 02:30 into 03:30.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from galley.site_settings.active_zone import name_other_site_zone, show_time


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
        zone = timezone.get_current_timezone_name()
        text = escape(_("In the time zone %(zone)s, where it is %(time)s now."))
        sentence = SafeString(text % {"zone": zone, "time": show_time(zone)})
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<p class="help" id="{}">{} {}</p>', field, note, sentence, name_other_site_zone())


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


class RefusesPastSchedule:
    """For forms of pages: none is published at once that was to go live at a time, when that time has passed."""

    data: QueryDict
    instance: Any
    is_deferred_validation: bool

    def clean(self) -> dict[str, Any]:
        """Return Wagtail's cleaned data. Wagtail itself would publish the page.

        The time at which a page went live may stay in its form, and an old version is published as it was.
        """
        data: dict[str, Any] = super().clean()  # type: ignore[misc]
        time = data.get("go_live_at")
        is_published = "action-publish" in self.data and "revision" not in self.data and not self.is_deferred_validation
        if is_published and time and time <= timezone.now():
            pages = type(self.instance)._base_manager.filter(pk=self.instance.pk)
            if not pages.filter(last_published_at__gte=time).exists():
                text = _("This time has passed, so nothing was published. Choose another, or none to publish now.")
                self.add_error("go_live_at", text)  # type: ignore[attr-defined]
        return data

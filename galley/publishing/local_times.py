"""Form fields for times in the zone of the person who edits, which Wagtail activates (their account's, or the site's).

Wagtail's widget works with the browser's own zone: where clocks change there, it turns 02:30 into 03:30.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from galley.site_settings.active_zone import name_other_site_zone, read_local_time, show_time


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
        # Of a time that comes twice, it is the second (PEP 495). The input can't show that.
        if getattr(value, "fold", 0):
            attrs["data-second"] = ""
        attrs["aria-describedby"] = f"{attrs.get('aria-describedby', '')} {note}".strip()
        zone = timezone.get_current_timezone_name()
        text = escape(_("In the time zone %(zone)s, where it is %(time)s now."))
        sentence = SafeString(text % {"zone": zone, "time": show_time(zone)})
        field = super().render(name, value, attrs, renderer)
        return format_html('{}<p class="help" id="{}">{} {}</p>', field, note, sentence, name_other_site_zone())


class LocalTimeField(forms.DateTimeField):
    """Django's field, which refuses the times of a change of clocks. Here they have one meaning: `read_local_time`."""

    widget = LocalTimeInput

    def __init__(self, *, widget: Any = None, **kwargs: Any) -> None:
        """Replace Wagtail's widget, of which a panel may ask, with the same attributes."""
        if isinstance(widget, forms.DateTimeInput) and not isinstance(widget, LocalTimeInput):
            widget = LocalTimeInput(widget.attrs)
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the time with its zone. Raises ValidationError if it is none."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or not error.params:
                raise
            return read_local_time(error.params["datetime"])


class ChecksSchedule:
    """For forms of pages: a page isn't published at once because the time at which it was to go live has passed.

    The second of a time that comes twice, which somebody in another zone has chosen, stays as it is.
    """

    cleaned_data: dict[str, Any]
    data: QueryDict
    initial: dict[str, Any]
    instance: Any
    is_deferred_validation: bool

    def clean(self) -> dict[str, Any]:
        """Return Wagtail's cleaned data. Wagtail itself would publish a page whose time has passed.

        The time at which a page went live may stay in its form, and an old version is published as it was.
        """
        for name in ("go_live_at", "expire_at"):
            saved, sent = self.initial.get(name), self.cleaned_data.get(name)
            if saved and sent and timezone.make_naive(saved) == timezone.make_naive(sent):
                self.cleaned_data[name] = saved
        data: dict[str, Any] = super().clean()  # type: ignore[misc]
        time = data.get("go_live_at")
        is_published = "action-publish" in self.data and "revision" not in self.data and not self.is_deferred_validation
        if is_published and time and time <= timezone.now():
            pages = type(self.instance)._base_manager.filter(pk=self.instance.pk)
            if not pages.filter(last_published_at__gte=time).exists():
                # Upstream hides the errors of this field behind a button. That of no field stands in the message.
                text = _(
                    "The time of publication has passed, so nothing was published. Publish again to choose another."
                )
                self.add_error(None, text)  # type: ignore[attr-defined]
        return data

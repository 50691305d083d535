"""The time zone in the account of an editor. Wagtail's own field says that the server's applies without a choice."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel
from wagtail.users.models import UserProfile

from galley.site_settings.active_zone import read_site_zone
from galley.site_settings.time_zone import ZoneSelect, validate_zone


class EditorZoneForm(forms.ModelForm):
    """The time zone that an editor chooses, or none."""

    current_time_zone = forms.CharField(
        label=gettext_lazy("Your time zone"),
        required=False,
        max_length=40,
        validators=[validate_zone],
        help_text=gettext_lazy("You read and write times in it. Where the site’s is another, both are named."),
    )

    class Meta:
        model = UserProfile
        fields = ["current_time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = _("That of the site: %(zone)s") % {"zone": read_site_zone()}
        self.fields["current_time_zone"].widget = ZoneSelect(none=none)


class EditorZonePanel(BaseSettingsPanel):
    """The panel among those of the account. `WAGTAIL_USER_TIME_ZONES = []` takes Wagtail's field away."""

    name = "time_zone"
    title = gettext_lazy("Time zone")
    order = 410
    form_class = EditorZoneForm
    form_object = "profile"

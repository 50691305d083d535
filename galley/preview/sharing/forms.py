"""What an editor chooses when they share a draft."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

LIFETIMES = {
    "hour": (_("1 hour"), timedelta(hours=1)),
    "day": (_("1 day"), timedelta(days=1)),
    "week": (_("7 days"), timedelta(days=7)),
    "month": (_("30 days"), timedelta(days=30)),
}


class ShareLinkForm(forms.Form):
    """For whom a link is, and how long it works."""

    prefix = "share"  # the page's own form stands in the same document

    label = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=100,
        help_text=_("Only you and other editors see this. It helps to tell links apart: “Client”, “Proofreader”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lifetime = forms.ChoiceField(
        label=_("Works for"),
        choices=[(name, label) for name, (label, _lifetime) in LIFETIMES.items()],
        initial="week",
    )

    @property
    def chosen_lifetime(self) -> timedelta:
        """How long the link shall work."""
        return LIFETIMES[self.cleaned_data["lifetime"]][1]

"""The question of the first start: in which time zone the site is."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import ModelForm, modelform_factory
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from galley.site_settings.registered import find_settings, may_change_settings, settings_model
from galley.site_settings.time_zone import ZoneSelect


class TimeZoneQuestion(Component):
    """Asks those who may choose the time zone, until it is chosen. A script selects the browser's own."""

    name = "time_zone_question"
    order = 5
    template_name = "site_settings/time_zone_question.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the form; nothing if there is no question."""
        request = parent_context["request"]
        site = Site.find_for_request(request)
        if not (site and may_change_settings(request.user, site)):
            return {}
        found = find_settings(request)
        return {} if found and found.time_zone else {"form": _make_form(None), "csrf_token": get_token(request)}


@require_POST
def choose_time_zone(request: HttpRequest) -> HttpResponse:
    """Store the answer, and return to the dashboard with a message. Raises PermissionDenied."""
    site = Site.find_for_request(request)
    if not (site and may_change_settings(request.user, site)):
        raise PermissionDenied
    form = _make_form(request.POST, instance=settings_model().for_site(site))
    if form.is_valid():
        form.save()
        text = _("The site’s time zone is %(zone)s. It can be changed in the settings, under “Your site”.")
        messages.success(request, text % {"zone": form.instance.time_zone})
    else:
        messages.error(request, " ".join(map(str, form.errors["time_zone"])))
    return redirect("wagtailadmin_home")


def _make_form(data: Any, **options: Any) -> ModelForm:
    form_class = modelform_factory(settings_model(), fields=["time_zone"], widgets={"time_zone": ZoneSelect})
    form: ModelForm = form_class(data, **options)
    form.fields["time_zone"].required = True
    return form

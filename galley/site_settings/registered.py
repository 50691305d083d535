"""The site's registered settings: their model, the row of a site, and who may change it."""

import copy
from functools import cache
from typing import Any

from django.http import HttpRequest
from wagtail.contrib.settings.registry import registry
from wagtail.models import Site
from wagtail.permissions import policy_registry

from galley.page_cache.versioned import cached
from galley.site_settings.fields import AnnouncementMixin, MenusMixin
from galley.site_settings.time_zone import TimeZoneMixin


@cache
def settings_model() -> Any:
    """Return the registered model that has what this package offers, or None."""
    bases = (TimeZoneMixin, AnnouncementMixin, MenusMixin)
    return next((model for model in registry if all(issubclass(model, base) for base in bases)), None)


def find_settings(request: HttpRequest) -> Any:
    """Return the settings of the site of `request`; None if nobody has saved any. One query for all of a request.

    It is stored where Wagtail's `for_request` looks for it, so that templates share it. Each page that is served reads
    it for the time zone. So the query is among those of every stored response.
    """
    model, site = settings_model(), Site.find_for_request(request)
    if model is None or site is None:
        return None
    name = model.get_cache_attr_name()
    if not hasattr(request, name):
        found = cached(("settings", site.pk), lambda: list(model.base_queryset().filter(site=site)))
        if not found:
            return None
        own = copy.copy(found[0])
        own._request = request
        setattr(request, name, own)
    return getattr(request, name)


def may_change_settings(user: Any, site: Any = None) -> bool:
    """Return whether `user` may change the settings of `site`, or of any site."""
    model = settings_model()
    if model is None:
        return False
    policy = policy_registry.get_by_type(model)
    if site:
        return bool(policy.user_has_permission_for_instance(user, "change", site))
    return bool(policy.user_has_permission(user, "change"))

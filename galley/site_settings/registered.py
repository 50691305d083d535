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
    """Return the settings of the site of `request`, with its texts in the active language; None if nobody saved any.

    One query for all of a request. Unlike Wagtail's `for_request`, it writes nothing. Each page that is served reads
    them for its time zone. So the query is among those of every stored response.
    """
    if not hasattr(request, "_found_settings"):
        model, site = settings_model(), Site.find_for_request(request)
        found: list[Any] = []
        if model and site:
            found = cached(("settings", site.pk), lambda: list(model.base_queryset().filter(site=site)))
        # A copy, since other requests share the cached one.
        request._found_settings = copy.copy(found[0].local) if found else None  # type: ignore[attr-defined]
    return request._found_settings  # type: ignore[attr-defined]


def may_change_settings(user: Any, site: Any = None) -> bool:
    """Return whether `user` may change the settings of `site`, or of any site."""
    model = settings_model()
    if model is None:
        return False
    policy = policy_registry.get_by_type(model)
    if site:
        return bool(policy.user_has_permission_for_instance(user, "change", site))
    return bool(policy.user_has_permission(user, "change"))

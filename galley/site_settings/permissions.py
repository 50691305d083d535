"""Who may change the site's settings."""

from typing import Any

from wagtail.permissions import policy_registry

from galley.site_settings.time_zone import settings_model


def may_change_settings(user: Any, site: Any = None) -> bool:
    """Return whether `user` may change the settings of `site`, or of any site."""
    model = settings_model()
    if model is None:
        return False
    policy = policy_registry.get_by_type(model)
    if site:
        return bool(policy.user_has_permission_for_instance(user, "change", site))
    return bool(policy.user_has_permission(user, "change"))

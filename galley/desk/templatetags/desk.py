"""A tag for the bar of bulk actions."""

from typing import Any

from django import template
from django.urls import reverse
from wagtail.admin.templatetags.wagtailadmin_tags import bulk_action_choices
from wagtail.models import Page
from wagtail.permissions import policy_registry

register = template.Library()
PUBLISHING = ("publish", "unpublish")


@register.inclusion_tag("wagtailadmin/shared/buttons.html", takes_context=True)
def usable_bulk_actions(context: Any, app_label: str, model_name: str) -> dict[str, Any]:
    """Return Wagtail's buttons of bulk actions, without those that publish pages if the user may publish none."""
    choices: dict[str, Any] = bulk_action_choices(context, app_label, model_name)
    if policy_registry.get_by_type(Page).user_has_permission(context["request"].user, "publish"):
        return choices
    urls = {reverse("wagtail_bulk_action", args=["wagtailcore", "page", name]) for name in PUBLISHING}
    buttons = [button for button in choices["buttons"] if button.url not in urls]
    for button in buttons:
        if hasattr(button, "dropdown_buttons"):
            button.dropdown_buttons = [other for other in button.dropdown_buttons if other.url not in urls]
    return choices | {"buttons": buttons}

"""The notes on the dashboard."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from wagtail.admin.ui.components import Component
from wagtail.models import Comment, Page
from wagtail.permissions import policy_registry

SHOWN = 8


class OpenNotesPanel(Component):
    """The newest notes that nobody has resolved, on pages that the user owns or has written last."""

    name = "open_notes"
    order = 50
    template_name = "preview/open_notes.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the notes, which are Wagtail's comments."""
        user = parent_context["request"].user
        pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")
        own = pages.filter(Q(owner=user) | Q(latest_revision__user=user))
        notes = Comment.objects.filter(page__in=own.values("pk"), resolved_at=None)
        return {"notes": notes.select_related("page").order_by("-created_at", "-pk")[:SHOWN]}

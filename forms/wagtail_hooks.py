"""Registers the messages and their bulk actions in the Wagtail admin."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from forms.bulk_actions import MESSAGE_ACTIONS, DeleteMessages
from forms.models import ContactMessage
from forms.viewsets import ContactMessageViewSet, MessagePermissionPolicy

register_permission_policy(ContactMessage, MessagePermissionPolicy(ContactMessage))
register_snippet(ContactMessageViewSet)

for action in MESSAGE_ACTIONS:
    hooks.register("register_bulk_action", action)
# Registered after Wagtail's own action, which it replaces for messages.
hooks.register("register_bulk_action", DeleteMessages, order=10)

"""The messages in the Wagtail admin: list with search, filters and export, and the page of a single message."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.formats import localize
from django.utils.timezone import localtime
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from forms.bulk_actions import MESSAGE_ACTIONS, DeleteMessages, MessageAction
from forms.dashboard import add_new_messages, find_mail_problems, may_see_messages
from forms.models import ContactMessage, MailState, ReadingStatus


class MessagePermissionPolicy(ModelPermissionPolicy):
    """Messages come from visitors. Nobody may add one in the admin, not even a superuser."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return Django's answer, and False for adding."""
        return action != "add" and super().user_has_permission(user, action)


class MessageFilterSet(WagtailFilterSet):
    """Filters beside the list of messages."""

    status = django_filters.MultipleChoiceFilter(choices=ReadingStatus.choices, label="Status")
    mail_state = django_filters.MultipleChoiceFilter(choices=MailState.choices, label="E-mail")
    received_at = django_filters.DateFromToRangeFilter(label="Received", widget=DateRangePickerWidget)

    class Meta:
        model = ContactMessage
        fields = ["status", "mail_state", "received_at", "page"]


class MessageIndexView(IndexView):
    """The list of messages. Its entries link to the message, since a visitor's text can't be edited."""

    def get_base_queryset(self) -> Any:
        """Return the messages with their pages, which the export names."""
        return super().get_base_queryset().select_related("page")


class MessageInspectView(InspectView):
    """A single message, with the bulk actions as buttons."""

    page_title = "Message"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the page. A new message becomes read if the user may change messages."""
        if self.object.status == ReadingStatus.NEW and self.user_has_permission("change"):
            unread = ContactMessage.objects.filter(pk=self.object.pk, status=ReadingStatus.NEW)
            unread.update(status=ReadingStatus.READ)
            self.object.status = ReadingStatus.READ
        return super().get(request, *args, **kwargs)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        """Return Wagtail's value, with times in the editor's format and time zone."""
        value = super().get_field_display_value(field_name, field)
        return localize(localtime(value)) if isinstance(value, datetime) else value

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Return a button that answers by e-mail."""
        subject = urlencode({"subject": f"Re: {self.object.subject or 'your message'}"}).replace("+", "%20")
        return [HeaderButton("Answer", url=f"mailto:{self.object.email}?{subject}", icon_name="mail")]

    @property
    def header_more_buttons(self) -> list[Button]:
        """Return the bulk actions, for this message."""
        buttons: list[Button] = list(super().header_more_buttons)
        if self.user_has_permission("change"):
            buttons += [
                Button(action.display_name, url=self._action_url(action), priority=action.action_priority)
                for action in MESSAGE_ACTIONS
            ]
        return buttons

    def _action_url(self, action: type[MessageAction]) -> str:
        path = reverse("wagtail_bulk_action", args=["forms", "contactmessage", action.action_type])
        return f"{path}?{urlencode({'id': self.object.pk, 'next': reverse(self.index_url_name)})}"


class MessageMenuItem(MenuItem):
    """The entry in the admin's menu, with the number of new messages."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user may see messages."""
        return may_see_messages(request.user)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Return the entry with the present number of new messages."""
        component = super().render_component(request)
        if unread := ContactMessage.objects.filter(status=ReadingStatus.NEW).count():
            component.label = f"{self.label} ({unread})"
        return component


WRITTEN_FIELDS = ["received_at", "name", "email", "subject", "text"]
MAIL_FIELDS = ["mail_state", "mail_error", "mail_attempts", "mail_last_tried_at", "mail_next_try_at"]


class ContactMessageViewSet(SnippetViewSet):
    """Messages, with an entry of their own in the menu."""

    model = ContactMessage
    icon = "mail"
    menu_label = "Messages"
    menu_name = "messages"
    menu_order = 250
    add_to_admin_menu = True
    menu_item_class = MessageMenuItem
    add_to_reference_index = False

    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_template_name = "forms/admin/inspect_message.html"
    inspect_view_fields = [*WRITTEN_FIELDS, "page", "status", *MAIL_FIELDS]

    list_display = [
        "name",
        Column("subject", label="Subject", sort_key="subject"),
        DateColumn("received_at", label="Received", sort_key="received_at"),
        Column("get_status_display", label="Status", sort_key="status"),
        Column("get_mail_state_display", label="E-mail", sort_key="mail_state"),
    ]
    list_per_page = 50
    filterset_class = MessageFilterSet
    search_fields = ["name", "email", "subject", "text"]
    search_backend_name = None
    export_filename = "messages"
    list_export = [*WRITTEN_FIELDS, "get_status_display", "get_mail_state_display", "mail_error", "page"]
    export_headings = {"get_status_display": "Status", "get_mail_state_display": "E-mail"}
    # Wagtail requires form fields, although there is no view with a form.
    form_fields = ["status"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's arguments without the URL names of the removed views, so that nothing links to them."""
        left_out = dict.fromkeys(["add_url_name", "edit_url_name", "history_url_name", "usage_url_name"])
        return super().get_common_view_kwargs(**{**left_out, **kwargs})

    @property
    def url_finder_class(self) -> type:
        """Return a URL finder that leads to the page of a message instead of a form."""
        return type("MessageURLFinder", (ModelAdminURLFinder,), {"edit_url_name": self.get_url_name("inspect")})

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return Wagtail's patterns without the views that add or change a message."""
        shown = {"list", "list_results", "inspect", "delete"}
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in shown]


register_permission_policy(ContactMessage, MessagePermissionPolicy(ContactMessage))
register_snippet(ContactMessageViewSet)

for action in MESSAGE_ACTIONS:
    hooks.register("register_bulk_action", action)
# Registered after Wagtail's own action, which it replaces for messages.
hooks.register("register_bulk_action", DeleteMessages, order=10)

hooks.register("construct_homepage_panels", add_new_messages)
hooks.register("site_problems", find_mail_problems)

"""The messages in the Wagtail admin: list, search, filters, export, and one message in full."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.formats import localize
from django.utils.timezone import localtime
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from forms.bulk_actions import MESSAGE_ACTIONS, MessageAction
from forms.exports import FormulaSafeExportMixin
from forms.models import ContactMessage, ContactPage, MailState, ReadingStatus


class MessagePermissionPolicy(ModelPermissionPolicy):
    """Messages come from visitors: nobody adds one in the admin, an administrator neither."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Refuse adding, leave the rest to Django's permissions."""
        return action != "add" and super().user_has_permission(user, action)


class MessageFilterSet(WagtailFilterSet):
    """Filters beside the list of messages."""

    status = django_filters.MultipleChoiceFilter(choices=ReadingStatus.choices, label="Status")
    mail_state = django_filters.MultipleChoiceFilter(choices=MailState.choices, label="E-mail")
    received_at = django_filters.DateFromToRangeFilter(label="Received", widget=DateRangePickerWidget)
    page = django_filters.ModelChoiceFilter(queryset=ContactPage.objects.all(), label="Page")

    class Meta:
        model = ContactMessage
        fields = ["status", "mail_state", "received_at", "page"]


class MessageIndexView(FormulaSafeExportMixin, IndexView):
    """The list of messages. Each opens in full; there is no form to change a visitor's words."""

    def get_base_queryset(self) -> Any:
        """Fetch the pages with the messages: the export names them."""
        return super().get_base_queryset().select_related("page")


class MessageInspectView(InspectView):
    """One message in full, with what can be done about it."""

    page_title = "Message"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the message. Opened by somebody who may change messages, it is no longer new."""
        if self.object.status == ReadingStatus.NEW and self.user_has_permission("change"):
            unread = ContactMessage.objects.filter(pk=self.object.pk, status=ReadingStatus.NEW)
            unread.update(status=ReadingStatus.READ)
            self.object.status = ReadingStatus.READ
        return super().get(request, *args, **kwargs)

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        """Write times as editors read them, in their own time zone."""
        value = super().get_field_display_value(field_name, field)
        return localize(localtime(value)) if isinstance(value, datetime) else value

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Offer to answer by e-mail."""
        subject = urlencode({"subject": f"Re: {self.object.subject or 'your message'}"}).replace("+", "%20")
        return [HeaderButton("Answer", url=f"mailto:{self.object.email}?{subject}", icon_name="mail")]

    @property
    def header_more_buttons(self) -> list[Button]:
        """Offer the actions of the list for this one message."""
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
        """Show it to those who may see messages."""
        policy = policy_registry.get_by_type(ContactMessage)
        return bool(policy.user_has_any_permission(request.user, ["view", "change", "delete"]))

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """Count anew for each page of the admin."""
        component = super().render_component(request)
        if unread := ContactMessage.objects.filter(status=ReadingStatus.NEW).count():
            component.label = f"{self.label} ({unread})"
        return component


class ContactMessageViewSet(SnippetViewSet):
    """Messages under their own entry in the menu."""

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
    inspect_view_fields = [
        "received_at",
        "name",
        "email",
        "subject",
        "text",
        "page",
        "status",
        "mail_state",
        "mail_error",
        "mail_attempts",
        "mail_last_tried_at",
        "mail_next_try_at",
    ]

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
    list_export = [
        "received_at",
        "name",
        "email",
        "subject",
        "text",
        "get_status_display",
        "get_mail_state_display",
        "mail_error",
        "page",
    ]
    export_headings = {"get_status_display": "Status", "get_mail_state_display": "E-mail"}
    # Wagtail wants a form, although no view of it is left.
    form_fields = ["status"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Name no address of the views that are left out, so that nothing links to them."""
        left_out = dict.fromkeys(["add_url_name", "edit_url_name", "history_url_name", "usage_url_name"])
        return super().get_common_view_kwargs(**{**left_out, **kwargs})

    @property
    def url_finder_class(self) -> type:
        """Lead from elsewhere in the admin to the message in full."""
        return type("MessageURLFinder", (ModelAdminURLFinder,), {"edit_url_name": self.get_url_name("inspect")})

    def get_urlpatterns(self) -> list[URLPattern]:
        """Leave out the views in which a message would be written or changed."""
        shown = {"list", "list_results", "inspect", "delete"}
        return [pattern for pattern in super().get_urlpatterns() if pattern.name in shown]

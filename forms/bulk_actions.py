"""Bulk actions for messages. They are offered in the list, and on the page of a single message."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from forms.models import ContactMessage, ReadingStatus
from forms.tasks import request_mail_again


class MessageAction(SnippetBulkAction):
    """A bulk action with a confirmation page."""

    models = [ContactMessage]
    template_name = "forms/admin/confirm_action.html"
    permission = "change"
    question = ""
    success = ""
    """What the action has done to `{messages}`."""

    def check_perm(self, message: ContactMessage) -> bool:
        """Return whether the user has the permission for this action."""
        return bool(self.permission_policy.user_has_permission(self.request.user, self.permission))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """Return the ids of all messages that match the filters and the search in this action's URL.

        Wagtail's own "select all" ignores the filters: deleting all spam would delete every message.
        """
        index_view = ContactMessage.snippet_viewset.index_view  # type: ignore[attr-defined]
        view = index_view.view_class(**index_view.view_initkwargs)
        view.setup(self.request)
        return view.get_queryset().values_list("pk", flat=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with the question."""
        return super().get_context_data(**kwargs) | {"question": self.question, "action_name": self.display_name}

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Return the text after the action."""
        return self.success.format(messages=_count_messages(num_parent_objects))


class MarkMessages(MessageAction):
    """Gives messages a reading status."""

    status: ReadingStatus

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Change the status in one UPDATE. Return the number of changed messages."""
        return _select(objects).update(status=cls.status), 0


def _mark_as(status: ReadingStatus, priority: int, question: str) -> type[MarkMessages]:
    """Return the action that gives messages this status."""
    label = status.label.lower()
    attributes = {
        "status": status,
        "display_name": f"Mark as {label}",
        "action_type": f"mark_as_{status.value}",
        "aria_label": f"Mark the selected messages as {label}",
        "action_priority": priority,
        "question": question,
        "success": f"{{messages}} marked as {label}.",
    }
    return type(f"MarkAs{status.label}", (MarkMessages,), attributes)


class SendAgain(MessageAction):
    """Sends unsent e-mails about messages again."""

    display_name = "Send e-mail again"
    action_type = "send_again"
    aria_label = "Send the e-mail about the selected messages again"
    action_priority = 14
    success = "{messages} waiting to be sent."
    question = (
        "The e-mail goes to the recipients that the page names now. Where it has already been sent, nothing happens."
    )

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Queue the unsent e-mails. Return the number of queued messages and of all others."""
        queued = request_mail_again(_select(objects))
        return queued, len(list(objects)) - queued

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Return the number of queued e-mails, and why the others aren't queued."""
        text = super().get_success_message(num_parent_objects, num_child_objects)
        if num_child_objects:
            text += f" {_count_messages(num_child_objects)} left alone: already sent, or being sent just now."
        return text


class DeleteMessages(MessageAction):
    """Deletes messages. It replaces Wagtail's own action, whose "select all" ignores the filters."""

    display_name = "Delete"
    action_type = "delete"
    aria_label = "Delete the selected messages"
    action_priority = 30
    classes = {"serious"}
    permission = "delete"
    success = "{messages} deleted."
    question = "They are gone for good. An e-mail that has been sent about them stays with its recipients."

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Delete the messages. Return their number."""
        return _select(objects).delete()[0], 0


MESSAGE_ACTIONS: list[type[MessageAction]] = [
    _mark_as(ReadingStatus.READ, 10, "They no longer count as new."),
    _mark_as(ReadingStatus.DONE, 11, "They are answered, or need no answer."),
    _mark_as(ReadingStatus.NEW, 12, "They count as new again, even if they had been taken for spam."),
    _mark_as(ReadingStatus.SPAM, 13, "They stay stored. You find them with the filter for spam."),
    SendAgain,
]


def _select(messages: Iterable[ContactMessage]) -> QuerySet[ContactMessage]:
    return ContactMessage.objects.filter(pk__in=[message.pk for message in messages])


def _count_messages(number: int) -> str:
    return f"{number} message" if number == 1 else f"{number} messages"

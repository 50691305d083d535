"""What editors do to messages they have ticked in the list, or opened."""

from collections.abc import Iterable
from typing import Any

from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from forms.models import ContactMessage, ReadingStatus
from forms.tasks import request_mail_again


class MessageAction(SnippetBulkAction):
    """An action that asks once, then changes messages. Subclasses say what it does."""

    models = [ContactMessage]
    template_name = "forms/admin/confirm_action.html"
    permission = "change"
    question = ""

    def check_perm(self, message: ContactMessage) -> bool:
        """Allow it to those who have the permission that it needs."""
        return bool(self.permission_policy.user_has_permission(self.request.user, self.permission))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """Let "select all" mean all that the list shows, by the filters and the search in this action's address.

        Wagtail's own means every snippet there is, whatever the list is filtered by: fatal when spam is deleted.
        """
        index_view = ContactMessage.snippet_viewset.index_view  # type: ignore[attr-defined]
        view = index_view.view_class(**index_view.view_initkwargs)
        view.setup(self.request)
        return view.get_queryset().values_list("pk", flat=True)

    def object_context(self, message: ContactMessage) -> dict[str, Any]:
        """Return what the page of the question shows about a message."""
        return {"item": message}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the question."""
        return super().get_context_data(**kwargs) | {"question": self.question, "action_name": self.display_name}


class MarkMessages(MessageAction):
    """Gives messages another reading status."""

    status: ReadingStatus

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Change the status in one UPDATE; return how many were changed."""
        ids = [message.pk for message in objects]
        return ContactMessage.objects.filter(pk__in=ids).update(status=cls.status), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say how many messages were marked."""
        return f"{_count_messages(num_parent_objects)} marked as {self.status.label.lower()}."


class MarkAsRead(MarkMessages):
    """Marks messages as read."""

    display_name = "Mark as read"
    action_type = "mark_as_read"
    aria_label = "Mark the selected messages as read"
    action_priority = 10
    question = "They no longer count as new."
    status = ReadingStatus.READ


class MarkAsDone(MarkMessages):
    """Marks messages as done."""

    display_name = "Mark as done"
    action_type = "mark_as_done"
    aria_label = "Mark the selected messages as done"
    action_priority = 11
    question = "They are answered, or need no answer."
    status = ReadingStatus.DONE


class MarkAsNew(MarkMessages):
    """Marks messages as new."""

    display_name = "Mark as new"
    action_type = "mark_as_new"
    aria_label = "Mark the selected messages as new"
    action_priority = 12
    question = "They count as new again, also if they had been taken for spam."
    status = ReadingStatus.NEW


class MarkAsSpam(MarkMessages):
    """Marks messages as spam."""

    display_name = "Mark as spam"
    action_type = "mark_as_spam"
    aria_label = "Mark the selected messages as spam"
    action_priority = 13
    question = "They are kept, and can be found with the filter for spam."
    status = ReadingStatus.SPAM


class SendAgain(MessageAction):
    """Tries again to send the e-mail about messages."""

    display_name = "Send e-mail again"
    action_type = "send_again"
    aria_label = "Send the e-mail about the selected messages again"
    action_priority = 14
    question = (
        "The e-mail goes to the recipients that the page names now. Where it has already been sent, nothing happens."
    )

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Queue what hasn't been sent; return how many messages were queued and how many were left."""
        ids = [message.pk for message in objects]
        queued = request_mail_again(ContactMessage.objects.filter(pk__in=ids))
        return queued, len(ids) - queued

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say how many e-mails were queued, and why others weren't."""
        text = f"{_count_messages(num_parent_objects)} waiting to be sent."
        if num_child_objects:
            text += f" {_count_messages(num_child_objects)} left alone: already sent, or being sent just now."
        return text


class DeleteMessages(MessageAction):
    """Deletes messages: Wagtail's own action, with the selection and the question of ours."""

    display_name = "Delete"
    action_type = "delete"
    aria_label = "Delete the selected messages"
    action_priority = 30
    classes = {"serious"}
    permission = "delete"
    question = "They are gone for good. An e-mail that has been sent about them stays with its recipients."

    @classmethod
    def execute_action(cls, objects: Iterable[ContactMessage], **kwargs: Any) -> tuple[int, int]:
        """Delete the messages; return how many."""
        ids = [message.pk for message in objects]
        return ContactMessage.objects.filter(pk__in=ids).delete()[0], 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say how many messages were deleted."""
        return f"{_count_messages(num_parent_objects)} deleted."


MESSAGE_ACTIONS: list[type[MessageAction]] = [MarkAsRead, MarkAsDone, MarkAsNew, MarkAsSpam, SendAgain]


def _count_messages(number: int) -> str:
    return f"{number} message" if number == 1 else f"{number} messages"

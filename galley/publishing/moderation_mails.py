"""Sends the mails of a moderation after the commit: Wagtail sends them in the transaction that saves the page.

So slow mail holds up no other writer, and failing mail undoes no save.
"""

from functools import partial
from typing import Any

from django.db import transaction
from wagtail.admin import signal_handlers as wagtails
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted

_HANDLERS: list[tuple[Any, Any, str, Any]] = [
    (task_submitted, TaskState, "group_approval_task_submitted", wagtails.task_submission_email_notifier),
    (workflow_submitted, WorkflowState, "workflow_state_submitted", wagtails.workflow_submission_email_notifier),
    (workflow_approved, WorkflowState, "workflow_state_approved", wagtails.workflow_approval_email_notifier),
    (workflow_rejected, WorkflowState, "workflow_state_rejected", wagtails.workflow_rejection_email_notifier),
]


def replace_handlers() -> None:
    """Take the place of Wagtail's handlers, under their names: Django calls only the first one of a name."""
    for signal, sender, event, notifier in _HANDLERS:
        name = f"{event}_email_notification"
        signal.disconnect(sender=sender, dispatch_uid=name)
        signal.connect(partial(_send_after_commit, notifier), sender=sender, dispatch_uid=name, weak=False)


def _send_after_commit(notifier: Any, **event: Any) -> None:
    # Django can't name a `partial` in its log.
    transaction.on_commit(lambda: notifier(**event), robust=True)

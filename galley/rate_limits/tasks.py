"""The mail with which somebody chooses a new password, sent by the worker."""

from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import TaskContext, task

from galley.tasks.mail import connect, make_message_id

# Before everything else that waits: somebody sits and waits for it.
PRIORITY = 50


@task(priority=PRIORITY, takes_context=True)
def send_reset_mail(context: TaskContext, /, email: str, *, domain: str, language: str, **options: Any) -> None:
    """Mail a link to each account with the address `email`; nothing if there is none.

    `domain` is the site's host name, `language` that of the mail. `options` are those of Django's `PasswordResetForm`.
    Raises what the mail backend raises: the task then shows as failed in the admin.
    """
    form = _ResetMailForm({"email": email})
    if form.is_valid():
        with translation.override(language or None):
            form.save(domain_override=domain, extra_email_context={"task": context.task_result.id}, **options)


class _ResetMailForm(PasswordResetForm):
    """Django's form. It hides errors in the log, and knows no Message-ID."""

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Send the mail. If a killed worker has sent it before, it has the same Message-ID."""
        subject = " ".join(render_to_string(subject_template_name, context).split())
        text = render_to_string(email_template_name, context)
        message_id = make_message_id(f"new password {context['user'].pk} {context['task']}")
        headers = {"Message-ID": message_id}
        EmailMessage(subject, text, from_email, [to_email], connection=connect(), headers=headers).send()

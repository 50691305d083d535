"""The mail with which somebody chooses a new password, sent by the worker."""

from typing import Any

from django.contrib.auth.forms import PasswordResetForm
from django.utils import translation
from django_tasks import task

# Before everything else that waits: somebody sits and waits for it.
PRIORITY = 50


@task(priority=PRIORITY)
def send_reset_mail(email: str, *, domain: str, language: str, **options: Any) -> None:
    """Mail a link to each account with the address `email`; nothing if there is none.

    `domain` is the site's host name, `language` that of the mail. `options` are those of Django's `PasswordResetForm`.
    """
    form = PasswordResetForm({"email": email})
    if form.is_valid():
        with translation.override(language or None):
            form.save(domain_override=domain, **options)

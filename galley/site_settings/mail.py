"""Where the site's mail goes, a test of it, and words for what can go wrong."""

import smtplib
import socket
import ssl
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.panels import HelpPanel
from wagtail.admin.utils import get_user_display_name
from wagtail.models import Site

from galley.site_settings.registered import may_change_settings

# Django's backends that send nothing, and what they do.
_NOT_SENDING: dict[str, Promise] = {
    "django.core.mail.backends.console.EmailBackend": gettext_lazy("printed in the server’s console"),
    "django.core.mail.backends.dummy.EmailBackend": gettext_lazy("thrown away"),
    "django.core.mail.backends.filebased.EmailBackend": gettext_lazy("written into a folder of the server"),
}
_SMTP = "django.core.mail.backends.smtp.EmailBackend"

# The first class that matches counts.
_CAUSES: list[tuple[type[Exception], Promise]] = [
    (
        ConnectionRefusedError,
        gettext_lazy("The mail server refused the connection. Is it running, and is its address right?"),
    ),
    (socket.gaierror, gettext_lazy("The mail server's name was not found. Is its address right?")),
    (TimeoutError, gettext_lazy("The mail server did not answer in time.")),
    (ssl.SSLError, gettext_lazy("No safe connection to the mail server could be made.")),
    (
        smtplib.SMTPAuthenticationError,
        gettext_lazy("The mail server did not accept the user name and password."),
    ),
    (
        smtplib.SMTPRecipientsRefused,
        gettext_lazy("The mail server refused every recipient. Are the addresses right?"),
    ),
    (
        smtplib.SMTPSenderRefused,
        gettext_lazy("The mail server refused the site's own address as the sender."),
    ),
    (smtplib.SMTPServerDisconnected, gettext_lazy("The mail server broke off the connection.")),
    (smtplib.SMTPException, gettext_lazy("The mail server refused the e-mail.")),
    (OSError, gettext_lazy("The mail server could not be reached.")),
]


def is_mail_sent() -> bool:
    """Return whether mail leaves the server."""
    return settings.EMAIL_BACKEND not in _NOT_SENDING


def describe_mail() -> str:
    """Return a sentence that says where the site's mail goes."""
    if not is_mail_sent():
        text = _(
            "E-mail isn’t set up: it is %(done)s, and reaches nobody. The people who run the server set EMAIL_URL."
        )
        return text % {"done": _NOT_SENDING[settings.EMAIL_BACKEND]}
    return _("E-mail is sent through %(server)s, from %(sender)s.") % {
        "server": _name_server(),
        "sender": settings.DEFAULT_FROM_EMAIL,
    }


def explain_failure(error: Exception) -> str:
    """Return a sentence for editors, followed by the error itself for administrators. At most 500 characters."""
    fallback = _("The e-mail could not be sent.")
    sentence = next((text for kind, text in _CAUSES if isinstance(error, kind)), fallback)
    return " ".join(f"{sentence} ({type(error).__name__}: {error})".split())[:500]


class MailPanel(HelpPanel):
    """Says where the mail goes, with a button that sends a test to who presses it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "template": "site_settings/mail_panel.html"})

    class BoundPanel(HelpPanel.BoundPanel):
        """The panel for a request."""

        def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
            """Return Wagtail's context, with where the mail goes and where the test would go."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"mail": describe_mail(), "email": self.request.user.email}


@require_POST
def send_test(request: HttpRequest) -> JsonResponse:
    """Send a test to the user of `request`, and return in words what has happened. Blocks as long as the mail server.

    Raises PermissionDenied for who may not change the settings.
    """
    if not may_change_settings(request.user):
        raise PermissionDenied
    return JsonResponse({"text": _send_test(request)})


def _send_test(request: HttpRequest) -> str:
    user: Any = request.user
    if not user.email:
        return _("Your account has no e-mail address. Add one in your account, then try again. Nothing was sent.")
    site = Site.find_for_request(request)
    names = {"site": (site and site.site_name) or settings.WAGTAIL_SITE_NAME, "name": get_user_display_name(user)}
    text = _("%(name)s asked for this test of %(site)s at %(time)s. You read it, so its e-mail works.") % {
        **names,
        "time": timezone.localtime().strftime("%Y-%m-%d %H:%M %Z"),
    }
    try:
        EmailMessage(" ".join((_("A test of %(site)s") % names).split()), text, to=[user.email]).send()
    except Exception as error:  # mail backends raise errors of any kind
        return f"{_('Nothing was sent.')} {explain_failure(error)}"
    if not is_mail_sent():
        return f"{_('Nothing was sent.')} {describe_mail()}"
    taken = _("%(server)s has taken the test for %(email)s. If it doesn’t arrive in some minutes, look among the spam.")
    return taken % {"server": _name_server(), "email": user.email}


def _name_server() -> str:
    if settings.EMAIL_BACKEND == _SMTP:
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return settings.EMAIL_BACKEND

"""A test of the site's mail, for who changes its settings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.panels import HelpPanel
from wagtail.admin.utils import get_user_display_name
from wagtail.models import Site

from galley.site_settings.registered import may_change_settings
from galley.tasks.mail import connect, describe_mail, explain_failure, is_mail_sent, name_server


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
        subject = " ".join((_("A test of %(site)s") % names).split())
        EmailMessage(subject, text, to=[user.email], connection=connect()).send()
    except Exception as error:  # mail backends raise errors of any kind
        return f"{_('Nothing was sent.')} {explain_failure(error)}"
    if not is_mail_sent():
        return f"{_('Nothing was sent.')} {describe_mail()}"
    taken = _("%(server)s has taken the test for %(email)s. If it doesn’t arrive in some minutes, look among the spam.")
    return taken % {"server": name_server(), "email": user.email}

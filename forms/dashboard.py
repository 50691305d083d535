"""What the dashboard says of messages: the new ones, and why e-mails about them aren't sent."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from forms.models import ContactMessage, ContactPage, MailState, ReadingStatus
from galley.desk.dashboard import SiteProblem
from galley.tasks.mail import is_mail_sent

SHOWN = 5


class NewMessagesPanel(Component):
    """The newest messages that nobody has read, and how many there are. Nothing, if there are none."""

    name = "new_messages"
    order = 40
    template_name = "forms/admin/new_messages.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the messages, their number and the address of their list."""
        if not may_see_messages(parent_context["request"].user):
            return {}
        new = ContactMessage.objects.filter(status=ReadingStatus.NEW)
        address = reverse("wagtailsnippets_forms_contactmessage:list")
        return {"messages": new[:SHOWN], "count": new.count(), "list_url": f"{address}?status={ReadingStatus.NEW}"}


def add_new_messages(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel on the dashboard."""
    panels.append(NewMessagesPanel())


def may_see_messages(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether `user` may see messages."""
    policy = policy_registry.get_by_type(ContactMessage)
    return bool(policy.user_has_any_permission(user, ["view", "change", "delete"]))


def find_mail_problems(request: HttpRequest) -> Iterator[SiteProblem]:
    """Yield what keeps messages from being mailed, for those who may see messages."""
    if not may_see_messages(request.user):
        return
    if not is_mail_sent():
        yield SiteProblem(
            _(
                "E-mail isn't set up. Messages are stored here, but nobody is notified of them by mail. "
                "The people who run the server set EMAIL_URL."
            )
        )
    pages = policy_registry.get_by_type(ContactPage).instances_user_has_permission_for(request.user, "change")
    for page in ContactPage.objects.filter(pk__in=pages, live=True, recipients=None):
        if page.find_recipients_of_site():
            continue
        yield SiteProblem(
            _("Messages from “%s” are mailed to nobody.") % page.get_admin_display_title(),
            reverse("wagtailadmin_pages:edit", args=[page.pk]) + "#id_recipients-FORMS",
            _("Add a recipient"),
        )
    states = [MailState.FAILED, *([MailState.NOWHERE] if is_mail_sent() else [])]
    if failed := ContactMessage.objects.filter(mail_state__in=states).count():
        address = reverse("wagtailsnippets_forms_contactmessage:list")
        yield SiteProblem(
            ngettext(
                "The e-mail about a message wasn’t sent.", "The e-mails about %(count)s messages weren’t sent.", failed
            )
            % {"count": failed},
            f"{address}?{urlencode({'mail_state': states}, doseq=True)}",
            _("See why"),
        )

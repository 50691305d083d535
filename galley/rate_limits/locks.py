"""Which limits on passwords are reached, and lifting them: the screen of the admin and what `lift_lock` uses."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from galley.rate_limits.client_ip import parse_client_ip
from galley.rate_limits.models import delete_counts, digest, find_used_up
from galley.rate_limits.passwords import (
    PAGE_PASSWORD,
    PASSWORD_CHANGE,
    PASSWORD_RESET,
    SECOND_FACTOR,
    SIGN_IN,
    normalise,
)

KINDS: dict[str, Promise] = {
    SIGN_IN: gettext_lazy("signing in"),
    PASSWORD_CHANGE: gettext_lazy("changing the password"),
    PASSWORD_RESET: gettext_lazy("e-mails for a new password"),
    PAGE_PASSWORD: gettext_lazy("a shared password"),
    SECOND_FACTOR: gettext_lazy("a code after the password"),
}


class Lock(NamedTuple):
    """A limit that is reached: for whom, for what, and until when."""

    name: str
    """What lifts it."""
    label: str
    kind: Promise
    until: datetime


def find_locks() -> tuple[list[Lock], int]:
    """Return the locks of the accounts, pages and collections that exist, and the number of all others.

    Those are of addresses, or of names that no account has. The counts only have an HMAC of each.
    """
    locks: dict[tuple[str, str], Lock] = {}
    others = 0
    used_up = list(find_used_up().filter(limit__in=KINDS).order_by("ends_at"))
    owners = {digest(name): (name, label) for name, label in _list_owners()} if used_up else {}
    for count in used_up:
        if owner := owners.get(count.account):
            locks[count.account, count.limit] = Lock(*owner, KINDS[count.limit], count.ends_at)
        else:
            others += 1
    return list(locks.values()), others


def _list_owners() -> Iterator[tuple[str, str]]:
    """Yield the names under which attempts are counted, each with what people call it."""
    for user in get_user_model().objects.all():
        for name in filter(None, (user.get_username(), getattr(user, "email", ""))):
            yield normalise(name), get_user_display_name(user)
    for restriction in PageViewRestriction.objects.select_related("page"):
        yield f"page {restriction.pk}", restriction.page.get_admin_display_title()
    for restriction in CollectionViewRestriction.objects.select_related("collection"):
        yield f"collection {restriction.pk}", restriction.collection.name


def lift_lock(name: str) -> int:
    """Lift the locks of an account, of a client's address, or of what a `Lock` names. Return how many counts it had."""
    return delete_counts(account=normalise(name), address=parse_client_ip(name))


class LocksView(WagtailAdminTemplateMixin, TemplateView):
    """Shows who has to wait, and lifts it: for those who may change people."""

    template_name = "rate_limits/locks.html"
    page_title = gettext_lazy("Locks")
    header_icon = "lock"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raise PermissionDenied for others."""
        if not may_lift(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the locks."""
        locks, others = find_locks()
        return super().get_context_data(locks=locks, others=others, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lift the lock of what was named."""
        name = request.POST.get("name", "").strip()
        if lift_lock(name):
            messages.success(request, _("“%(name)s” may try again at once.") % {"name": name})
        else:
            text = _(
                "Nothing is locked for “%(name)s”. Give the user name or the address as the log of the server has it."
            )
            messages.warning(request, text % {"name": name})
        return HttpResponseRedirect(reverse("locks"))


def may_lift(user: Any) -> bool:
    """Return whether `user` may lift locks."""
    return bool(user.has_perm("auth.change_user"))

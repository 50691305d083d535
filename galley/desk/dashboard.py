"""The dashboard: where to begin writing, what the user has begun, what is scheduled, and what is wrong with the site.

Other apps add their own panels with Wagtail's hook `construct_homepage_panels`, and sentences about what is wrong with
the hook `site_problems`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.models import Page, Revision, WorkflowState, get_page_models
from wagtail.permissions import policy_registry

from galley.desk.page_templates import find_templates
from galley.languages.conf import language_name
from galley.tasks.queue import WORKER_LATE, read_status
from galley.tasks.views import may_see_tasks

SHOWN = 8
LAST_WORDS = 20
# Of a long text, only so many characters at the end are read.
READ_AT_THE_END = 2000


class SiteProblem(NamedTuple):
    """What is wrong with the site: a sentence that says what happens, and where it can be mended."""

    text: str
    url: str = ""
    link_text: str = ""


class WriteLink(NamedTuple):
    """A link that leads to the form of a new page."""

    text: str
    url: str


class StartPanel(Component):
    """Links that begin a new page, and what is wrong with the site."""

    name = "start"
    order = 10
    template_name = "desk/start.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the links and the problems."""
        request = parent_context["request"]
        return {
            "write_links": list(find_write_links(request.user)),
            "templates": find_templates(request.user),
            "problems": find_problems(request),
        }


class DraftsPanel(Component):
    """What the user has written or owns and isn't published as it is, newest first, with its last words."""

    name = "drafts"
    order = 60
    template_name = "desk/drafts.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the drafts, those first that somebody wants to be changed."""
        user = parent_context["request"].user
        own = _pages_to_change(user).filter(Q(owner=user) | Q(latest_revision__user=user))
        scheduled = Q(pk__in=_scheduled_revisions().values_list(Cast("object_id", BigIntegerField())))
        begun = own.filter(~scheduled, has_unpublished_changes=True, alias_of=None)
        newest = begun.select_related("latest_revision").order_by("-latest_revision_created_at")[:SHOWN]
        drafts = [
            {"page": page, "last_words": last_words(page), "rejection": find_rejection(page)}
            for page in newest
            if page.latest_revision
        ]
        # A reviewer who has asked for changes waits for the owner.
        to_do = [
            draft
            for draft in drafts
            if not (draft["rejection"] and draft["rejection"].finished_by_id == user.pk != draft["page"].owner_id)
        ]
        return {"drafts": sorted(to_do, key=lambda draft: draft["rejection"] is None)}


class ScheduledPanel(Component):
    """What is going to be published by itself, soonest first, of the pages that the user may edit."""

    name = "scheduled"
    order = 70
    template_name = "desk/scheduled.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return pages and times."""
        times = dict(
            _scheduled_revisions().order_by("approved_go_live_at").values_list("object_id", "approved_go_live_at")
        )
        pages = _pages_to_change(parent_context["request"].user).in_bulk(list(map(int, times)))
        scheduled = [{"page": pages[int(pk)], "time": time} for pk, time in times.items() if int(pk) in pages]
        return {"scheduled": scheduled[:SHOWN]}


def add_panels(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panels to the dashboard. What waits for the user's review follows what needs attention."""
    panels += [StartPanel(), DraftsPanel(), ScheduledPanel()]
    for panel in panels:
        if isinstance(panel, WorkflowObjectsToModeratePanel):
            panel.order = StartPanel.order + 1


def _scheduled_revisions() -> QuerySet[Revision]:
    return Revision.page_revisions.filter(approved_go_live_at__gt=timezone.now())


def _pages_to_change(user: AbstractBaseUser) -> QuerySet[Page]:
    return policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "change")


def find_write_links(user: AbstractBaseUser) -> Iterator[WriteLink]:
    """Yield a link for each page type with a `write_label` and each place where the user may add such a page.

    The type with the most pages comes first.
    """
    parents = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "add")
    models = [model for model in get_page_models() if getattr(model, "write_label", "")]
    for model in sorted(models, key=lambda model: (model.objects.count(), model.write_label), reverse=True):
        allowed = parents.type(*model.allowed_parent_page_models()).specific()
        places = [page for page in allowed.order_by("path")[:SHOWN] if model.can_create_at(page)]
        for place in places:
            title = place.get_admin_display_title()
            text = _("%(label)s in “%(title)s”") % {"label": model.write_label, "title": title}
            if sum(other.locale_id == place.locale_id for other in places) < len(places):
                text += f" ({language_name(place.locale.language_code)})"
            url = reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, place.pk])
            yield WriteLink(text if len(places) > 1 else model.write_label, url)


def find_problems(request: HttpRequest) -> list[SiteProblem]:
    """Return what is wrong with the site, as far as the user of `request` may know it."""
    return [problem for find in hooks.get_hooks("site_problems") for problem in find(request)]


def find_waiting_tasks(request: HttpRequest) -> Iterator[SiteProblem]:
    """Yield a problem if tasks wait and no worker has been seen for minutes; of failed tasks, who may see them."""
    status = read_status()
    url, link_text = (reverse("tasks_report"), _("Show the tasks")) if may_see_tasks(request.user) else ("", "")
    if status.is_worker_away(WORKER_LATE):
        since = timezone.localtime(status.seen_at or status.waiting_since)
        yield SiteProblem(
            _(
                "The background worker hasn't run since %(time)s. Until it is started, no e-mail is sent, nothing is "
                "published at its time, and the search doesn't find new texts. Nothing is lost."
            )
            % {"time": date_format(since, "j F, H:i T")},
            url,
            link_text,
        )
    if status.failed and url:
        text = ngettext(
            "%(count)s background task has failed.", "%(count)s background tasks have failed.", status.failed
        )
        yield SiteProblem(text % {"count": status.failed}, f"{url}?status=FAILED", link_text)


def last_words(page: Page) -> str:
    """Return the end of the text of the newest draft of `page`, as plain text; empty if it has none."""
    body = getattr(page.get_latest_revision_as_object(), "body", ())
    for block in reversed(list(body)):
        value = block.value[-READ_AT_THE_END:] if isinstance(block.value, str) else block.value
        words = " ".join(block.block.get_searchable_content(value)).split()
        if words:
            return " ".join(["…", *words[-LAST_WORDS:]] if len(words) > LAST_WORDS else words)
    return ""


def find_rejection(page: Page) -> Any:
    """Return the state of the task in which somebody has asked for changes of `page`, with comment; None without."""
    state = page.current_workflow_state
    return state.current_task_state if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES else None

"""Saves nothing over a newer version of a page: what comes too late is stored beside it, until both are merged."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.log_actions import log
from wagtail.models import COMMENTS_RELATION_NAME, Page, Revision

from galley.history.autosave import get_loaded_revision, stop_overwriting
from galley.history.guarded_forms import without_deleted_rows
from galley.history.merging import Merge
from galley.history.models import OvertakenRevision
from galley.history.words import read_words, removed_words, sum_words

# Changes whenever somebody saves a draft, and whenever somebody publishes, locks or moves the page.
STATE = ("latest_revision_id", "latest_revision_created_at", "live", "locked", "path", "numchild")


class GuardedEditView(EditView):
    """Wagtail's view. A form that is saved, in whichever way, replaces no version that its author hasn't seen.

    Wagtail's form says which revision it was loaded from. Wagtail itself checks that for autosave only.
    """

    page: Any
    latest_revision: Revision | None
    late_from: tuple[Revision | None, Page] | None = None
    """For a form that comes too late: the revision that it was loaded from, and the current draft."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        """Show the form. The revision that it shows stays: later versions are compared with it."""
        if not self.latest_revision and not self.page.alias_of_id:
            self.latest_revision = self.page.save_revision(clean=False, changed=False)
        elif self.latest_revision and not self.hydrate_create_view:
            stop_overwriting(self.latest_revision)
        revisions = Revision.objects.for_instance(self.page).filter(user=request.user)
        for overtaken in OvertakenRevision.objects.filter(revision__in=revisions).order_by("-pk")[:1]:
            button = messages.button(overtaken.merge_address, _("Compare both"))
            messages.warning(request, _("A version of yours isn’t part of this draft yet."), buttons=[button])
        response: TemplateResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save the form, unless it comes too late, or the page has been locked."""
        is_locked = self.locked_for_user and not self.is_cancelling_workflow
        if (self.is_out_of_date or is_locked) and not self.page.alias_of_id:
            return self._save_beside()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the form, unless the page has changed since this request has read it."""
        if self.late_from:
            return self._store_beside(form, *self.late_from)
        with transaction.atomic():
            state = Page.objects.select_for_update().filter(pk=self.page.pk).values(*STATE).first()
            if state and all(state[name] == getattr(self.page, name) for name in STATE):
                self.page.set_url_path(self.page.get_parent(update=True))  # a page above may have been renamed
                return super().form_valid(form)
        return self._save_beside() if state else self._refuse(_("This page has been deleted."))

    def _save_beside(self) -> HttpResponse:
        """Read what was sent as a change of the revision that it comes from, and store it, or show its errors."""
        current = Page.objects.get(pk=self.page.pk).get_latest_revision_as_object()
        base = self._find_loaded_revision()
        self.form = self.form_class(
            without_deleted_rows(self.request.POST, self.form_class.formsets),
            self.request.FILES,
            instance=base.as_object() if base else Page.objects.get(pk=self.page.pk).get_latest_revision_as_object(),
            subscription=self.subscription,
            parent_page=self.parent,
            for_user=self.request.user,
        )
        self.form.defer_required_fields()
        self.late_from = base, current
        return self.form_valid(self.form) if self.form.is_valid() else self._show_errors()

    def _store_beside(self, form: Any, base: Revision | None, current: Page) -> HttpResponse:
        """Store what was sent in the history, just before the newer version, and let its author compare both."""
        page = form.save(commit=False)
        if self.expects_json_response:
            self._add_overtaken(page, base, current)
            text = _(
                "A newer version was saved meanwhile. Your text is in the page's history. Save it to compare both."
            )
            return self._refuse(text)
        if base and not self.locked_for_user and self._replaces_nothing(base, page, current):
            return self._send_again(current)
        return redirect(self._add_overtaken(page, base, current).merge_address)

    def _find_loaded_revision(self) -> Revision | None:
        """Return the revision that the form comes from, or None if it has been overwritten or deleted since."""
        sent = self.request.POST
        pk, created_at = sent.get("loaded_revision_id", ""), sent.get("loaded_revision_created_at")
        if not pk and self.latest_revision and not self.is_out_of_date:
            pk, created_at = str(self.latest_revision.pk), self.latest_revision_created_at
        revision = Revision.objects.for_instance(self.page).filter(pk=pk if pk.isdecimal() else None).first()
        return revision if revision and revision.created_at.isoformat() == created_at else None

    def _replaces_nothing(self, base: Revision, page: Page, current: Page) -> bool:
        merge = Merge(type(page), *(each.serializable_data() for each in (base.as_object(), current, page)))
        return merge.replaces_nothing(is_own=current.latest_revision.user == self.request.user)

    def _send_again(self, current: Page) -> HttpResponse:
        """Handle the request as if the form came from the current draft."""
        self.request.POST = self.request.POST.copy()
        self.request.POST.update(get_loaded_revision(current))
        return self.request.resolver_match.func(self.request, *self.args, **self.kwargs)

    @transaction.atomic
    def _add_overtaken(self, page: Page, base: Revision | None, current: Page) -> OvertakenRevision:
        """Store `page` in the history. It isn't the latest revision, and the page doesn't change."""
        revision = Revision.objects.create(
            content_object=page,
            base_content_type=page.get_base_content_type(),
            created_at=(current.latest_revision_created_at or timezone.now()) - timedelta(microseconds=1),
            user=self.request.user,
            content=page.serializable_data(),
            object_str=str(page),
        )
        log(instance=page, action="wagtail.edit", user=revision.user, revision=revision, content_changed=True)
        if not self.expects_json_response:  # otherwise the form is still open, and sends its comments again
            getattr(page, COMMENTS_RELATION_NAME).commit()
        # What autosave has stored of the same text needn't be merged as well.
        words = sum_words(read_words(type(page), revision.content))
        for earlier in OvertakenRevision.objects.filter(revision__user=revision.user, base=base, base__isnull=False):
            if not removed_words(sum_words(read_words(type(page), earlier.revision.content)), words):
                earlier.delete()
        return OvertakenRevision.objects.create(revision=revision, base=base)

    def _show_errors(self) -> HttpResponse:
        """Show the form with its errors. It goes on coming from the revision that it was loaded from."""
        self.form.restore_required_fields()
        self.page = self.form.instance
        sent = self.request.POST
        if "loaded_revision_id" in sent:
            self.page.latest_revision_id = sent["loaded_revision_id"]
            self.latest_revision_created_at = sent.get("loaded_revision_created_at")
        if not self.expects_json_response:
            text = _(
                "A newer version was saved meanwhile. Correct the fields below. Then save, to compare both versions."
            )
            messages.warning(self.request, text)
        return self.form_invalid(self.form)

    def _refuse(self, text: str) -> HttpResponse:
        if self.expects_json_response:
            return self.json_error_response("invalid_revision", text)
        messages.error(self.request, text)
        return redirect("wagtailadmin_explore_root")


class GuardedRevertView(GuardedEditView, RevisionsRevertView):
    """Wagtail's view that replaces the current draft by an old version, and no draft that is newer than the form."""

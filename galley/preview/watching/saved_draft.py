"""A page as it was last saved: what screens show while nobody writes in it."""

from dataclasses import astuple

from django.utils.translation import gettext as _
from wagtail.models import Page

from galley.preview.drafts.regions import cut_page
from galley.preview.drafts.rendering import render_page
from galley.preview.drafts.sources import SavedPage
from galley.preview.watching.frames import Frame


def version_of_saved(page: Page) -> str:
    """Name what was saved last."""
    return f"saved.{page.latest_revision_id}"


def saved_draft(page_id: int) -> Frame:
    """Return the page's latest revision, with a note that says so. Raises `SourceGone` or `RenderingFailed`."""
    source = SavedPage(page_id)
    page, _parent = source.load()
    note = _("Nobody is writing in this draft just now. You see it as it was last saved.")
    return Frame(version_of_saved(page), cut_page(render_page(page)), astuple(source), {"notes": [note]})

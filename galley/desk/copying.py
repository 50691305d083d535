"""Copies of pages: dated as new pages, at an address that is free."""

from typing import Any

from django.db.models import DateField
from django.http import HttpRequest
from wagtail.admin.forms.pages import CopyForm
from wagtail.coreutils import find_available_slug
from wagtail.models import Page

# Leaves room for a number: the field takes 255 characters.
MAX_SLUG_LENGTH = 245


class FreeSlugCopyForm(CopyForm):
    """Wagtail's form. It begins with a slug that is free beside the copied page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        slug = find_available_slug(self.page.get_parent(), self.page.slug[:MAX_SLUG_LENGTH])
        self.fields["new_slug"].initial = slug


def find_dates(page: Page) -> list[str]:
    """Return the names of the dates of its own that a page may lack."""
    return [field.name for field in page._meta.local_fields if isinstance(field, DateField) and field.null]


def leave_out_dates(request: HttpRequest, page: Page) -> None:
    """Let a copy be dated as a new page: a receiver of Wagtail's hook `before_copy_page`.

    The pages below keep their dates: who copies a whole blog wants its archive.
    """
    source = page.specific  # which the view copies
    source.exclude_fields_in_copy = [*source.exclude_fields_in_copy, "first_published_at", *find_dates(source)]

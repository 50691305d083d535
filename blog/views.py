"""The lists of posts, answered on the event loop."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse

from blog.archive import Archive
from blog.subjects import Subject, SubjectList
from galley.listings.fragments import render_page_or_fragment

if TYPE_CHECKING:
    from blog.models import BlogIndexPage


async def post_list(request: HttpRequest, page: "BlogIndexPage", subject: Subject | None = None) -> HttpResponse:
    """Answer with the posts under `page`, all or those of `subject`: the whole page, or for HTMX only the list."""
    return await sync_to_async(render_page_or_fragment)(request, page, "listing", subject=subject)


async def subject_list(request: HttpRequest, page: "BlogIndexPage", subjects: SubjectList) -> HttpResponse:
    """Answer with all tags, authors, categories or series of the posts under `page`."""
    return await sync_to_async(render_page_or_fragment)(
        request, page, "listing", "pages/blog_subjects.html", subjects=subjects
    )


async def archive(request: HttpRequest, page: "BlogIndexPage", archive: Archive) -> HttpResponse:
    """Answer with the years and months in which something was posted under `page`."""
    return await sync_to_async(render_page_or_fragment)(
        request, page, "listing", "pages/blog_archive.html", archive=archive
    )

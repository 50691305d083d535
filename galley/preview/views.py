"""The pages that screens show: the draft as it stands now, and a script that keeps it so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_safe

from galley.preview import conf
from galley.preview.access import AccessDenied, require_editor, require_user
from galley.preview.broadcast.channels import tab_channel
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import NewestTarget, PageTarget, TabTarget, ViewTarget
from galley.preview.database import in_preview_thread
from galley.preview.drafts.rendering import RenderingFailed, render_page
from galley.preview.drafts.sources import SavedPage, SourceGone, source_from
from galley.preview.sharing import LinkEnded, open_link
from galley.preview.viewers import saved_draft, target_of_link


@require_GET
async def newest_draft(request: HttpRequest) -> HttpResponse:
    """Show whatever the user types in, on whichever page."""
    return await _watch(request, NewestTarget)


@require_GET
async def page_draft(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show a draft of one page in whichever editor it is open; while no editor is open, its latest revision."""
    return await _watch(request, lambda user_id: PageTarget(page_id, user_id))


@require_GET
@xframe_options_sameorigin
async def tab_draft(request: HttpRequest, tab: str) -> HttpResponse:
    """Show the draft in one tab of the user's browser, in the frame of the editor's preview panel."""
    return await _watch(request, lambda user_id: TabTarget(tab_channel(user_id, tab)))


@require_safe
async def shared_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft that the link opens. A link that has ended says so, with status 410.

    Nothing is asked of the session or the cookies: a guest has none and gets none.
    """
    try:
        link = await in_preview_thread(open_link, token)
    except LinkEnded:
        return _as_private(HttpResponse(render_to_string("preview/link_ended.html"), status=410))
    frame = await hub.newest(target_of_link(link))
    if frame is None:
        try:
            frame = await in_preview_thread(saved_draft, link.page_id)
        except (SourceGone, RenderingFailed):
            return _as_viewer(render_to_string("preview/not_shown.html"), is_guest=True)
    return _as_viewer(frame.page.html, is_guest=True)


async def _watch(request: HttpRequest, target_of: Callable[[int], ViewTarget]) -> HttpResponse:
    session_key = request.session.session_key
    try:
        user = await in_preview_thread(require_user, session_key)
        target = target_of(user.pk)
        page = SavedPage(target.page_id) if target.page_id else None
        frame = await hub.newest(target)
        source = source_from(frame.source) if frame else page
        if source:
            await in_preview_thread(require_editor, session_key, source)
    except AccessDenied:
        return redirect(f"{reverse('wagtailadmin_login')}?next={request.path}")
    if frame:
        html = frame.page.html
    else:
        html = await in_preview_thread(_saved_page_or_waiting, page)
    return _as_viewer(html)


def _saved_page_or_waiting(page: SavedPage | None) -> str:
    if page:
        try:
            return render_page(page.load()[0])
        except (SourceGone, RenderingFailed):
            pass
    return render_to_string("preview/waiting.html")


def _as_viewer(html: str, *, is_guest: bool = False) -> HttpResponse:
    """Return `html` with the viewer's script."""
    head, closing, rest = html.partition("</head>")
    viewer = render_to_string("preview/viewer_head.html", {"is_guest": is_guest, "limits": conf})
    return _as_private(HttpResponse(f"{head}{viewer}{closing}{rest}"))


def _as_private(response: HttpResponse) -> HttpResponse:
    """Return `response`, never to be stored or indexed, and its address never to be sent to other sites."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response

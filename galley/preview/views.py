"""The pages that screens show: the draft as it stands now, and a script that keeps it so."""

import contextlib
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from galley.preview import conf
from galley.preview.broadcast.hub import hub
from galley.preview.broadcast.presence import PageTarget, target_of_user
from galley.preview.database import in_preview_thread
from galley.preview.drafts.rendering import RenderingFailed, render_page
from galley.preview.drafts.sources import (
    AccessDenied,
    SavedPage,
    SourceGone,
    require_editor,
    require_user,
    source_from,
)
from galley.preview.origin import explain_refusal
from galley.preview.sharing import LinkEnded, open_link


@csrf_exempt
@require_POST
async def explain_connection(request: ASGIRequest) -> HttpResponse:
    """Say in plain text why the page with the address `origin` can't open a socket. See `socket.js`.

    A POST, as browsers send no `Origin` with a GET of their own site. It changes nothing.
    """
    reason = explain_refusal(request.scope, request.GET.get("origin", ""))
    return _as_private(HttpResponse(reason, content_type="text/plain; charset=utf-8"))


@require_GET
async def user_draft(request: HttpRequest, **where: Any) -> HttpResponse:
    """Show a draft to a user who may edit it: of a page, in whichever editor it is open; in one tab; or the newest.

    While no editor is open, a page's latest revision is shown. Who isn't signed in is asked to; who may not edit the
    page gets 403, as signing in again would only lead back to here.
    """
    session_key = request.session.session_key
    try:
        user = await in_preview_thread(require_user, session_key)
    except AccessDenied:
        return redirect(f"{reverse('wagtailadmin_login')}?next={request.path}")
    target = target_of_user(user.pk, **where)
    frame = await hub.newest(target)
    try:
        if frame:
            await in_preview_thread(require_editor, session_key, source_from(frame.source))
        elif target.page_id:
            await in_preview_thread(require_editor, session_key, SavedPage(target.page_id))
    except AccessDenied:
        return _as_private(HttpResponse(render_to_string("preview/no_access.html"), status=403))
    if frame:
        return _as_viewer(frame.page.html)
    return _as_viewer(await in_preview_thread(_saved_page_or, "preview/waiting.html", target.page_id))


@require_safe
async def shared_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft that the link opens. A link that has ended says so, with status 410.

    Nothing is asked of the session or the cookies: a guest has none and gets none.
    """
    try:
        link = await in_preview_thread(open_link, token)
    except LinkEnded:
        return _as_private(HttpResponse(render_to_string("preview/link_ended.html"), status=410))
    frame = await hub.newest(PageTarget(link.page_id, link.made_by_id))
    if frame:
        return _as_viewer(frame.page.html, is_guest=True)
    html = await in_preview_thread(_saved_page_or, "preview/not_shown.html", link.page_id)
    return _as_viewer(html, is_guest=True)


def _saved_page_or(template: str, page_id: int | None) -> str:
    """Return the page as it was last saved, or else what `template` says."""
    with contextlib.suppress(SourceGone, RenderingFailed):
        if page_id:
            return render_page(SavedPage(page_id).load()[0])
    return render_to_string(template)


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

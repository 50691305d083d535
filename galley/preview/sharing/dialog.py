"""The editor's dialog that makes links to the draft of a page, lists them and stops them.

Each answer is the dialog's content as HTML; `share.js` puts it into place.
"""

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page

from galley.preview.models import ShareLink
from galley.preview.sharing.forms import ShareLinkForm
from galley.preview.sharing.links import make_link, may_share

# Addresses that no other device can reach.
THIS_COMPUTER = ("localhost", "127.0.0.1", "[::1]")


@never_cache
@require_http_methods(["GET", "POST"])
@require_admin_access
def page_links(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the links to the draft of a page and a form for a new one; make it when the form is sent."""
    page = _shareable_page(request, page_id)
    form = ShareLinkForm(request.POST if request.method == "POST" else None)
    made = _make_link(request, page, form) if form.is_valid() else {}
    context = {
        "page": page,
        "form": ShareLinkForm() if made else form,
        "links": ShareLink.objects.working().filter(page=page).select_related("made_by"),
        **made,
    }
    return render(request, "preview/share_dialog.html", context)


@require_POST
@require_admin_access
def stop_link(request: HttpRequest, page_id: int, link_id: int) -> HttpResponse:
    """Stop a link to the draft of a page, and go on to `next`: by default, the dialog's list."""
    page = _shareable_page(request, page_id)
    link = get_object_or_404(ShareLink, pk=link_id, page=page)
    if ShareLink.objects.filter(pk=link.pk).stop():
        messages.success(request, _("The link has been stopped. It opens nothing any more."))
    else:
        messages.info(request, _("That link had ended already."))
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        following = reverse("preview:page_links", args=[page.pk])
    return redirect(following)


def _shareable_page(request: HttpRequest, page_id: int) -> Page:
    page = get_object_or_404(Page, pk=page_id, depth__gt=1)
    if not may_share(request.user, page):
        raise PermissionDenied
    return page


def _make_link(request: HttpRequest, page: Page, form: ShareLinkForm) -> dict[str, Any]:
    link, token = make_link(page, request.user, form.chosen_lifetime, form.cleaned_data["label"])
    address = request.build_absolute_uri(reverse("preview:shared", args=[token]))
    is_local = request.get_host().rsplit(":", 1)[0] in THIS_COMPUTER
    return {"made": link, "address": address, "qr_code": qr_code(address), "is_local": is_local}


def qr_code(address: str) -> SafeString:
    """Return an SVG element with the QR code of `address`, dark on light whatever stands around it."""
    title = _("QR code of the link")
    svg = segno.make_qr(address, error="m").svg_inline(scale=4, dark="#000", light="#fff", omitsize=True, title=title)
    return mark_safe(svg)  # segno's own markup; the address is drawn, not written

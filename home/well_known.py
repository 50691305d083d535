"""Small files at fixed addresses: for search engines, for people, and for the device that keeps a link to the site."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language

from galley.page_cache.cacheable_views import cacheable_view, require_site
from home.models import SiteSettings

PLAIN_TEXT = "text/plain; charset=utf-8"
# "Less than a year into the future" is recommended (RFC 9116, section 2.5.5). Rounded, so that it is the same for a
# month; the answer itself is never older than ten minutes.
SECURITY_CONTACT_HOLDS = datetime.timedelta(days=180)

PAPER = "#f8f4ea"


@cacheable_view
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Answer with what robots should leave alone, and where the site map is (RFC 9309)."""
    return render(request, "site/robots.txt", {"site": require_site(request)}, content_type=PLAIN_TEXT)


@cacheable_view
def humans_txt(request: HttpRequest) -> HttpResponse:
    """Answer with who made the site, and with what (https://humanstxt.org)."""
    site = require_site(request)
    context = {"site": site, "texts": SiteSettings.for_site(site)}
    return render(request, "site/humans.txt", context, content_type=PLAIN_TEXT)


@cacheable_view
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with whom to tell of a hole (RFC 9116). Raises Http404 if the editors named nobody."""
    site = require_site(request)
    contact = SiteSettings.for_site(site).security_contact
    if not contact:
        raise Http404
    month = timezone.now().astimezone(datetime.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    context = {
        "contact": contact if ":" in contact else f"mailto:{contact}",
        "expires": month + SECURITY_CONTACT_HOLDS,
        "site": site,
        "language": get_language(),
    }
    return render(request, "site/security.txt", context, content_type=PLAIN_TEXT)


@cacheable_view
def web_manifest(request: HttpRequest) -> HttpResponse:
    """Answer with the name, the colours and the signs of the site, for a device that keeps a link to it."""
    site = require_site(request)
    name = site.site_name or site.hostname
    manifest = {
        "name": name,
        "short_name": name if len(name) <= 12 else name.split()[0][:12],
        "description": SiteSettings.for_site(site).tagline,
        "lang": get_language(),
        "start_url": "/",
        "display": "browser",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static(f"images/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ]
        + [{"src": static("images/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(manifest, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


async def favicon(request: HttpRequest) -> HttpResponse:
    """Send browsers that ask for no icon in particular to the one that all understand."""
    return HttpResponseRedirect(static("images/favicon.ico"), headers={"Cache-Control": "public, max-age=86400"})

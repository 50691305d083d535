"""Files at well-known URLs: robots.txt, humans.txt, security.txt, the web manifest and the icon."""

import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language

from galley.page_cache.cacheable_views import cacheable_view, require_site
from galley.site_settings.registered import find_settings

PLAIN_TEXT = "text/plain; charset=utf-8"
# RFC 9116, section 2.5.5 recommends less than a year. It counts from the first of the month, so that the file changes
# once a month.
SECURITY_CONTACT_VALIDITY = datetime.timedelta(days=180)

PAPER = "#f8f4ea"


@cacheable_view
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Return robots.txt, which excludes the admin and names the sitemap (RFC 9309)."""
    return render(request, "site/robots.txt", {"site": require_site(request)}, content_type=PLAIN_TEXT)


@cacheable_view
def humans_txt(request: HttpRequest) -> HttpResponse:
    """Return humans.txt, which names the people and the software behind the site (https://humanstxt.org)."""
    site = require_site(request)
    context = {"site": site, "texts": find_settings(request)}
    return render(request, "site/humans.txt", context, content_type=PLAIN_TEXT)


@cacheable_view
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return security.txt (RFC 9116). Raises Http404 without a security contact."""
    site = require_site(request)
    settings = find_settings(request)
    contact = settings.security_contact if settings else ""
    if not contact:
        raise Http404
    month = timezone.now().astimezone(datetime.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    context = {
        "contact": contact if ":" in contact else f"mailto:{contact}",
        "expires": f"{month + SECURITY_CONTACT_VALIDITY:%Y-%m-%dT%H:%M:%SZ}",
        "site": site,
        "language": get_language(),
    }
    return render(request, "site/security.txt", context, content_type=PLAIN_TEXT)


@cacheable_view
def web_manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest, for devices on which the site is installed (https://www.w3.org/TR/appmanifest/)."""
    site = require_site(request)
    name, settings = site.site_name or site.hostname, find_settings(request)
    manifest = {
        "name": name,
        "short_name": name if len(name) <= 12 else name.split()[0][:12],
        "description": settings.tagline if settings else "",
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
    """Redirect to the icon for browsers that ignore the `<link>` elements."""
    return HttpResponseRedirect(static("images/favicon.ico"), headers={"Cache-Control": "public, max-age=86400"})

"""The URLs of the site. Wagtail's page tree takes all other paths, and the blogs' feeds come last."""

from django.apps import apps
from django.conf import settings
from django.urls import include, path, re_path
from django.views.defaults import permission_denied
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from config.files import PUBLIC_MEDIA_FOLDERS
from forms.views import form_token
from galley.async_pages.refused_hosts import answer_bad_request
from galley.health import views as health
from galley.images import RENDITIONS_FOLDER
from galley.images.originals import ORIGINALS_FOLDER, serve_original
from galley.images.views import serve_public_file, serve_rendition
from galley.languages.addresses import by_language
from galley.languages.middleware import in_language_of_path
from galley.monitoring.views import metrics
from galley.page_cache.page_routing import serve
from galley.rate_limits.urls import readers_urlpatterns
from galley.second_factor.urls import readers_urlpatterns as sign_in_of_readers
from galley.security_headers.downloads import serve_document
from search.views import search

handler400 = in_language_of_path(answer_bad_request)
handler403 = in_language_of_path(permission_denied)
handler404 = "home.not_found.NotFoundPage"
handler500 = in_language_of_path(health.answer_failure)

BEFORE_WAGTAILS_OWN = ("bin.urls", "desk.signing_in", "second_factor.urls", "rate_limits.urls")

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics),
    *([path("admin/", include("galley.single_sign_on.urls"))] if apps.is_installed("galley.single_sign_on") else []),
    *(path("admin/", include(f"galley.{module}")) for module in BEFORE_WAGTAILS_OWN),
    path("", include(sign_in_of_readers)),
    path("", include(readers_urlpatterns)),
    path("admin/", include(wagtailadmin_urls)),
    path("preview/", include("galley.preview.urls")),
    path(f"{settings.MEDIA_URL.lstrip('/')}{RENDITIONS_FOLDER}/<path:name>", serve_rendition),
    path(f"{settings.MEDIA_URL.lstrip('/')}{ORIGINALS_FOLDER}/<path:name>", serve_original),
    re_path(rf"^{settings.MEDIA_URL.lstrip('/')}((?:{'|'.join(PUBLIC_MEDIA_FOLDERS)})/.+)$", serve_public_file),
    path("forms/token/", form_token, name="form_token"),
    re_path(r"^documents/([0-9]+)/(.*)$", serve_document, name="wagtaildocs_serve"),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("galley.calendar.urls")),
    path("", include("home.urls")),
    path("", include([pattern for pattern in wagtail_urls.urlpatterns if pattern.name != "wagtail_serve"])),
    *by_language(
        path("search/", search, name="search"),
        re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
        # Last: these match every path that ends in `feed.atom` and the like. Paths of pages have no dot.
        path("", include("blog.feeds.urls")),
    ),
]

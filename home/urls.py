"""Well-known URLs: for search engines, browsers and security researchers."""

from django.urls import path

from galley.images.share_images.views import share_image
from home import well_known
from home.sitemaps import sitemap_index, sitemap_part

urlpatterns = [
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path("sitemap-<int:section>.xml", sitemap_part, name="sitemap_part"),
    path("robots.txt", well_known.robots_txt, name="robots_txt"),
    path("humans.txt", well_known.humans_txt),
    path(".well-known/security.txt", well_known.security_txt),
    path("site.webmanifest", well_known.web_manifest, name="web_manifest"),
    path("share/<int:pk>/<slug:digest>.png", share_image, name="share_image"),
    path("favicon.ico", well_known.favicon),
]

"""Addresses that every site has: what search engines, browsers and people who found a hole ask for."""

from django.urls import path

from galley.images.share_images.views import share_image
from home import well_known
from home.site_map.views import site_map_index, site_map_part

urlpatterns = [
    path("sitemap.xml", site_map_index, name="site_map"),
    path("sitemap-<int:number>.xml", site_map_part, name="site_map_part"),
    path("robots.txt", well_known.robots_txt, name="robots_txt"),
    path("humans.txt", well_known.humans_txt),
    path(".well-known/security.txt", well_known.security_txt),
    path("site.webmanifest", well_known.web_manifest, name="web_manifest"),
    path("share/<int:pk>/<slug:digest>.png", share_image, name="share_image"),
    path("favicon.ico", well_known.favicon),
]

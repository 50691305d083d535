"""Addresses that are found before Wagtail's own, which let superusers do more with pages in the bin than others."""

from django.urls import URLPattern, include, path
from wagtail.admin.urls.pages import urlpatterns as page_urls

from galley.bin.deleting import PageUsageView
from galley.bin.hiding import PAGE_ID, ping, refusing

views = {"usage": PageUsageView.as_view()}
urlpatterns = [
    path("editing-sessions/ping/<str:app_label>/<str:model_name>/<str:object_id>/<int:session_id>/", ping),
    path(
        "pages/",
        include(
            [
                URLPattern(one.pattern, refusing(views.get(one.name, one.callback)), one.default_args)
                for one in page_urls
                if PAGE_ID & one.pattern.regex.groupindex.keys()
            ]
        ),
    ),
]

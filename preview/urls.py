"""Addresses of the screens that show a draft. Their sockets have the same addresses: see `preview.routing`."""

from django.urls import path

from preview.views import newest_draft, page_draft, tab_draft

app_name = "preview"

urlpatterns = [
    path("", newest_draft, name="newest"),
    path("pages/<int:page_id>/", page_draft, name="page"),
    path("tabs/<slug:tab>/", tab_draft, name="tab"),
]

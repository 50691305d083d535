"""Addresses of the screens that show a draft. Their sockets have the same addresses: see `galley.preview.asgi`."""

from django.urls import path

from galley.preview.share_views import page_links, stop_link
from galley.preview.views import newest_draft, page_draft, shared_draft, tab_draft

app_name = "preview"

urlpatterns = [
    path("", newest_draft, name="newest"),
    path("pages/<int:page_id>/", page_draft, name="page"),
    path("tabs/<slug:tab>/", tab_draft, name="tab"),
    path("shared/<str:token>/", shared_draft, name="shared"),
    path("pages/<int:page_id>/links/", page_links, name="page_links"),
    path("pages/<int:page_id>/links/<int:link_id>/stop/", stop_link, name="stop_link"),
]

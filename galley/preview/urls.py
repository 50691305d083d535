"""Addresses of the screens that show a draft. Their sockets have the same addresses: see `galley.preview.asgi`."""

from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin

from galley.preview.share_views import page_links, stop_link
from galley.preview.views import explain_connection, shared_draft, user_draft

app_name = "preview"

urlpatterns = [
    path("", user_draft, name="newest"),
    path("pages/<int:page_id>/", user_draft, name="page"),
    path("tabs/<slug:tab>/", xframe_options_sameorigin(user_draft), name="tab"),  # a frame beside the editor's form
    path("shared/<str:token>/", shared_draft, name="shared"),
    path("connection/", explain_connection, name="connection"),
    path("pages/<int:page_id>/links/", page_links, name="page_links"),
    path("pages/<int:page_id>/links/<int:link_id>/stop/", stop_link, name="stop_link"),
]

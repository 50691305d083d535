"""Addresses of the preview's sockets. A viewer's socket has the address of the page that it belongs to."""

from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.urls import path, re_path

from galley.preview.consumers.editor import EditorConsumer
from galley.preview.consumers.guests import GuestViewer
from galley.preview.consumers.origins import SameOriginOnly, refuse
from galley.preview.consumers.viewers import NewestViewer, PageViewer, TabViewer

application = SameOriginOnly(
    SessionMiddlewareStack(
        URLRouter(
            [
                path("preview/", NewestViewer.as_asgi()),
                path("preview/pages/<int:page_id>/", PageViewer.as_asgi()),
                path("preview/tabs/<slug:tab>/", TabViewer.as_asgi()),
                path("preview/shared/<str:token>/", GuestViewer.as_asgi()),
                path("preview/tabs/<slug:tab>/edit/<int:page_id>/", EditorConsumer.as_asgi()),
                path(
                    "preview/tabs/<slug:tab>/create/<slug:app_label>/<slug:model_name>/<int:parent_id>/",
                    EditorConsumer.as_asgi(),
                ),
                re_path("", refuse),  # type: ignore[arg-type]
            ]
        )
    )
)

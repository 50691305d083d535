"""An address that is found before Wagtail's own, which lets superusers save a form whose page is in the bin."""

from django.urls import path

from galley.bin.hiding import ping

urlpatterns = [
    path("editing-sessions/ping/<str:app_label>/<str:model_name>/<str:object_id>/<int:session_id>/", ping),
]

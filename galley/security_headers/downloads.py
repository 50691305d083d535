"""Documents, with headers that fit."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from wagtail.documents import get_document_model
from wagtail.documents.views.serve import serve


def serve_document(request: HttpRequest, document_id: str, file_name: str) -> HttpResponseBase:
    """Return Wagtail's response: a view for the URL `wagtaildocs_serve`. Raises Http404 for the name of a former file.

    Wagtail sends `Content-Encoding: None`. What not everybody may read is stored nowhere, the way to it neither. The
    name of a former file may come back, so caches ask each time (RFC 9111, 4.2.2).
    """
    response = serve(request, document_id, file_name)
    if response.get("Content-Encoding") == "None":
        del response["Content-Encoding"]
    document = get_document_model().objects.select_related("collection").get(pk=document_id)
    if document.collection.get_view_restrictions():
        patch_cache_control(response, private=True, no_store=True)
    elif not response.has_header("Cache-Control"):
        patch_cache_control(response, no_cache=True)
    return response

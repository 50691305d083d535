"""Documents: their former URLs, which had the names of former files, and headers that fit."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from wagtail.documents.views.serve import serve

from galley.async_pages.redirects import add_redirect


def serve_document(request: HttpRequest, document_id: str, file_name: str) -> HttpResponseBase:
    """Return Wagtail's response. Raises Http404 for the name of a former file, which has a redirect.

    Wagtail sends `Content-Encoding: None`. The name of a former file may come back, so caches ask each time (RFC 9111,
    4.2.2).
    """
    response = serve(request, document_id, file_name)
    if response.get("Content-Encoding") == "None":
        del response["Content-Encoding"]
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, no_cache=True)
    return response


def remember_url(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Give a document that is about to be saved its former URL, if it has one: a receiver of `pre_save`.

    A new file's hash is its ETag. Wagtail sets that in its forms only.
    """
    if instance.file and not instance.file._committed:
        instance._set_document_file_metadata()
    former = sender.objects.filter(pk=instance.pk).first()
    instance.former_url = former.url if former else None


def redirect_former_url(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Redirect the former URL of a document whose file was replaced: a receiver of `post_save`."""
    if instance.former_url not in (None, instance.url):
        add_redirect(instance.former_url, instance.url)

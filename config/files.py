"""Static and media files, which are served without Django's middleware."""

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.http import HttpRequest
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe
from servestatic import ServeStaticASGI
from servestatic.responders import NOT_MODIFIED_HEADERS, Response, StaticFile

from galley.images import RENDITIONS_FOLDER

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

# Only these media folders are public, and the renditions. Documents and originals are served by views that check
# permissions.
PUBLIC_MEDIA_FOLDERS = ("avatar_images", "embeds")

# One range of bytes that isn't empty (RFC 9110, 14.1.2). Any other is ignored, as 14.2 allows.
RANGE = re.compile(r"bytes=([0-9]+-[0-9]*|-0*[1-9][0-9]*)")


def serve_static_files(app: ASGIApp) -> ASGIApp:
    """Serve static files before `app`: in development from their sources, else from `STATIC_ROOT`."""
    if str(settings.STORAGES["staticfiles"]["BACKEND"]).startswith("django."):
        return ASGIStaticFilesHandler(app)  # type: ignore[arg-type]
    return FileServer(app, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)


def serve_public_media(app: ASGIApp) -> ASGIApp:
    """Serve existing renditions before `app`, which creates missing ones and redirects old URLs.

    In production a web server may do this instead.
    """
    media = FileServer(app, autorefresh=True, max_age=60 * 60 * 24 * 30)
    for folder in PUBLIC_MEDIA_FOLDERS:
        media.add_files(str(settings.MEDIA_ROOT / folder), prefix=f"{settings.MEDIA_URL}{folder}/")
    pictures_url = f"{settings.MEDIA_URL}{RENDITIONS_FOLDER}/"
    pictures = FileServer(app, autorefresh=True, immutable_file_test=lambda path, url: True)
    pictures.add_files(str(settings.MEDIA_ROOT / RENDITIONS_FOLDER), prefix=pictures_url)

    async def route(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        server = pictures if path.startswith(pictures_url) else media if path.startswith(settings.MEDIA_URL) else app
        await server(scope, receive, send)

    return route


class ConditionalFile:
    """A static file that answers conditional requests as RFC 9110, 13 says.

    ServeStatic 4.4 has one strong ETag for all encodings, expects exactly this one in `If-None-Match`, ignores
    `If-Range`, answers `HEAD` with a range, reads `--5` and `1_0-` as ranges, and lets caches store errors for years.
    """

    def __init__(self, file: StaticFile) -> None:
        self.file = file
        for encoding, _path, headers in file.alternatives:
            headers[:] = [(name, _etag_of(value, encoding) if name == "ETag" else value) for name, value in headers]

    async def aget_response(self, method: str, request_headers: Mapping[str, str], **options: bool) -> Response:
        """Return ServeStatic's response to a request with these headers, in the names of WSGI's environment."""
        headers = Headers(self.file.get_path_and_headers(request_headers)[1])
        etag, last_modified = headers["ETag"], headers["Last-Modified"] or ""
        request = HttpRequest()
        request.method, request.META = method, dict(request_headers)
        if method in ("GET", "HEAD") and (
            answer := get_conditional_response(request, etag, parse_http_date_safe(last_modified))
        ):
            sent = [(name, headers[name]) for name in NOT_MODIFIED_HEADERS if name in headers]
            return _forbid_storing_errors(Response(HTTPStatus(answer.status_code), sent, None))
        answered = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
        is_same = request_headers.get("HTTP_IF_RANGE", etag) in (etag, last_modified)
        if method != "GET" or not is_same or not RANGE.fullmatch(request_headers.get("HTTP_RANGE", "")):
            answered.add("HTTP_RANGE")
        rest = {name: value for name, value in request_headers.items() if name not in answered}
        return _forbid_storing_errors(await self.file.aget_response(method, rest, **options))


class FileServer(ServeStaticASGI):
    """ServeStatic with the conditional requests of RFC 9110."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> ConditionalFile:
        """Find the file; raise ServeStatic's `MissingFileError` if there is none."""
        return ConditionalFile(super().get_static_file(path, url, stat_cache))


def _forbid_storing_errors(response: Response) -> Response:
    """Return `response`; 412 and 416 without `Cache-Control`, by which caches might store them (RFC 9111, 3)."""
    if response.status >= HTTPStatus.BAD_REQUEST:
        response.headers = [(name, value) for name, value in response.headers if name != "Cache-Control"]
    return response


def _etag_of(etag: str, encoding: str | None) -> str:
    """Return the ETag of a file in one encoding, since each has bytes of its own."""
    return f'{etag[:-1]}-{encoding}"' if encoding else etag

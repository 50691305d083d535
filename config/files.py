"""Static and media files, which are served without Django's middleware."""

from collections.abc import Awaitable, Callable
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from servestatic import ServeStaticASGI

from galley.images import RENDITIONS_FOLDER

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

# Only these media folders are public. Documents are served by Wagtail's view, which checks permissions.
PUBLIC_MEDIA_FOLDERS = ("images", "original_images", "avatar_images")


def serve_static_files(app: ASGIApp) -> ASGIApp:
    """Serve static files before `app`: in development from their sources, else from `STATIC_ROOT`."""
    if str(settings.STORAGES["staticfiles"]["BACKEND"]).startswith("django."):  # type: ignore[index]
        return ASGIStaticFilesHandler(app)  # type: ignore[arg-type]
    return ServeStaticASGI(app, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)


def serve_public_media(app: ASGIApp) -> ASGIApp:
    """Serve uploaded images and existing renditions before `app`, which creates missing ones and redirects old URLs.

    In production a web server may do this instead.
    """
    media = ServeStaticASGI(app, autorefresh=True, max_age=60 * 60 * 24 * 30, add_headers_function=_sandbox_media)
    for folder in PUBLIC_MEDIA_FOLDERS:
        media.add_files(str(settings.MEDIA_ROOT / folder), prefix=f"{settings.MEDIA_URL}{folder}/")
    pictures_url = f"{settings.MEDIA_URL}{RENDITIONS_FOLDER}/"
    pictures = ServeStaticASGI(app, autorefresh=True, immutable_file_test=lambda path, url: True)
    pictures.add_files(str(settings.MEDIA_ROOT / RENDITIONS_FOLDER), prefix=pictures_url)

    async def route(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        server = pictures if path.startswith(pictures_url) else media if path.startswith(settings.MEDIA_URL) else app
        await server(scope, receive, send)

    return route


def _sandbox_media(headers: Headers, path: str, url: str) -> None:
    """Disable the scripts of an uploaded SVG that is opened as a document."""
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    headers["X-Content-Type-Options"] = "nosniff"

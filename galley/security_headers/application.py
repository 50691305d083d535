"""An ASGI application around a site's own: the headers of what Django doesn't answer, and the address for reports."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from galley.security_headers.conf import get_setting
from galley.security_headers.middleware import find_headers
from galley.security_headers.policies import CSP
from galley.security_headers.reports import take_report

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

POLICY = CSP.lower().encode()


class SecurityHeaders:
    """Gives their headers to files and refusals, since Django's middleware doesn't see them, and takes reports.

    It belongs inside the page cache, so that the cache stores what it adds, and around all else that answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files = (str(settings.STATIC_URL), str(settings.MEDIA_URL))
        self._report_path = get_setting("CSP_REPORT_PATH")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the site does, or to a report."""
        path = scope["path"] if scope["type"] == "http" else ""
        # Django's pages for developers have styles and scripts in them, and no policy.
        if path and (not settings.DEBUG or path.startswith(self._files)):
            send = _with_headers(scope, send)
        app = take_report if path and path == self._report_path else self.app
        await app(scope, receive, send)


def _with_headers(scope: Any, send: Any) -> Any:
    """Return `send` with the headers for `scope`. What has a policy has passed Django's middleware, and lacks none."""

    async def send_with_headers(message: Any) -> None:
        if message["type"] == "http.response.start":
            sent = {name.lower(): value for name, value in message["headers"]}
            if POLICY not in sent:
                found = find_headers(scope["path"], sent.get(b"content-type", b"").decode("latin-1"))
                wanted = [
                    (name.lower().encode(), value.encode()) for name, value in (found | _find_hsts(scope)).items()
                ]
                missing = [(name, value) for name, value in wanted if name not in sent]
                message = {**message, "headers": [*message["headers"], *missing]}
        await send(message)

    return send_with_headers


def _find_hsts(scope: Any) -> dict[str, str]:
    """Return the header that Django's `SecurityMiddleware` gives to what it sees, where a browser asks by HTTPS."""
    header, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    name = header.removeprefix("HTTP_").replace("_", "-").lower().encode()
    is_secure = scope.get("scheme") == "https" or (name and (name, secure.encode()) in map(tuple, scope["headers"]))
    if not settings.SECURE_HSTS_SECONDS or not is_secure:
        return {}
    value = f"max-age={settings.SECURE_HSTS_SECONDS}"
    value += "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return {"Strict-Transport-Security": value + ("; preload" if settings.SECURE_HSTS_PRELOAD else "")}

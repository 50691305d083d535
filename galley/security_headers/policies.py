"""The policies: what public pages and previews, the admin, and files may load and run.

Public pages come from a cache as bytes, the same for everybody. So a nonce, which has to differ in each response, can't
name the scripts that stand in a page: their hashes do.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from galley.security_headers.conf import DEFAULTS, get_setting

Sources = dict[str, list[str]]

CSP = "Content-Security-Policy"
SELF, NONE = "'self'", "'none'"

# Of each: scripts and styles from files of the site only. Sockets are of the same origin (CSP 3, 6.7.2.8).
PUBLIC: Mapping[str, list[str]] = {
    "default-src": [],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "media-src": [SELF],
    "manifest-src": [SELF],
    # The screen of a draft shows it in a frame as wide as a phone.
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [],
    # Wagtail's preview panel shows the page in a frame.
    "frame-ancestors": [SELF],
}
# Wagtail's own templates and scripts write scripts and styles into the page (`panels/inline_panel.html`, date fields,
# Draftail), and its icons come by `data:`. Pictures that are pasted are read and shown by `data:` and `blob:`.
ADMIN: Mapping[str, list[str]] = {
    **PUBLIC,
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF, "data:", "blob:"],
    "media-src": [SELF, "blob:"],
}
# A file that is opened by itself: an SVG may have styles of its own, and runs no script.
FILE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
DIRECTIVE = re.compile(r"[a-z]+(-[a-z]+)+")


class Kinds(NamedTuple):
    """The headers of each kind of response."""

    public: dict[str, str]
    admin: dict[str, str]
    file: dict[str, str]
    picture: dict[str, str]


@cache
def build_headers() -> Kinds:
    """Return the headers of this site. Raises ImproperlyConfigured for a setting that can't be read."""
    reports = get_setting("CSP_REPORT_PATH")
    common = {
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in get_setting("PERMISSIONS_POLICY_DENIED")),
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    page = common | ({"Reporting-Endpoints": f'policy="{reports}"'} if reports else {})
    files = _find_file_sources()
    admin = _write(ADMIN, files, parse_sources("CSP_ADMIN_SOURCES", get_setting("CSP_ADMIN_SOURCES")))
    return Kinds(
        public={CSP: _write(*_find_public_sources(), files), **page},
        admin={CSP: admin, **page},
        file={CSP: FILE, **common},
        # Feed readers and other sites show the pictures of public pages, and nothing else.
        picture={CSP: FILE, **common, "Cross-Origin-Resource-Policy": "cross-origin"},
    )


def widen(policy: str, sources: Sources) -> str:
    """Return `policy` with more sources."""
    return _write(parse_sources(CSP, policy), sources)


def allow(request: HttpRequest | None, directive: str, source: str) -> None:
    """Add `source` to a directive of the policy for the response to `request`.

    For what only the page knows, such as the host of a form in its text. Without a request, nothing happens.
    """
    if request is not None:
        sources: Sources = request.__dict__.setdefault("csp_sources", {})
        sources.setdefault(directive, []).append(source)


def is_admin(path: str) -> bool:
    """Return whether `path` is one of the admin."""
    prefix = _find_admin()
    return prefix is not None and path.startswith(prefix)


@cache
def _find_admin() -> str | None:
    try:
        return reverse("wagtailadmin_home")
    except NoReverseMatch:
        return None


def parse_sources(name: str, text: str) -> Sources:
    """Return the directives in `text`, the value of the setting `name`. Raises ImproperlyConfigured."""
    parsed: Sources = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        directive, *sources = part.split()
        if not DIRECTIVE.fullmatch(directive) or not part.isascii() or "," in part:
            raise ImproperlyConfigured(
                f"{name}: {part!r} is no part of a content security policy. Write it as in "
                "'img-src https://pictures.example.org; connect-src https://counts.example.org'."
            )
        parsed[directive] = [source for source in sources if source != NONE]
    return parsed


def hash_inline_scripts(template_names: Iterable[str]) -> list[str]:
    """Return the hashes of the scripts in the sources of templates. The scripts have no template tags."""
    sources = [get_template(name).template.source for name in template_names]  # type: ignore[attr-defined]
    scripts = [script for source in sources for script in INLINE_SCRIPT.findall(source)]
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def _find_public_sources() -> list[Mapping[str, list[str]]]:
    return [
        PUBLIC,
        {"script-src": hash_inline_scripts(get_setting("CSP_INLINE_SCRIPTS"))},
        *(import_string(path)() for path in get_setting("CSP_SOURCE_FUNCTIONS")),
        parse_sources("CSP_SOURCES", get_setting("CSP_SOURCES")),
    ]


def _find_file_sources() -> Sources:
    """Return the origins of static and media files, where these are on another host, as in a bucket."""
    static, media = _origin_of(str(settings.STATIC_URL)), _origin_of(str(settings.MEDIA_URL))
    media += _origin_of(getattr(settings, "RENDITIONS_URL", ""))
    return {
        **dict.fromkeys(("script-src", "style-src", "font-src", "connect-src"), static),
        "img-src": [*static, *media],
        "media-src": media,
    }


def _origin_of(url: str) -> list[str]:
    parts = urlsplit(url)
    return [f"{parts.scheme or 'https'}://{parts.netloc}"] if parts.netloc else []


def _write(*parts: Mapping[str, list[str]]) -> str:
    merged: dict[str, dict[str, None]] = {}
    for part in parts:
        for name, sources in part.items():
            merged.setdefault(name, {}).update(dict.fromkeys(sources))
    if path := get_setting("CSP_REPORT_PATH"):
        merged |= {"report-uri": {path: None}, "report-to": {"policy": None}}
    return "; ".join(" ".join([name, *(sources or [NONE])]) for name, sources in merged.items())


def _forget(*, setting: str, **kwargs: object) -> None:
    """Build the policies again after a test has changed a setting: a receiver of `setting_changed`."""
    if setting in {*DEFAULTS, "STATIC_URL", "MEDIA_URL", "RENDITIONS_URL", "ROOT_URLCONF", "EMBED_PROVIDERS"}:
        build_headers.cache_clear()
        _find_admin.cache_clear()


setting_changed.connect(_forget)

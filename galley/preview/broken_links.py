"""Which links of a page lead nowhere on this site, as a visitor would find out. Other sites aren't asked."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from wagtail.models import Page, Site

# A page that was published meanwhile is known after that many seconds.
SECONDS_KEPT = 30


class Failure(StrEnum):
    """Why a link leads nowhere."""

    MISSING = "missing"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True)
class Target:
    """A path on one of this installation's sites."""

    site_id: int
    path: str

    @property
    def key(self) -> str:
        """Name the target in the cache, with characters that every cache takes."""
        name = f"{self.site_id}:{self.path}".encode("utf-8", "surrogatepass")
        return f"preview.link.{hashlib.sha256(name).hexdigest()}"


def find_failures(page: Page, addresses: Collection[str]) -> dict[str, Failure]:
    """Return those of `addresses`, links as they stand on `page`, that lead nowhere, and why.

    `page` is taken to exist, even if it isn't published yet. Asks the database, for each link once in a while.
    """
    own = page.get_full_url()
    if not own:
        return {}
    targets = {address: target for address in addresses if (target := _target(own, address))}
    known = cache.get_many([target.key for target in targets.values()])
    unknown = {target for target in targets.values() if target.key not in known}
    # The cache tells "works" from "isn't known" by the empty text.
    found = {target.key: failure or "" for target, failure in _look_up(unknown)}
    if found:
        cache.set_many(found, SECONDS_KEPT)
    answers = known | found
    own_path = urlsplit(own).path
    return {
        address: Failure(answers[target.key])
        for address, target in targets.items()
        if answers[target.key] and target.path != own_path
    }


def _target(own: str, address: str) -> Target | None:
    """Return what `address` means on the page at `own`; None if it isn't a path of this installation."""
    try:
        parts = urlsplit(urljoin(own, address))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    for root in Site.get_site_root_paths():
        if urlsplit(root.root_url).netloc == parts.netloc:
            # PostgreSQL takes no text with a zero byte; no address has one either.
            return Target(root.site_id, unquote(parts.path).replace("\0", "\ufffd") or "/")
    return None


def _look_up(targets: Collection[Target]) -> Iterator[tuple[Target, Failure | None]]:
    sites = Site.objects.select_related("root_page").in_bulk({target.site_id for target in targets})
    matches = {target: _match(target.path) for target in targets}
    paths = {_url_path(target, sites): target for target in targets if _is_page(matches[target])}
    published = dict(Page.objects.filter(url_path__in=list(paths)).values_list("url_path", "live"))
    for target in targets:
        failure: Failure | None = None
        if not published.get(_url_path(target, sites)) and not _is_there(target, matches[target], sites):
            is_draft = _url_path(target, sites) in published
            failure = Failure.UNPUBLISHED if is_draft else Failure.MISSING
        yield target, failure


def _match(path: str) -> ResolverMatch | None:
    for candidate in (path, f"{path}/") if settings.APPEND_SLASH else (path,):
        try:
            return resolve(candidate)
        except Resolver404:
            continue
    return None


def _is_page(match: ResolverMatch | None) -> bool:
    return match is not None and match.url_name == "wagtail_serve"


def _url_path(target: Target, sites: dict[int, Site]) -> str:
    """Return the path in the page tree that the target would have without routes of a page's own."""
    return f"{sites[target.site_id].root_page.url_path.rstrip('/')}/{target.path.strip('/')}/".replace("//", "/")


def _is_there(target: Target, match: ResolverMatch | None, sites: dict[int, Site]) -> bool:
    if _has_prefix(target.path, settings.STATIC_URL):
        return True
    if _has_prefix(target.path, settings.MEDIA_URL):
        # A view of the site's may make a file when it is first asked for.
        has_view = match is not None and not _is_page(match)
        return has_view or _is_file(target.path.removeprefix(settings.MEDIA_URL))
    site = sites[target.site_id]
    if _is_page(match):
        return _is_route(site, target.path) or _is_redirected(site, target.path)
    if match is not None and match.url_name == "wagtaildocs_serve":
        return _is_document(*match.args)
    return match is not None or _is_redirected(site, target.path)


def _has_prefix(path: str, prefix: str | None) -> bool:
    return bool(prefix) and prefix != "/" and path.startswith(str(prefix))


def _is_file(name: str) -> bool:
    try:
        return default_storage.exists(name)
    except (SuspiciousFileOperation, ValueError, OSError):
        return False


def _is_document(number: str, filename: str) -> bool:
    from wagtail.documents import get_document_model

    document = get_document_model().objects.filter(pk=number).first()
    return document is not None and document.filename == filename


def _is_route(site: Site, path: str) -> bool:
    """Whether Wagtail would find a page: one with routes of its own, or in another language, too."""
    return Page.route_for_request(_visit(site, path), path) is not None


def _is_redirected(site: Site, path: str) -> bool:
    if not apps.is_installed("wagtail.contrib.redirects"):
        return False
    from wagtail.contrib.redirects.middleware import get_redirect
    from wagtail.contrib.redirects.models import Redirect

    return get_redirect(_visit(site, path), Redirect.normalise_path(path)) is not None


def _visit(site: Site, path: str) -> HttpRequest:
    """Return a stranger's request, as far as routing asks for one."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.user = AnonymousUser()
    request._wagtail_site = site  # type: ignore[attr-defined]  # where `Site.find_for_request` keeps its answer
    return request

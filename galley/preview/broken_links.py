"""Which links of a page lead nowhere on this site, as a visitor would find out. Other sites aren't asked."""

import hashlib
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import is_valid_path
from wagtail.documents import get_document_model
from wagtail.models import Page, Site

from galley.preview.messages import storable

# How many links are looked up at a time: each takes some queries.
MOST_AT_ONCE = 100
# A page that was published meanwhile is known after that many seconds.
SECONDS_KEPT = 30


class Failure(StrEnum):
    """Why a link leads nowhere."""

    MISSING = "missing"
    UNPUBLISHED = "unpublished"


class Target(NamedTuple):
    """A path on one of this installation's sites.

    `url_path` is the path in the page tree that it has without routes of a page's own.
    """

    site_id: int
    path: str
    url_path: str

    @property
    def key(self) -> str:
        """Name the target in the cache, with characters that every cache takes."""
        return f"preview.link.{hashlib.sha256(f'{self.site_id}:{self.path}'.encode()).hexdigest()}"


class Failures(NamedTuple):
    """Why links lead nowhere, by their address. If there were many links, it isn't complete yet: ask again."""

    reasons: dict[str, Failure]
    is_complete: bool = True


def find_failures(page: Page, addresses: Collection[str]) -> Failures:
    """Return those of `addresses`, links as they stand on `page`, that lead nowhere, and why.

    `page` is taken to exist, even if it isn't published yet. Asks the database, for each link once in a while.
    """
    own = page.get_full_url()
    if not own:
        return Failures({})
    targets = {address: target for address in addresses if (target := find_target(own, address))}
    known = cache.get_many([target.key for target in targets.values()])
    unknown = list(dict.fromkeys(target for target in targets.values() if target.key not in known))
    # The cache tells "works" from "isn't known" by the empty text.
    found = {target.key: failure or "" for target, failure in look_up(unknown[:MOST_AT_ONCE])}
    if found:
        cache.set_many(found, SECONDS_KEPT)
    answers = known | found
    own_path = urlsplit(own).path
    reasons = {
        address: Failure(answers[target.key])
        for address, target in targets.items()
        if answers.get(target.key) and target.path != own_path
    }
    return Failures(reasons, is_complete=len(unknown) <= MOST_AT_ONCE)


def find_target(own: str, address: str) -> Target | None:
    """Return what `address` means on the page at `own`, a URL; None if it isn't a path of this installation."""
    try:
        parts = urlsplit(urljoin(own, address))
    except ValueError:
        return None
    for root in Site.get_site_root_paths():
        if parts.scheme in ("http", "https") and urlsplit(root.root_url).netloc == parts.netloc:
            path = storable(unquote(parts.path)) or "/"
            return Target(root.site_id, path, f"{root.root_path}{path.strip('/')}/".replace("//", "/"))
    return None


def look_up(targets: Collection[Target]) -> Iterator[tuple[Target, Failure | None]]:
    """Yield each of `targets` with the reason why it leads nowhere, or None. Asks the database, and no cache."""
    at = [target.url_path for target in targets]
    published = dict(Page.objects.filter(url_path__in=at).values_list("url_path", "live"))
    for target in targets:
        failure: Failure | None = None
        if not published.get(target.url_path) and not _is_there(target):
            failure = Failure.UNPUBLISHED if target.url_path in published else Failure.MISSING
        yield target, failure


def _is_there(target: Target) -> bool:
    """Whether anything but a page at its own place answers a visitor."""
    path = target.path
    match = is_valid_path(path) or (settings.APPEND_SLASH and is_valid_path(f"{path}/"))
    is_page = match is not False and match.url_name == "wagtail_serve"
    has_view = match is not False and not is_page
    if _has_prefix(path, settings.STATIC_URL):
        return True
    if _has_prefix(path, settings.MEDIA_URL):
        # A view of the site's may make a file when it is first asked for.
        return has_view or _is_file(path.removeprefix(settings.MEDIA_URL))
    if match and match.url_name == "wagtaildocs_serve":
        number, filename = match.args
        document = get_document_model().objects.filter(pk=number).first()
        return document is not None and document.filename == filename
    return has_view or _is_routed(target, is_page=is_page)


def _has_prefix(path: str, prefix: str | None) -> bool:
    return bool(prefix) and prefix != "/" and path.startswith(str(prefix))


def _is_file(name: str) -> bool:
    try:
        return default_storage.exists(name)
    except (SuspiciousFileOperation, ValueError, OSError):
        return False


def _is_routed(target: Target, *, is_page: bool) -> bool:
    """Whether Wagtail would find a page (one with routes of its own, or in another language, too) or a redirect."""
    request = _visit(Site.objects.select_related("root_page").get(pk=target.site_id), target.path)
    if is_page and Page.route_for_request(request, target.path):
        return True
    if not apps.is_installed("wagtail.contrib.redirects"):
        return False
    from wagtail.contrib.redirects.middleware import get_redirect
    from wagtail.contrib.redirects.models import Redirect

    return get_redirect(request, Redirect.normalise_path(target.path)) is not None


def _visit(site: Site, path: str) -> HttpRequest:
    """Return a stranger's request, as far as routing asks for one."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.user = AnonymousUser()
    request._wagtail_site = site  # type: ignore[attr-defined]  # where `Site.find_for_request` keeps its answer
    return request

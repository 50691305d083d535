"""Redirects lead to their end in one step, and never in a circle. Those that code or an import writes do, too.

One to a page that isn't published leads on by the redirect of the page's own address, if there is one. Whether it is
published changes without a word to the redirect, so it keeps its page, and a visitor's request is what finds the end.
"""

from typing import Any
from urllib.parse import urljoin, urlsplit

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

MAX_STEPS = 20


def leads_back(redirect: Redirect) -> bool:
    """Return whether `redirect` would lead back to its own address, by itself or with others. Blocks."""
    return _find_end(redirect) is None


def flatten_chain(sender: Any, instance: Redirect, raw: bool = False, **kwargs: Any) -> None:
    """Let a redirect lead to where its target is redirected: a receiver of `pre_save`.

    Of a circle, the older ones are deleted: a form says so before. Code and imports can't be asked. Those to pages
    stay: they are right again once their page is published.
    """
    if raw or instance.redirect_page_id:
        return
    end = _find_end(instance)
    if end is None:
        path = _local_path(instance.redirect_link)
        Redirect.objects.filter(old_path=path, redirect_page=None).exclude(pk=instance.pk).delete()
    elif end is not instance:
        _copy_target(end, instance)


def shorten_others(sender: Any, instance: Redirect, raw: bool = False, **kwargs: Any) -> None:
    """Let those that lead to a redirect's address lead to its target: a receiver of `post_save`."""
    if raw or _has_page(instance.old_path):
        return
    hosts = {host for site in Site.objects.all() for host in (site.root_url, f"https://{site.hostname}")}
    links = [f"{host}{instance.old_path}{slash}" for host in ("", *hosts) for slash in ("", "/")]
    for other in Redirect.objects.filter(redirect_link__in=links, redirect_page=None).exclude(pk=instance.pk):
        if _shares_site(other, instance):
            _copy_target(instance, other)
            other.save()


def find_end(request: HttpRequest, url: str) -> str | None:
    """Return where a visitor of `request` ends who is redirected to `url`; None if that is a circle. Blocks.

    Addresses of unpublished pages are left out on the way. Any other that has a redirect may answer by itself, too.
    """
    at = request.build_absolute_uri(escape_uri_path(request.path))
    here, end = urlsplit(at).hostname, ""
    seen: set[tuple[str, str]] = set()
    while len(seen) < MAX_STEPS:
        seen.add(_key(at))
        at = urljoin(at, url)
        host, path = _key(at)
        if (host, path) in seen:
            return None
        site = Site.find_for_request(request) if host == here else Site.objects.filter(hostname=host).first()
        live = _find_pages(path) if site else {True}
        end = end or ("" if live == {False} else url)
        found = () if True in live else Redirect.get_for_site(site).filter(old_path=path)
        following = max(found, key=lambda one: one.site_id or 0, default=None)
        if following is None or following.link is None:
            return end or url
        url = following.link
    return None


def _key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", Redirect.normalise_path(parts.path)


def _find_end(redirect: Redirect) -> Redirect | None:
    """Return the redirect whose target `redirect` leads to at last, maybe itself; None if it leads back."""
    end, steps = redirect, 0
    while not (end.redirect_page and end.redirect_page.live) and steps < MAX_STEPS:
        path = _local_path(end.link or "")
        if path == redirect.old_path:
            return None
        found = Redirect.objects.filter(old_path=path).exclude(pk=redirect.pk) if path else ()
        following = next((one for one in found if _shares_site(redirect, one)), None)
        if following is None or _has_page(path):
            return end
        end, steps = following, steps + 1
    return end if end.redirect_page and end.redirect_page.live else None


def _local_path(link: str) -> str:
    """Return the path of a link to this site, as redirects store it; empty for other hosts and for parts of a page."""
    parts = urlsplit(link)
    hosts = {"", *Site.objects.values_list("hostname", flat=True)} if parts.netloc else {""}
    is_here = (parts.hostname or "") in hosts and not parts.fragment and bool(parts.path)
    return Redirect.normalise_path(link) if is_here else ""


def _shares_site(redirect: Redirect, other: Redirect) -> bool:
    return other.site_id in (None, redirect.site_id)


def _has_page(path: str) -> bool:
    """Return whether a published page answers there, so that no redirect is asked for."""
    return True in _find_pages(path)


def _find_pages(path: str) -> set[bool]:
    """Return whether the pages at a path are published: none, or one on each site."""
    slash = path.rstrip("/") + "/"
    urls = []
    for root in Site.get_site_root_paths():
        language = f"/{root.language_code}"
        below = slash.removeprefix(language) if slash.startswith(f"{language}/") else slash
        urls.append(f"{root.root_path.rstrip('/')}{below}")
    return set(Page.objects.filter(url_path__in=urls).values_list("live", flat=True))


def _copy_target(source: Redirect, target: Redirect) -> None:
    target.redirect_link = source.redirect_link
    target.redirect_page = source.redirect_page
    target.redirect_page_route_path = source.redirect_page_route_path

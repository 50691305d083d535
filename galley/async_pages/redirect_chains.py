"""Redirects lead to their end in one step, and never in a circle. Those that code or an import writes do, too."""

from typing import Any
from urllib.parse import urlsplit

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

MAX_STEPS = 20


def leads_back(redirect: Redirect) -> bool:
    """Return whether `redirect` would lead back to its own address, by itself or with others. Blocks."""
    return _find_end(redirect) is None


def flatten_chain(sender: Any, instance: Redirect, raw: bool = False, **kwargs: Any) -> None:
    """Let a redirect lead to where its target is redirected: a receiver of `pre_save`.

    Of a circle, the older ones are deleted: a form says so before. Code and imports can't be asked.
    """
    if raw or instance.redirect_page_id:
        return
    end = _find_end(instance)
    if end is None:
        path = _local_path(instance.redirect_link)
        Redirect.objects.filter(old_path=path).exclude(pk=instance.pk).delete()
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


def _find_end(redirect: Redirect) -> Redirect | None:
    """Return the redirect whose target `redirect` leads to at last, maybe itself; None if it leads back."""
    end, steps = redirect, 0
    while not end.redirect_page_id and steps < MAX_STEPS:
        path = _local_path(end.redirect_link)
        if path == redirect.old_path:
            return None
        found = Redirect.objects.filter(old_path=path).exclude(pk=redirect.pk) if path else ()
        following = next((one for one in found if _shares_site(redirect, one)), None)
        if following is None or _has_page(path):
            return end
        end, steps = following, steps + 1
    return end if end.redirect_page_id else None


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
    slash = path.rstrip("/") + "/"
    paths = [f"{root.root_path.rstrip('/')}{slash}" for root in Site.get_site_root_paths()]
    return Page.objects.live().filter(url_path__in=paths).exists()


def _copy_target(source: Redirect, target: Redirect) -> None:
    target.redirect_link = source.redirect_link
    target.redirect_page = source.redirect_page
    target.redirect_page_route_path = source.redirect_page_route_path

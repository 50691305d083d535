"""Redirects of URLs that have changed, beside those that Wagtail writes for pages."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.http import Http404, HttpRequest
from django.utils.encoding import escape_uri_path, uri_to_iri
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

# Longer paths are no page's, and each part is looked up.
MAX_DEPTH = 20


def add_redirect(former: str, present: str) -> None:
    """Redirect the URL `former` to `present`, in one step however often it has changed.

    An editor's redirect of `former` stays. One that leads to `former` leads to `present` from now on.
    """
    former, present = uri_to_iri(former), uri_to_iri(present)  # shorter: the columns take 255 characters
    if former == present:
        return
    Redirect.objects.filter(redirect_link=former).update(redirect_link=present)
    paths = [Redirect.normalise_path(url) for url in (former, present)]
    Redirect.objects.filter(old_path__in=paths, site=None, automatically_created=True).delete()
    Redirect.objects.filter(old_path=paths[1], redirect_link=present).delete()  # it would lead to itself
    if not Redirect.objects.filter(old_path=paths[0], site=None).exists():
        Redirect.add_redirect(former, present, automatically_created=True)


def redirect_moved_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    """Let Wagtail redirect the former URLs of a page that was moved, if visitors know any.

    A receiver of `post_page_move`, in the place of Wagtail's own. That deletes every automatic redirect of the site if
    it has none to write, as for a draft.
    """
    # It needs the models.
    from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_page_move

    if _was_public(instance):
        autocreate_redirects_on_page_move(instance=instance, **kwargs)


def redirect_renamed_page(sender: Any, instance: Page, **kwargs: Any) -> None:
    """Let Wagtail redirect the former URLs of a page with a new slug, if visitors know any.

    A receiver of `page_slug_changed`, for the same reason.
    """
    # It needs the models.
    from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change

    if _was_public(instance):
        autocreate_redirects_on_slug_change(instance=instance, **kwargs)


def _was_public(page: Page) -> bool:
    return bool(page.specific.get_route_paths()) or page.get_descendants().live().exists()


def follow_moved_page(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Let redirects that lead below a page lead below its present URL.

    A receiver of Wagtail's signals `page_slug_changed` and `post_page_move`. Wagtail redirects the page itself.
    """
    before = kwargs.get("url_path_before") or kwargs["instance_before"].url_path
    after = kwargs.get("url_path_after") or instance.url_path
    for root in Site.get_site_root_paths():
        if before.startswith(root.root_path) and after.startswith(root.root_path):
            former, present = (f"/{path.removeprefix(root.root_path)}" for path in (before, after))
            for redirect in Redirect.objects.filter(redirect_link__startswith=former).exclude(redirect_link=present):
                link = present + redirect.redirect_link.removeprefix(former)
                if Redirect.normalise_path(link) == redirect.old_path:
                    redirect.delete()  # it would lead to itself
                else:
                    Redirect.objects.filter(pk=redirect.pk).update(redirect_link=link)


def find_present_urls(former: Iterable[str]) -> dict[str, str]:
    """Return those of the URLs `former` that were redirected automatically, each with its present URL. One query."""
    paths = {Redirect.normalise_path(uri_to_iri(url)): url for url in former}
    found = Redirect.objects.filter(old_path__in=paths, site=None, automatically_created=True)
    return {paths[path]: url for path, url in found.values_list("old_path", "redirect_link")}


def find_moved_url(request: HttpRequest) -> str | None:
    """Return the present URL of a path that was redirected automatically, or is below one, such as a moved page's.

    The query of `request` stays, for example the number of a page of a list.
    """
    if "\0" in request.path:  # PostgreSQL takes none
        return None
    site = Site.find_for_request(request)
    url = _find_url_above(site, request.path)
    if url is None or (_leads_back(site, request.path) and not _is_routed(request, site, url)):
        return None
    query = request.META.get("QUERY_STRING")
    return f"{url}?{query}" if query and "?" not in url else url


def _find_url_above(site: Site | None, path: str) -> str | None:
    parts = path.split("/")[1:]
    above = ["/" + "/".join(parts[:depth]) for depth in range(1, min(len(parts), MAX_DEPTH))]
    found = Redirect.get_for_site(site).filter(old_path__in=above, automatically_created=True)
    redirect = max(found, key=lambda one: len(one.old_path), default=None)
    if redirect is None or redirect.link is None:
        return None
    return f"{redirect.link.rstrip('/')}{escape_uri_path(path[len(redirect.old_path) :])}"


def _leads_back(site: Site | None, path: str) -> bool:
    """Return whether pages have changed places, so that what is below one is redirected in a circle."""
    seen: set[str] = set()
    while path not in seen and len(seen) < MAX_DEPTH:
        seen.add(path)
        url = _find_url_above(site, path)
        if url is None:
            return False
        path = unquote(urlsplit(url).path)
    return True


def _is_routed(request: HttpRequest, site: Site | None, url: str) -> bool:
    """Return whether a page answers at `url`, itself or by one of its routes."""
    parts = unquote(urlsplit(url).path).strip("/").split("/")
    try:
        return bool(site and site.root_page.specific.route(request, parts))
    except Http404:
        return False

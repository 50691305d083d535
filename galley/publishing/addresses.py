"""Addresses below a page that the site itself has, so that no page can be found there."""

from urllib.parse import unquote

from django.conf import settings
from django.urls import Resolver404, resolve
from wagtail.models import Page


def is_address_of_the_site(parent: Page, slug: str) -> bool:
    """Return whether something else answers than a page with `slug` below `parent`: another view, or files."""
    *_site, path = parent.get_url_parts() or (None, "")
    if not path or not slug:
        return False
    address = unquote(f"{path}{slug}/")
    if address.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return True
    try:
        return resolve(address).url_name != "wagtail_serve"
    except Resolver404:
        return False

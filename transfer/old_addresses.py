"""Lets the old addresses of posts lead to their pages."""

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from blog.models import BlogIndexPage, BlogPostPage
from transfer.notes import Notes

MAX_PATH_LENGTH = 255


class OldAddresses:
    """Writes redirects, never two for one address and never over a page that is there."""

    def __init__(self, blog: BlogIndexPage) -> None:
        self.site: Site | None = blog.get_site()
        root = self.site.root_page.url_path if self.site else "/"
        self._root = root
        paths = Page.objects.filter(url_path__startswith=root).values_list("url_path", flat=True)
        self._pages = {self._public_path(path) for path in paths}
        redirects = Redirect.objects.filter(site__in=[self.site]) | Redirect.objects.filter(site=None)
        self._targets = dict(redirects.values_list("old_path", "redirect_page_id"))

    def lead_to(self, page: BlogPostPage, addresses: list[str], notes: Notes) -> None:
        """Let `addresses` lead to `page`, and note those for which that can't be done."""
        self._pages.add(self._public_path(page.url_path))
        for address in addresses:
            path = Redirect.normalise_path(address)
            if path in self._pages or self._targets.get(path) == page.pk:
                continue
            if path in self._targets:
                notes.lost(f"The old address {address} already leads elsewhere and is left alone.")
            elif len(path) > MAX_PATH_LENGTH:
                notes.lost(f"The old address {address[:60]}… is longer than {MAX_PATH_LENGTH} characters.")
            else:
                Redirect.objects.create(old_path=path, site=self.site, redirect_page=page, is_permanent=True)
                self._targets[path] = page.pk

    def _public_path(self, url_path: str) -> str:
        return Redirect.normalise_path("/" + url_path.removeprefix(self._root).strip("/"))

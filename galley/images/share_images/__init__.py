"""Share images: the image that services show for a shared page, drawn from its title unless an editor chose one.

An image is drawn at its first request. The view checks each time that the page is public, so no draft or restricted
page is drawn, and an image that was drawn before a page became restricted can't be read.
"""

from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any, Self
from urllib.parse import urljoin

from django.urls import reverse
from wagtail.models import Site

# Increase it with each change of the drawing, so that all images are drawn again.
DESIGN_VERSION = 1
WIDTH, HEIGHT = 1200, 630


@dataclass(frozen=True)
class ShareImageText:
    """The text on a page's share image: its title, a line below it, and the name of the site."""

    title: str
    line: str
    site_name: str

    @classmethod
    def of(cls, page: Any, site: Site | None) -> Self:
        """Return the text for `page`, a page of `site`."""
        return cls(page.title, getattr(page, "share_line", ""), (site and site.site_name) or "Galley")

    @property
    def digest(self) -> str:
        """A hash of the text and the design, as sixteen hexadecimal digits."""
        content = repr((DESIGN_VERSION, *astuple(self))).encode("utf-8", "backslashreplace")
        return blake2b(content, digest_size=8).hexdigest()


def share_image_url(page: Any, site: Site | None) -> str:
    """Return the absolute URL of the share image of `page`. It changes with the text."""
    path = reverse("share_image", kwargs={"pk": page.pk, "digest": ShareImageText.of(page, site).digest})
    return urljoin(page.full_url, path)

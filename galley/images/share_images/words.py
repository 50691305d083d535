"""What stands on a share image, and the address that it has for as long as that stays the same."""

from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any, Self
from urllib.parse import urljoin

from django.urls import reverse
from wagtail.models import Site

# Another number for each change of the drawing, so that all are drawn anew.
DESIGN = 1
WIDTH, HEIGHT = 1200, 630


@dataclass(frozen=True)
class ShareWords:
    """The words of a page's share image: its title, a line under it, and the site's name."""

    title: str
    line: str
    site_name: str

    @classmethod
    def of(cls, page: Any, site: Site | None) -> Self:
        """Return the words for `page`, which is any page of this site."""
        return cls(page.title, getattr(page, "share_line", ""), (site and site.site_name) or "Galley")

    @property
    def digest(self) -> str:
        """Sixteen letters that are others for other words."""
        return blake2b(repr((DESIGN, *astuple(self))).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def share_image_address(page: Any, site: Site | None) -> str:
    """Return the full address of the image that is drawn for `page`."""
    path = reverse("share_image", kwargs={"pk": page.pk, "digest": ShareWords.of(page, site).digest})
    return urljoin(page.full_url, path)

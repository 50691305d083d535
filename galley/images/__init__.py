"""Responsive images: several widths and formats, each rendition made when it is first requested.

URLs of renditions follow from the image alone, so a page needs no query for them. README.md describes the package; the
base classes for the site's image models are in `galley.images.models`.
"""

from galley.images.markup import largest_image_url, render_picture, render_preload
from galley.images.renditions import RENDITIONS_FOLDER
from galley.images.slots import Slot

__all__ = ["RENDITIONS_FOLDER", "Slot", "largest_image_url", "render_picture", "render_preload"]

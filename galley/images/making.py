"""Makes the files of a picture, in the sizes that some place of the layout offers and in no other."""

from typing import Any

from django.utils.crypto import constant_time_compare
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, AbstractRendition, Filter

from galley.images.addresses import FOLDER, PictureName, find_key
from galley.images.places import PLACES


def find_image(name: PictureName) -> AbstractImage | None:
    """Return the picture that `name` is a file of; None if there is none, or never will be such a file."""
    image = get_image_model().objects.filter(pk=name.number).first()
    if image is None or image.is_svg() or not constant_time_compare(find_key(image), name.key):
        return None
    operations = {operation for place in PLACES.values() for _, _, operation in place.offers(image)}
    return image if name.operation in operations else None


def find_rendition(image: AbstractImage, name: PictureName) -> AbstractRendition | None:
    """Return the file called `name` if it was made before."""
    return image.renditions.filter(file=f"{FOLDER}/{name}").first()


def store_rendition(image: AbstractImage, name: PictureName, file: Any) -> AbstractRendition:
    """Store `file`, made of `image`, and return it. What was made before its focal point was changed is taken away."""
    for outdated in image.renditions.exclude(file__startswith=f"{FOLDER}/{image.pk}-{name.key}/"):
        outdated.delete()
    wanted = Filter(spec=name.spec)
    rendition, _ = image.renditions.get_or_create(
        filter_spec=wanted.spec, focal_point_key=wanted.get_cache_key(image), defaults={"file": file}
    )
    return rendition


def make_rendition(name: PictureName) -> None:
    """Make the file called `name`, unless it is there already or is none of the site's."""
    image = find_image(name)
    if image and image.is_animated is None:
        image.save()  # has a look at it
    if image and not find_rendition(image, name):
        store_rendition(image, name, image.generate_rendition_file(Filter(spec=name.spec)))

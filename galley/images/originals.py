"""The files as they were uploaded, which say where and with what they were taken: for those who may use the picture."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from galley.files.storage import find_storage_error
from galley.images.markup import largest_image_url

# Where Wagtail stores them.
ORIGINALS_FOLDER = "original_images"


@require_safe
def serve_original(request: HttpRequest, name: str) -> HttpResponse:
    """Respond with the original called `name`, to people who may choose or change the picture.

    Other visitors are redirected to its largest size if it is on a published page that everybody may read: originals
    had public addresses once. Raises Http404 else, and StorageError if the storage doesn't answer. Blocks.
    """
    image = get_image_model().objects.filter(file=f"{ORIGINALS_FOLDER}/{name}").first()
    if image is None:
        raise Http404
    response: HttpResponse
    policy = policy_registry.get_by_type(type(image))
    if policy.user_has_any_permission_for_instance(request.user, ["choose", "change"], image):
        try:
            with image.open_file() as file:
                response = HttpResponse(file.read(), content_type="application/octet-stream")
        except OSError as error:
            raise (find_storage_error(error) or Http404()) from error
        # A drawing that is opened by itself could run its scripts.
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=image.filename)
        patch_cache_control(response, private=True, no_store=True)
    elif _is_published(image):
        response = HttpResponseRedirect(largest_image_url(image))
        patch_cache_control(response, no_cache=True)
    else:
        raise Http404
    return response


def _is_published(image: AbstractImage) -> bool:
    references = ReferenceIndex.get_references_to(image).filter(base_content_type__model="page")
    pks = map(int, references.values_list("object_id", flat=True))
    return Page.objects.live().public().filter(pk__in=pks).exists()

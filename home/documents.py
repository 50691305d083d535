"""Documents: their former URLs, which had the names of former files."""

from typing import Any

from galley.async_pages.redirects import add_redirect


def remember_url(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Give a document that is about to be saved its former URL, if it has one: a receiver of `pre_save`.

    A new file's hash is its ETag. Wagtail sets that in its forms only.
    """
    if instance.file and not instance.file._committed:
        instance._set_document_file_metadata()
    former = sender.objects.filter(pk=instance.pk).first()
    instance.former_url = former.url if former else None


def redirect_former_url(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Redirect the former URL of a document whose file was replaced: a receiver of `post_save`."""
    if instance.former_url not in (None, instance.url):
        add_redirect(instance.former_url, instance.url)

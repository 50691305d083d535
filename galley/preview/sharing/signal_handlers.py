"""What is taken back from the public, or put elsewhere, isn't shown through links that were made before."""

from typing import Any

from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_unpublished, post_page_move

from galley.preview.models import ShareLink


@receiver(page_unpublished, dispatch_uid="preview.stop_links_to_unpublished_page")
def stop_links_to_unpublished_page(instance: Page, **kwargs: Any) -> None:
    """Stop the links to the page that was unpublished."""
    ShareLink.objects.filter(page=instance.pk).stop()


@receiver(post_page_move, dispatch_uid="preview.stop_links_to_moved_pages")
def stop_links_to_moved_pages(instance: Page, parent_page_before: Page, parent_page_after: Page, **kwargs: Any) -> None:
    """Stop the links to the page that was moved and to those below it; a new place among its siblings is no move."""
    if parent_page_before.pk != parent_page_after.pk:
        pages = Page.objects.descendant_of(instance, inclusive=True)
        ShareLink.objects.filter(page__in=pages).stop()

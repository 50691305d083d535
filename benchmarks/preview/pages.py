"""Publishes the pages that are typed into. Needs Django to be set up: see `seed`."""

from collections.abc import Callable
from dataclasses import dataclass

from wagtail.models import Page

from benchmarks.preview.bodies import blocks_text, markdown_text, rich_text
from benchmarks.preview.texts import TITLE
from blog.models import BlogIndexPage, BlogPostPage
from home.models import HomePage, StandardPage
from quickstart.sample_site.content import Content, SampleImages, build_body, load_images


@dataclass(frozen=True)
class Kind:
    """A kind of page: its type, its parent's type, its title and text. `rich` text becomes paragraphs, not Markdown."""

    page_type: type[Page]
    parent_type: type[Page]
    title: str
    text: Callable[[], str]
    rich: bool

    def publish(self, images: SampleImages, number: int) -> int:
        """Publish the page and return its id."""
        page = self.page_type(title=f"{self.title} {number}")
        page.body = build_body(self.text(), images, rich=self.rich)
        self.parent_type.objects.get().add_child(instance=page)
        page.save_revision().publish()
        page_id: int = page.pk
        return page_id


KINDS = {
    "markdown": Kind(BlogPostPage, BlogIndexPage, "Two thousand words", markdown_text, rich=False),
    "blocks": Kind(BlogPostPage, BlogIndexPage, f"A hundred {TITLE} blocks", blocks_text, rich=True),
    "richtext": Kind(StandardPage, HomePage, "Rich text", rich_text, rich=True),
}


def publish_pages(counts: dict[str, int]) -> dict[str, list[int]]:
    """Publish so many pages of each kind, and return their ids."""
    images = load_images(Content(), lambda line: None)
    return {kind: [KINDS[kind].publish(images, number) for number in range(count)] for kind, count in counts.items()}

"""Fill the site with the pages that are typed into: `python -m benchmarks.preview.seed '{"markdown": 6, …}'`.

Takes how many pages of each kind there should be, and prints their numbers, both as JSON. Every measurement takes a page of its own, so that none begins with
what another one typed.
"""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()

    from blog.models import BlogIndexPage, BlogPostPage
    from home.models import HomePage, StandardPage
    from wagtail.models import Page

    from benchmarks.preview.bodies import blocks_text, markdown_text, rich_text
    from benchmarks.preview.texts import TITLE
    from config.sample_site.body import build_body
    from config.sample_site.content import Content
    from config.sample_site.pictures import load_pictures

    library = load_pictures(Content(), lambda line: None)
    blog, home = BlogIndexPage.objects.get(), HomePage.objects.get()

    def publish(page: Page, parent: Page, text: str, *, rich: bool) -> int:
        """Publish `page` with a body of `text` under `parent`; return its number."""
        page.body = page.body.stream_block.to_python(build_body(text, library, rich=rich))
        parent.add_child(instance=page)
        page.save_revision().publish()
        number: int = page.pk
        return number

    def markdown_page(copy: int) -> int:
        return publish(BlogPostPage(title=f"Two thousand words {copy}"), blog, markdown_text(), rich=False)

    def blocks_page(copy: int) -> int:
        title = f"A hundred {TITLE} blocks {copy}"
        return publish(BlogPostPage(title=title, slug=f"blocks-{copy}"), blog, blocks_text(), rich=True)

    def rich_text_page(copy: int) -> int:
        return publish(StandardPage(title=f"Rich text {copy}"), home, rich_text(), rich=True)

    makers = {"markdown": markdown_page, "blocks": blocks_page, "richtext": rich_text_page}
    counts = json.loads(sys.argv[1])
    print(json.dumps({kind: [makers[kind](copy) for copy in range(count)] for kind, count in counts.items()}))

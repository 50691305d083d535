"""A block that leads on to posts."""

from typing import Any

from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from galley.embeds.leading import EitherBlock
from galley.listings import set_addresses
from galley.writing.several import SeveralBlock


class PostsBlock(EitherBlock):
    """Posts that are chosen, or the newest of a category."""

    either = ("posts", "category")
    heading = blocks.CharBlock(required=False, max_length=120, help_text="Printed over the list. Leave empty for none.")
    posts = SeveralBlock(
        blocks.PageChooserBlock(
            page_type="blog.BlogPostPage", label="Post", help_text="It is shown while it is published."
        ),
        default=[],
        max_num=12,
        help_text="The posts, in the order in which they should be read.",
    )
    category = SnippetChooserBlock(
        "blog.Category", required=False, help_text="Or a category in place of posts: its newest ones are shown."
    )
    number = blocks.IntegerBlock(
        min_value=1, max_value=12, default=3, help_text="How many posts of the category are shown."
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the context with the `posts` that visitors may read, without the page itself. Blocks."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page, readable = context.get("page"), self._readable()
        posts = []
        if chosen := [post.pk for post in value["posts"] if post]:
            found = readable.in_bulk(chosen)
            posts = [found[pk] for pk in chosen if pk in found]
        elif value.get("category"):
            newest = readable.filter(categories=value["category"]).exclude(pk=page and page.pk)
            posts = list(newest.order_by("-date", "-pk")[: value["number"] or 3])
        set_addresses(posts, context.get("request"))
        return context | {"posts": posts}

    def get_preview_value(self) -> blocks.StructValue:
        """Return the newest posts."""
        return self.normalize({"heading": "Read next", "posts": list(self._readable().order_by("-date", "-pk")[:3])})

    def _readable(self) -> Any:
        return self.child_blocks["posts"].child_block.target_model.objects.live().public()

    class Meta:
        icon = "list-ul"
        template = "blocks/posts.html"
        description = "Posts to read next: those that you choose, or the newest of a category."

"""Writes converted posts as pages."""

import datetime
from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils import timezone

from blog.models import BlogIndexPage, BlogPostPage, PostAuthor
from transfer.convert import ConvertedPost
from transfer.dates import as_date, as_moment
from transfer.media import MediaLibrary
from transfer.models import PostImport
from transfer.old_addresses import OldAddresses
from transfer.references import bind_references
from transfer.splitting import split_body
from transfer.subjects import Subjects


class PageWriter:
    """Reserves a page for each new post, so that posts can link to each other, and then fills them."""

    def __init__(self, blog: BlogIndexPage, library: MediaLibrary) -> None:
        self.blog = blog
        self.library = library
        self.old_addresses = OldAddresses(blog)
        self.subjects = Subjects()
        self.pages: dict[str, int] = {}
        self._slugs = set(blog.get_children().values_list("slug", flat=True))

    @transaction.atomic
    def reserve(self, post: ConvertedPost, record: PostImport | None) -> PostImport:
        """Make an empty draft for a post that has no page yet, and remember whose it is."""
        source = post.source
        page = BlogPostPage(title=source.title, slug=self._free_slug(post), live=False, has_unpublished_changes=True)
        if source.date:
            page.date = as_date(source.date)
            page.first_published_at = None if source.draft else as_moment(source.date)
        self.blog.add_child(instance=page)
        record = record or PostImport(blog=self.blog, source=str(source.path.resolve()))
        record.page, record.address, record.fingerprint, record.revision_id = page, source.address, "", None
        record.save()
        self.pages[post.key] = page.pk
        return record

    def write(self, post: ConvertedPost, record: PostImport, addresses: Mapping[str, str]) -> BlogPostPage:
        """Fill the page of `record` with `post` as a new revision, published unless it is or was made a draft.

        `addresses` holds, by key, where links lead to posts that have no page.
        """
        # Outside of the transaction: a picture that has been copied is found again if the rest fails.
        images = self._add_pictures(post)

        def bind(kind: str, key: str) -> str:
            if kind == "image":
                return f"image:{images[key]}" if key in images else str(post.pictures[key].path.name)
            return f"page:{self.pages[key]}" if key in self.pages else addresses.get(key, "")

        with transaction.atomic():
            page = self._fill(post, record, images, bind)
            was_filled = record.revision_id is not None
            revision = page.save_revision(changed=False, clean=True)
            if self._is_to_be_published(post, page, was_filled):
                revision.publish()
            self.old_addresses.lead_to(page, post.source.old_addresses, post.notes)
            record.source, record.address = str(post.source.path.resolve()), post.source.address
            record.fingerprint, record.revision_id = post.fingerprint, revision.pk
            record.save()
        return page

    def _fill(
        self, post: ConvertedPost, record: PostImport, images: Mapping[str, int], bind: Callable[[str, str], str]
    ) -> BlogPostPage:
        source = post.source
        page: BlogPostPage = record.page.get_latest_revision_as_object()  # type: ignore[union-attr]
        page.title = source.title
        page.excerpt, page.search_description = post.excerpt, source.search_description
        page.canonical_url = source.canonical_url
        if source.date:
            page.date = as_date(source.date)
            moment = as_moment(source.date)
            page.go_live_at = moment if moment > timezone.now() + datetime.timedelta(minutes=1) else None
        lead = post.lead_image
        number = images.get(post.lead_picture)
        page.lead_image_id = number if lead and not lead.only_for_sharing else None
        page.share_image_id = number if lead and lead.only_for_sharing else None
        page.lead_image_alt, page.lead_image_caption = (lead.alt, lead.caption) if lead and number else ("", "")
        page.body = [("markdown", part) for part in split_body(bind_references(post.body, bind))]
        page.tags.set(source.tags)
        page.categories.set([self.subjects.category(name) for name in source.categories])
        page.series = self.subjects.series(source.series) if source.series else None
        page.series_position = source.series_position if source.series else None
        authors = [self.subjects.author(person) for person in source.authors]
        page.post_authors.set([PostAuthor(author=author, sort_order=order) for order, author in enumerate(authors)])
        return page

    def _is_to_be_published(self, post: ConvertedPost, page: BlogPostPage, was_filled: bool) -> bool:
        if post.source.draft:
            if page.live:
                post.notes.changed("The file says draft now; the page stays published, with the change as its draft.")
            return False
        if not was_filled or page.live or page.first_published_at is None:
            return True
        post.notes.kept("The page was taken off the site here: the change waits there as its draft.")
        return False

    def _add_pictures(self, post: ConvertedPost) -> dict[str, int]:
        images = {}
        for key, picture in post.pictures.items():
            try:
                images[key] = self.library.add(picture, post.alts.get(key, ""))
            except (OSError, ValueError) as error:
                post.notes.lost(f"The picture `{picture.path.name}` couldn't be copied: {error}.")
        return images

    def _free_slug(self, post: ConvertedPost) -> str:
        wanted = slug = post.source.slug
        number = 1
        while slug in self._slugs:
            number += 1
            slug = f"{wanted}-{number}"
        if slug != wanted:
            post.notes.changed(f"Another page is called `{wanted}` already: this one became `{slug}`.")
        self._slugs.add(slug)
        return slug

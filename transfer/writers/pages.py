"""Writes converted posts as pages, with the images, terms and redirects that belong to them."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.encoding import escape_uri_path
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, PostAuthor, Series
from galley.decoding.processes import NoProcessError
from transfer.conversion import ConvertedPost
from transfer.image_files import ImageFile, hash_content
from transfer.models import PostImport
from transfer.readers import Diagnostics, UnreadableFileError, as_moment, make_slug
from transfer.references import bind_references
from transfer.text import name_as_words
from transfer.writers.body import split_blocks

MAX_DESCRIPTION_LENGTH = MAX_PATH_LENGTH = MAX_TITLE_LENGTH = 255


class PageWriter:
    """Writes posts into `blog`.

    First `reserve` creates a page for each new post, so that posts can link to each other. Then `write` fills them.
    """

    def __init__(self, blog: BlogIndexPage, redirects: "Redirects", image_keys: Iterable[str], note: Path) -> None:
        self.blog = blog
        self.images = ImageLibrary(image_keys, note)
        self.pages: dict[str, int] = {}  # by the keys of their posts
        self._redirects = redirects
        self._terms = Terms()
        self._slugs = set(blog.get_children().values_list("slug", flat=True))

    @transaction.atomic
    def reserve(self, post: ConvertedPost, record: PostImport | None) -> PostImport:
        """Create an empty draft for a post that has no page, and return its record."""
        source = post.source
        page = BlogPostPage(title=source.title, slug=self._free_slug(post), live=False, has_unpublished_changes=True)
        if source.day:
            page.date = source.day
            page.first_published_at = None if source.draft else source.moment
        self.blog.add_child(instance=page)
        record = record or PostImport(blog=self.blog, source=str(source.path.resolve()))
        record.page, record.address, record.fingerprint, record.revision_id = page, source.address, "", None
        record.save()
        self.pages[post.key] = page.pk
        return record

    def write(
        self, post: ConvertedPost, record: PostImport, addresses: Mapping[str, str], failed: set[str]
    ) -> BlogPostPage:
        """Save `post` as a new revision of the page of `record`, and publish it unless it is a draft.

        `addresses` has, by key, the targets of links to posts without a page. The next import updates the post if it
        refers to one of `failed`, a set of keys. Raises `UnreadableFileError` if an image can't be copied.
        """
        # Outside of the transaction: if the rest fails, the next import finds the copied images.
        images = self._add_images(post)

        def bind(kind: str, key: str) -> str:
            if kind == "image":
                return f"image:{images[key]}" if key in images else str(post.images[key].path.name)
            return f"page:{self.pages[key]}" if key in self.pages else addresses.get(key, "")

        with transaction.atomic():
            page = self._fill(post, record, images, bind)
            was_filled = record.revision_id is not None
            revision = page.save_revision(changed=False, clean=True)
            if self._should_publish(post, page, was_filled):
                revision.publish()
            self._redirects.add(page, post.source.old_addresses, post.diagnostics)
            record.source, record.address = str(post.source.path.resolve()), post.source.address
            refers_to_failed = any(key in post.body for key in failed)
            record.fingerprint, record.revision_id = "" if refers_to_failed else post.fingerprint, revision.pk
            record.save()
        return page

    def restore_images(self, post: ConvertedPost) -> None:
        """Write the files of pictures of `post` again that the media library has lost. Raises `UnreadableFileError`."""
        for image in post.images.values():
            with _naming_failure(image):
                self.images.restore(image)

    def _fill(
        self, post: ConvertedPost, record: PostImport, images: Mapping[str, int], bind: Callable[[str, str], str]
    ) -> BlogPostPage:
        source = post.source
        page: BlogPostPage = record.page.get_latest_revision_as_object()  # type: ignore[union-attr]
        page.title = source.title
        page.excerpt, page.search_description = post.excerpt, source.search_description
        page.canonical_url = source.canonical_url
        if source.day and source.moment:
            page.date = source.day
            is_ahead = source.moment > timezone.now() + datetime.timedelta(minutes=1)
            page.go_live_at = source.moment if is_ahead else None
        page.expire_at = as_moment(source.expires) if source.expires else None
        lead = post.lead_image
        image_id = images.get(post.lead_image_key)
        page.lead_image_id = image_id if lead and not lead.only_for_sharing else None
        page.share_image_id = image_id if lead and lead.only_for_sharing else None
        page.lead_image_alt, page.lead_image_caption = (lead.alt, lead.caption) if lead and image_id else ("", "")
        page.body = split_blocks(bind_references(post.body, bind))
        page.tags.set(source.tags)
        page.categories.set([self._terms.get(Category, name) for name in source.categories])
        page.series = self._terms.get(Series, source.series) if source.series else None
        page.series_position = source.series_position if source.series else None
        authors = [self._terms.get(Author, name) for name in source.authors]
        page.post_authors.set([PostAuthor(author=author, sort_order=order) for order, author in enumerate(authors)])
        return page

    def _should_publish(self, post: ConvertedPost, page: BlogPostPage, was_filled: bool) -> bool:
        if post.source.draft:
            if page.live:
                post.diagnostics.changed("The file is a draft now. The page stays published, the change is its draft.")
            return False
        if not was_filled or page.live or page.first_published_at is None:
            return True
        post.diagnostics.kept("The page was unpublished here. The change waits there as a draft.")
        return False

    def _add_images(self, post: ConvertedPost) -> dict[str, int]:
        images = {}
        for key, image in post.images.items():
            try:
                with _naming_failure(image):
                    images[key] = self.images.add(image, post.alts.get(key, ""))
            except ValidationError as error:
                if isinstance(error.__cause__, NoProcessError):
                    message = f"The picture `{image.path.name}` couldn't be opened: {error.__cause__}."
                    raise UnreadableFileError(message) from error
                post.diagnostics.lost(f"The picture `{image.path.name}` wasn't copied. {' '.join(error.messages)}")
        return images

    def _free_slug(self, post: ConvertedPost) -> str:
        wanted = slug = post.source.slug
        number = 1
        while slug in self._slugs:
            number += 1
            slug = f"{wanted}-{number}"
        if slug != wanted:
            post.diagnostics.changed(f"Another page has the slug `{wanted}` already. This one became `{slug}`.")
        self._slugs.add(slug)
        return slug


@contextmanager
def _naming_failure(image: ImageFile) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"The picture `{image.path.name}` couldn't be copied: {error}.") from error


class ImageLibrary:
    """Site images by the hash of their file. Copies each image file once.

    `note` is a file with the name of what is being stored. An import that was killed leaves it, and a picture without a
    row in the database, which the next import deletes.
    """

    def __init__(self, keys: Iterable[str], note: Path) -> None:
        self._note = note
        self._delete_leftover()
        wanted = set(keys)
        images = get_image_model().objects.order_by("-pk").values_list("file_hash", "pk", "file", "file_size")
        found = [image for image in images if image[0] in wanted]
        self._ids = {key: pk for key, pk, _, _ in found}
        self._unchecked = {key: (name, size) for key, _, name, size in found}
        self.added = 0

    def _delete_leftover(self) -> None:
        name = self._note.read_text() if self._note.exists() else ""
        if name and not get_image_model().objects.filter(file=name).exists():
            get_image_model()._meta.get_field("file").storage.delete(name)
        self._note.unlink(missing_ok=True)

    def restore(self, image: ImageFile) -> None:
        """Write the file of the site image with the content of `image` again if it is missing or cut off.

        Raises `OSError`.
        """
        name, size = self._unchecked.pop(image.key, ("", 0))
        storage = get_image_model()._meta.get_field("file").storage
        if name and not (storage.exists(name) and size in (None, storage.size(name))):
            content = _read_unchanged(image)
            storage.delete(name)
            storage.save(name, ContentFile(content))
            self.added += 1

    def add(self, image: ImageFile, alt: str) -> int:
        """Return the id of the site image with the content of `image`, which is created if needed.

        Raises `OSError`, and `ValidationError` if the image can't be shown.
        """
        if image.key not in self._ids:
            content = _read_unchanged(image)
            site_image = get_image_model()(
                title=(name_as_words(image.path.stem) or image.path.name)[:MAX_TITLE_LENGTH],
                description=alt[:MAX_DESCRIPTION_LENGTH],
                file=ContentFile(content, image.path.name),
                file_size=len(content),
                file_hash=image.key,
            )
            site_image.clean()
            field, storage = site_image.file.field, site_image.file.storage
            name = storage.get_available_name(field.generate_filename(site_image, image.path.name), field.max_length)
            self._note.write_text(name)
            try:
                site_image.file = storage.save(name, ContentFile(content), field.max_length)
                site_image.save()
            except BaseException:
                with suppress(OSError):  # a file that is only half written
                    storage.delete(name)
                raise
            finally:
                self._note.unlink(missing_ok=True)
            self._ids[image.key] = site_image.pk
            self.added += 1
        return self._ids[image.key]


def _read_unchanged(image: ImageFile) -> bytes:
    content = image.path.read_bytes()
    if hash_content(content) != image.key:
        raise OSError("it has changed during the import")
    return content


class Terms:
    """Authors, categories and series by slug or name. Each is looked up once and created if it is missing."""

    def __init__(self) -> None:
        self._found: dict[tuple[type, str], Any] = {}

    def get(self, model: Any, name: str) -> Any:
        """Return the `model` with this name, or with the slug that is made of it."""
        found = self._found.get((model, name))
        # A term that was created in a transaction that was rolled back doesn't exist any more.
        if found is None or not model.objects.filter(pk=found.pk).exists():
            # C, C++ and C# have different slugs.
            spelt = re.sub(r"(?<=\w)#", " sharp ", re.sub(r"(?<=[\w+])\+", " plus ", name))
            slug = make_slug(anyascii(spelt))[:120]
            found = model.objects.filter(slug=slug).first() or model.objects.filter(name__iexact=name).first()
            # No slug can be made of a name without letters.
            found = found or model.objects.create(name=name, slug=slug or get_random_string(8).lower())
            self._found[model, name] = found
        return found


class Redirects:
    """Writes redirects from old addresses, at most one for each address and none over an existing page."""

    def __init__(self, blog: BlogIndexPage) -> None:
        self._site: Site | None = blog.get_site()
        self._root = self._site.root_page.url_path if self._site else "/"
        paths = Page.objects.filter(url_path__startswith=self._root).values_list("url_path", flat=True)
        self._pages = {self._public_path(path) for path in paths}
        redirects = Redirect.objects.filter(site__in=[self._site]) | Redirect.objects.filter(site=None)
        self._targets = dict(redirects.values_list("old_path", "redirect_page_id"))

    def add(self, page: BlogPostPage, addresses: Iterable[str], diagnostics: Diagnostics) -> None:
        """Redirect `addresses` to `page`. Adds a diagnostic for each address for which that isn't possible."""
        self._pages.add(self._public_path(page.url_path))
        for address in addresses:
            path = _requested_path(address)
            if path in self._pages or self._targets.get(path) == page.pk:
                continue
            if path in self._targets:
                diagnostics.lost(f"The old address {address} already leads elsewhere and stays as it is.")
            elif len(path) > MAX_PATH_LENGTH:
                diagnostics.lost(f"The old address {address[:60]}… is longer than {MAX_PATH_LENGTH} characters.")
            else:
                Redirect.objects.create(old_path=path, site=self._site, redirect_page=page, is_permanent=True)
                self._targets[path] = page.pk

    def count_answering(self, page: BlogPostPage | None, addresses: Iterable[str]) -> int:
        """Return how many of `addresses` lead to `page`, or will lead to a page that isn't written yet."""
        paths = [_requested_path(address) for address in addresses]
        own = self._public_path(page.url_path) if page else ""
        new = None if page is None else page.pk
        free = [path for path in paths if path == own or (path not in self._pages and len(path) <= MAX_PATH_LENGTH)]
        return len([path for path in free if path == own or self._targets.get(path, new) == new])

    def _public_path(self, url_path: str) -> str:
        return Redirect.normalise_path("/" + url_path.removeprefix(self._root).strip("/"))


def _requested_path(address: str) -> str:
    """Return the decoded `address` as Wagtail looks it up when it is requested: spaces, for example, stay encoded."""
    path, mark, query = address.partition("?")
    return str(Redirect.normalise_path(f"{escape_uri_path(path)}{mark}{query}"))

"""Reads the fields of a post out of its front matter, its file name and its first heading."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, URLValidator
from django.utils import timezone

from transfer.readers import (
    MAX_EXCERPT_LENGTH,
    Date,
    LeadImage,
    SourcePost,
    as_date,
    make_slug,
)
from transfer.readers.markdown.front_matter import Metadata, SourceFile
from transfer.readers.markdown.generator_config import GeneratorConfig
from transfer.readers.markdown.names import (
    DATE_KEYS,
    UPDATE_KEYS,
    FileName,
    read_authors,
    read_date,
    read_file_name,
)
from transfer.readers.markdown.permalinks import find_addresses
from transfer.readers.markdown.visibility import is_hidden, read_expiry
from transfer.text import first_heading, name_as_words, plain_text, shorten, words_of

MAX_TITLE_LENGTH = 255
MAX_CAPTION_LENGTH = 255
MAX_NAME_LENGTH = 100
MAX_URL_LENGTH = 200
IMAGE_KEYS = (
    "image", "lead_image", "featured_image", "featuredImage", "feature_image", "cover", "cover.image", "banner",
    "hero_image", "header.image", "header.overlay_image", "header.teaser", "thumbnail", "image.path", "image.src",
    "images", "extra.image", "extra.cover", "og_image",
)  # fmt: skip
# `By Ann Lee`, in a paragraph of its own.
_BYLINE = re.compile(
    r"[*_]{0,2}(?:Written )?[Bb]y:?[ ](?P<name>[^\W\d_][\w.'’-]*?(?:[ ][\w.'’-]+?){0,3}?)[*_]{0,2}[ \t]*\n\s*\n"
)
CAPTION_KEYS = ("image_figcaption", "image_caption", "cover.caption", "image.caption", "header.caption")


def interpret(file: SourceFile, config: GeneratorConfig) -> SourcePost:
    """Return the post in `file`, which was found under the folder of `config`."""
    name, metadata = read_file_name(file.path, config.folder, config.languages), file.metadata
    metadata.inherited = config.inherited(file.path) | metadata.inherited
    title, body, body_line = _read_title(metadata, name, file)
    # Jekyll splits a text without commas at its spaces.
    is_split = "_posts" in name.parents and config.generator != "hexo"
    authors = read_authors(metadata, config.full_names)
    byline = None if authors else _BYLINE.match(body)
    if byline and all(word[0].isupper() for word in byline["name"].split()):
        metadata.diagnostics.changed(f"The first line `{byline[0].strip()}` is used as the author.", body_line)
        authors = [byline["name"]]
        body_line += byline[0].count("\n")
        body = body[byline.end() :]
    date = _read_date(metadata, name)
    address, old_addresses = find_addresses(metadata, name, title, date, config)
    post = SourcePost(
        path=file.path,
        relative=file.path.relative_to(config.folder).as_posix(),
        title=title,
        slug=_read_slug(metadata, name, address),
        address=address,
        old_addresses=old_addresses,
        date=date or _date_from_address(address) or _read_update(metadata),
        draft=is_hidden(metadata, name, config.public_folders),
        expires=read_expiry(metadata),
        authors=authors,
        tags=_read_names(metadata, "tags", "keywords", "taxonomies.tags", split_words=is_split),
        categories=_read_names(metadata, "category", "categories", "taxonomies.categories", split_words=is_split),
        series=shorten(metadata.text("series", "taxonomies.series"), MAX_NAME_LENGTH),
        series_position=metadata.number("series_order", "series_weight", "part"),
        excerpt=_read_excerpt(metadata),
        search_description=_read_search_description(metadata),
        canonical_url=_read_canonical_url(metadata),
        lead_image=_read_lead_image(metadata),
        metadata=metadata.values,
        body=body,
        body_line=body_line,
        diagnostics=metadata.diagnostics,
    )
    _report_date(post, name)
    metadata.report_unused_keys()
    return post


def _read_title(metadata: Metadata, name: FileName, file: SourceFile) -> tuple[str, str, int]:
    """Return the title, the body without a heading that became the title, and the first line of that body."""
    written = metadata.text("title")
    title = plain_text(written)
    body, body_line = file.body, file.body_line
    heading = first_heading(body)
    if heading and (not title or words_of(title) == words_of(heading[0])):
        reason = "is the title, and is therefore left out in the text" if title else "is used as the title"
        metadata.diagnostics.changed(f"The first heading {reason}.", body_line)
        title, line_count = title or heading[0], heading[1]
        rest = "\n".join(body.split("\n")[line_count:])
        body = rest.lstrip("\n")
        body_line += line_count + len(rest) - len(body)
    elif not title:
        title = name_as_words(name.stem) or "Untitled"
        metadata.changed(f"There is no title. It is made from the file's name: “{title}”.")
    elif "<" in written and title != written:
        metadata.changed("HTML in the title is left out.", "title")
    return metadata.shorten(title, MAX_TITLE_LENGTH, "The title", "title"), body, body_line


def _read_date(metadata: Metadata, name: FileName) -> Date | None:
    """Return the date of the post: the first that is stated, unless it is to be published at a later one."""
    dates = [date for key in DATE_KEYS if (date := read_date(metadata.value(key)))]
    today = timezone.localdate()
    return next((date for date in dates if as_date(date) > today), (*dates, name.date)[0])


def _read_update(metadata: Metadata) -> Date | None:
    """Return the date at which the post was last changed. It is nearer to the post's than the day of the import."""
    for key in UPDATE_KEYS:
        if date := read_date(metadata.value(key)):
            metadata.changed(f"There is no other date: `{key}` is used.", key)
            return date
    return None


def _report_date(post: SourcePost, name: FileName) -> None:
    if post.date is None:
        post.diagnostics.changed(
            "The front matter, the file's name and the address have no date. The day of the import is used."
        )
    elif name.date and as_date(post.date) != name.date:
        post.diagnostics.kept(f"The front matter's date {as_date(post.date)} is used, not the file name's {name.date}.")


def _date_from_address(address: str) -> datetime.date | None:
    """Return the date in Zola's `path`, such as `2015/06/11/hello`, or None."""
    parts = address.strip("/").split("/")
    try:
        return datetime.date(*(int(part) for part in parts[:3])) if len(parts) > 3 else None
    except (TypeError, ValueError):
        return None


def _read_slug(metadata: Metadata, name: FileName, address: str) -> str:
    slug = make_slug(metadata.text("slug").rstrip("/").rsplit("/", 1)[-1])
    from_address = make_slug(address.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html"))
    return slug or from_address or make_slug(name.stem) or "post"


def _read_names(metadata: Metadata, *keys: str, split_words: bool) -> list[str]:
    """Return the names of terms. Of names that only differ in capitals, the first counts."""
    names: dict[str, str] = {}
    for entry in metadata.texts(*keys, split_words=split_words):
        if text := plain_text(entry):
            names.setdefault(
                text.casefold(), metadata.shorten(text, MAX_NAME_LENGTH, f"The name “{text[:30]}…”", *keys)
            )
    return list(names.values())


def _read_excerpt(metadata: Metadata) -> str:
    written = metadata.text("excerpt", "summary", "description", "lead", "subtitle", "extra.excerpt")
    excerpt = plain_text(written)
    keys = ("excerpt", "summary", "description")
    if "<" in written and "<" not in excerpt:
        metadata.changed("The excerpt's HTML is left out. Its words stay.", *keys)
    return metadata.shorten(excerpt, MAX_EXCERPT_LENGTH, "The excerpt", *keys)


def _read_search_description(metadata: Metadata) -> str:
    """Return the description, if it isn't used as the excerpt: beside an excerpt, it is meant for search engines."""
    description = plain_text(metadata.text("description"))
    return description if any(metadata.value(key) for key in ("excerpt", "summary")) else ""


def _read_canonical_url(metadata: Metadata) -> str:
    url = metadata.text("canonical_url", "canonicalUrl", "canonicalURL", "canonical", "extra.canonical_url")
    if not url:
        return ""
    try:
        URLValidator(["http", "https"])(url)
        MaxLengthValidator(MAX_URL_LENGTH)(url)
    except ValidationError:
        message = f"The original address `{url[:80]}` isn't a full address of at most {MAX_URL_LENGTH} characters."
        metadata.lost(message, "canonical_url")
        return ""
    return url


def _read_lead_image(metadata: Metadata) -> LeadImage | None:
    references = metadata.texts(*IMAGE_KEYS)
    alt = plain_text(metadata.text("image_alt", "cover.alt", "image.alt", "header.image_description", "imageAlt"))
    written = metadata.text(*CAPTION_KEYS)
    if not references:
        return None
    caption = plain_text(written)
    if caption != " ".join(written.split()):
        metadata.changed("Links and HTML in the lead image's caption are left out.", *CAPTION_KEYS)
    alt = metadata.shorten(alt, MAX_CAPTION_LENGTH, "The lead image's alt text")
    caption = metadata.shorten(caption, MAX_CAPTION_LENGTH, "The lead image's caption")
    return LeadImage(references[0], metadata.line(*IMAGE_KEYS), alt, caption)

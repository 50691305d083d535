"""What a file says about its post, whichever generator it was written for."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from transfer.addresses import expand_permalink, normalise_address
from transfer.dates import as_date, read_date
from transfer.front_matter import SourceFile
from transfer.metadata import Metadata
from transfer.naming import FileName, make_slug, read_file_name
from transfer.notes import Notes
from transfer.people import People, Person
from transfer.plain_text import first_heading, plain_text, shorten

MAX_TITLE_LENGTH = 255
MAX_EXCERPT_LENGTH = 1000
MAX_CAPTION_LENGTH = 255
MAX_NAME_LENGTH = 100
MAX_URL_LENGTH = 200
# Eleventy's tags also say to which list a post belongs.
_COLLECTION_TAGS = {"post", "posts", "all", "blog", "article", "articles"}


@dataclass(frozen=True)
class LeadImage:
    """The picture that stands for a post, as the front matter refers to it."""

    reference: str
    line: int
    alt: str = ""
    caption: str = ""
    only_for_sharing: bool = False


@dataclass
class SourcePost:
    """A post as its author meant it. The text is still in the form that its generator wants."""

    path: Path
    relative: str
    title: str
    slug: str
    address: str
    old_addresses: list[str]
    date: datetime.date | datetime.datetime | None
    draft: bool
    authors: list[Person]
    tags: list[str]
    categories: list[str]
    series: str
    series_position: int | None
    excerpt: str
    search_description: str
    canonical_url: str
    lead_image: LeadImage | None
    metadata: dict[str, Any]
    body: str
    body_line: int
    notes: Notes = field(default_factory=Notes)


def interpret(file: SourceFile, folder: Path, people: People) -> SourcePost:
    """Return what `file`, found under `folder`, says about its post."""
    notes = Notes()
    name = read_file_name(file.path, folder)
    metadata = Metadata(file.metadata, file.key_lines, notes)
    title, body, body_line = _read_title(metadata, name, file, notes)
    date = _read_date(metadata, name, notes)
    address, old_addresses = _read_addresses(metadata, name, date)
    post = SourcePost(
        path=file.path,
        relative=file.path.relative_to(folder).as_posix(),
        title=title,
        slug=_read_slug(metadata, name, address),
        address=address,
        old_addresses=old_addresses,
        date=_date_from_address(address) if date is None else date,
        draft=_read_draft(metadata, name),
        authors=_read_authors(metadata, people),
        tags=_read_tags(metadata, name),
        categories=_read_names(metadata, "category", "categories", "taxonomies.categories", by_words=name),
        series=shorten(metadata.text("series", "taxonomies.series"), MAX_NAME_LENGTH),
        series_position=metadata.number("series_order", "series_weight", "part"),
        excerpt=_read_excerpt(metadata),
        search_description=_read_search_description(metadata),
        canonical_url=_read_canonical_url(metadata),
        lead_image=_read_lead_image(metadata),
        metadata=file.metadata,
        body=body,
        body_line=body_line,
        notes=notes,
    )
    _note_date(post, name)
    metadata.note_unused_keys()
    return post


def _read_title(metadata: Metadata, name: FileName, file: SourceFile, notes: Notes) -> tuple[str, str, int]:
    """Return the title, and the body without it where it stood there."""
    written = metadata.text("title")
    title = plain_text(written)
    line = metadata.line("title")
    body, body_line = file.body, file.body_line
    if not title and (heading := first_heading(body)):
        title, length = heading
        notes.changed("There is no title in the front matter; the first heading was taken.", body_line)
        rest = body[length:]
        body_line += body.count("\n", 0, length) + len(rest) - len(rest.lstrip("\n"))
        body = rest.lstrip("\n")
    elif not title:
        title = name.title
        notes.changed(f"There is no title; it was made from the file's name: “{title}”.")
    elif "<" in written and title != written:
        notes.changed("HTML in the title was taken out.", line)
    if len(title) > MAX_TITLE_LENGTH:
        notes.changed(f"The title is longer than {MAX_TITLE_LENGTH} characters and was shortened.", line)
    return shorten(title, MAX_TITLE_LENGTH), body, body_line


def _read_date(metadata: Metadata, name: FileName, notes: Notes) -> datetime.date | datetime.datetime | None:
    for key in ("date", "publishDate", "pubDate", "published_at", "created"):
        value = metadata.value(key)
        if value is None:
            continue
        if date := read_date(value):
            return date
        notes.lost(f"`{key}` isn't a date that can be read.", metadata.line(key))
    return name.date


def _note_date(post: SourcePost, name: FileName) -> None:
    if post.date is None:
        post.notes.changed(
            "There is no date in the front matter, the file's name or its address: the import's day stands."
        )
    elif name.date and as_date(post.date) != name.date:
        post.notes.kept(f"The front matter's date {as_date(post.date)} stands, not the file name's {name.date}.")


def _date_from_address(address: str) -> datetime.date | None:
    """Zola's `path` may hold the date: `2015/06/11/hello`."""
    parts = address.strip("/").split("/")
    try:
        return datetime.date(*(int(part) for part in parts[:3])) if len(parts) > 3 else None
    except (TypeError, ValueError):
        return None


def _read_addresses(
    metadata: Metadata, name: FileName, date: datetime.date | datetime.datetime | None
) -> tuple[str, list[str]]:
    """Return the post's address on its old site, and with it all others that led there."""
    stated = metadata.text("path", "permalink", "url")
    address = normalise_address(expand_permalink(stated, name, as_date(date) if date else None)) if stated else ""
    if stated and not address:
        metadata.notes.lost(f"The address `{stated}` can't be read.", metadata.line("path", "permalink", "url"))
    guessed = name.addresses(metadata.text("slug").strip("/"), as_date(date) if date else None)
    others = [address] if address else [normalise_address(guess) for guess in guessed]
    address = others[0]
    for alias in metadata.texts("aliases", "redirect_from", "redirects", "redirect"):
        others.append(normalise_address(alias))
    return address, list(dict.fromkeys(other for other in others if other))


def _read_slug(metadata: Metadata, name: FileName, address: str) -> str:
    slug = make_slug(metadata.text("slug").rstrip("/").rsplit("/", 1)[-1])
    from_address = make_slug(address.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html"))
    return slug or from_address or make_slug(name.stem) or "post"


def _read_draft(metadata: Metadata, name: FileName) -> bool:
    hidden = metadata.flag("draft") is True or metadata.flag("published") is False
    hidden = hidden or metadata.flag("eleventyExcludeFromCollections") is True or metadata.value("permalink") is False
    return hidden or name.in_drafts_folder


def _read_authors(metadata: Metadata, people: People) -> list[Person]:
    authors: list[Person] = []
    for key in ("authors", "author", "taxonomies.authors", "extra.author", "extra.authors"):
        value = metadata.value(key)
        if value and not authors:
            authors = people.read_authors(value, metadata.notes, metadata.line(key))
    if team := metadata.text("extra.team"):
        authors += people.read_authors(team, metadata.notes, metadata.line("team"))
        metadata.notes.changed(f"The team “{team}” stands as an author.", metadata.line("team"))
    return list({author.slug: author for author in reversed(authors)}.values())[::-1]


def _read_tags(metadata: Metadata, name: FileName) -> list[str]:
    tags = _read_names(metadata, "tags", "keywords", "taxonomies.tags", by_words=name)
    for tag in [tag for tag in tags if tag.lower() in _COLLECTION_TAGS]:
        metadata.notes.lost(f"The tag “{tag}” names a list of the old site and isn't kept.", metadata.line("tags"))
        tags.remove(tag)
    return tags


def _read_names(metadata: Metadata, *keys: str, by_words: FileName) -> list[str]:
    """Return names, each once whatever its capitals. Jekyll reads a text without commas as words."""
    names: dict[str, str] = {}
    for entry in metadata.texts(*keys, split_words="_posts" in by_words.parents):
        text = plain_text(entry)
        if len(text) > MAX_NAME_LENGTH:
            metadata.notes.changed(f"“{text[:30]}…” is too long for a name and was shortened.", metadata.line(*keys))
        if text:
            names.setdefault(text.casefold(), shorten(text, MAX_NAME_LENGTH))
    return list(names.values())


def _read_excerpt(metadata: Metadata) -> str:
    written = metadata.text("excerpt", "summary", "description", "lead", "subtitle", "extra.excerpt")
    line = metadata.line("excerpt", "summary", "description")
    excerpt = plain_text(written)
    if "<" in written and "<" not in excerpt:
        metadata.notes.changed("The excerpt's HTML was taken out; its words are kept.", line)
    if len(excerpt) > MAX_EXCERPT_LENGTH:
        metadata.notes.changed(f"The excerpt is longer than {MAX_EXCERPT_LENGTH} characters and was shortened.", line)
    return shorten(excerpt, MAX_EXCERPT_LENGTH)


def _read_search_description(metadata: Metadata) -> str:
    """A description of its own, beside the excerpt, is the one that was meant for search engines."""
    description = plain_text(metadata.text("description"))
    has_excerpt = any(metadata.value(key) for key in ("excerpt", "summary"))
    return description if has_excerpt else ""


def _read_canonical_url(metadata: Metadata) -> str:
    url = metadata.text("canonical_url", "canonicalUrl", "canonicalURL", "canonical", "extra.canonical_url")
    try:
        if url:
            URLValidator(["http", "https"])(url)
    except ValidationError:
        metadata.notes.lost(f"The original address `{url[:80]}` isn't a full address.", metadata.line("canonical_url"))
        return ""
    if len(url) > MAX_URL_LENGTH:
        metadata.notes.lost(f"The original address is longer than {MAX_URL_LENGTH} characters.")
        return ""
    return url


def _read_lead_image(metadata: Metadata) -> LeadImage | None:
    keys = (
        *("image", "lead_image", "featured_image", "featuredImage", "feature_image", "cover", "cover.image", "banner"),
        *(
            "hero_image",
            "header.image",
            "header.overlay_image",
            "header.teaser",
            "thumbnail",
            "image.path",
            "image.src",
        ),
        *("images", "extra.image", "extra.cover", "og_image"),
    )
    references = metadata.texts(*keys)
    alt = plain_text(metadata.text("image_alt", "cover.alt", "image.alt", "header.image_description", "imageAlt"))
    caption_keys = ("image_figcaption", "image_caption", "cover.caption", "image.caption", "header.caption")
    written = metadata.text(*caption_keys)
    only_for_sharing = metadata.flag("hero") is False
    if not references:
        return None
    caption = plain_text(written)
    if caption != " ".join(written.split()):
        metadata.notes.changed(
            "The lead image's caption is kept without its links and HTML.", metadata.line(*caption_keys)
        )
    if len(alt) > MAX_CAPTION_LENGTH or len(caption) > MAX_CAPTION_LENGTH:
        metadata.notes.changed(f"The lead image's texts were shortened to {MAX_CAPTION_LENGTH} characters.")
    if only_for_sharing:
        metadata.notes.changed(
            "`hero: false`: the picture is only shown where the post is shared.", metadata.line("hero")
        )
    alt, caption = shorten(alt, MAX_CAPTION_LENGTH), shorten(caption, MAX_CAPTION_LENGTH)
    return LeadImage(references[0], metadata.line(*keys), alt, caption, only_for_sharing)

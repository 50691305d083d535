"""Decides whether a post was public on its old site, by what generators and their users write."""

import re
from collections.abc import Iterator

from django.utils import timezone

from transfer.readers import Date, as_date
from transfer.readers.markdown.front_matter import Metadata
from transfer.readers.markdown.names import DATE_KEYS, FileName, read_date

# The value that hides a post. Jekyll, Hugo, Zola, Eleventy, Hexo, Docusaurus, Grav, Obsidian and others.
_SHOWING = (
    "published", "publish", "is_published", "dg-publish", "public", "is_public", "visible", "listed", "enabled",
    "render",
)  # fmt: skip
_HIDING = (
    "draft", "is_draft", "wip", "unlisted", "hidden", "hide", "private", "unpublished", "excluded", "headless",
    "protected", "encrypted", "disabled", "eleventyExcludeFromCollections", "members_only", "trashed", "deleted",
    "is_hidden", "is_private", "is_unlisted", "archived", "noindex",
    *(f"{place}.{key}" for place in ("extra", "params") for key in ("draft", "hidden", "private", "unlisted")),
)  # fmt: skip
# The same for these, but only as true or false: `live: https://…` and `list: reading` are about something else.
_SHOWING_IF_BOOLEAN = ("live", "is_live", "active", "is_active", "show", "display", "list", "index")
_HIDING_IF_BOOLEAN = ("secret", "ignore", "exclude", "skip", "paywall", "paid", "premium", "subscribers_only")
_STATES = ("status", "post_status", "visibility", "access", "build.render", "build.list")
_PUBLIC_STATES = {
    "published", "publish", "public", "live", "final", "finished", "done", "featured", "sticky", "scheduled", "future",
    "sent", "visible", "everyone", "open", "always", "true",
}  # fmt: skip
_DRAFT_NAMES = {
    "draft", "drafts", "wip", "entwurf", "brouillon", "borrador", "bozza", "rascunho", "utkast", "szkic",
    "kladde", "luonnos", "черновик", "чернетка", "草稿", "下書き", "taslak",
}  # fmt: skip
# Under any key, such as `stage: draft` and `tags: [wip]`.
_DRAFT_WORDS = _DRAFT_NAMES | {"private", "unlisted", "unpublished", "pending", "trash", "only_paid", "members-only"}
# What authors put before the title of a draft.
_DRAFT_TITLE = re.compile(r"\W*(?:DRAFT|WIP|TODO)\b")
_EXPIRY_DATES = ("expiryDate", "expires", "expire_at", "expiration", "unpublishDate", "unpublish_at", "unpublish_on")


def is_hidden(metadata: Metadata, name: FileName, public_folders: set[str]) -> bool:
    """Return whether a post wasn't public. What is unclear is hidden too. Adds the reason to the diagnostics."""
    for reason, *keys in _reasons_to_hide(metadata, name, public_folders):
        metadata.changed(f"{reason}: the page becomes a draft.", *keys)
        return True
    return False


def read_expiry(metadata: Metadata) -> Date | None:
    """Return the date from which a post isn't shown any more."""
    return next((date for key in _EXPIRY_DATES if (date := read_date(metadata.value(key)))), None)


def _reasons_to_hide(metadata: Metadata, name: FileName, public_folders: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield reasons, each with the keys in question."""
    for key in (*_SHOWING, *_HIDING):
        value, flag = metadata.value(key), metadata.flag(key)
        if flag is (key in _HIDING):
            yield f"`{key}` is {str(flag).lower()}", key
        # `published: 2015-06-11` is a date, `hide: [toc]` is about the design.
        elif flag is None and isinstance(value, (str, int, float)) and not (key in _SHOWING and read_date(value)):
            yield f"`{key}: {str(value)[:80]}` isn't understood", key
    for key in (*_SHOWING_IF_BOOLEAN, *_HIDING_IF_BOOLEAN):
        if metadata.value(key) is (key in _HIDING_IF_BOOLEAN):
            yield f"`{key}` is {str(metadata.value(key)).lower()}", key
    if "noindex" in metadata.text("robots").lower():
        yield "Search engines were not to find the post", "robots"
    for key in _STATES:
        value = metadata.value(key)
        if value not in (None, "") and str(value).strip().lower() not in _PUBLIC_STATES:
            yield f"`{key}` is `{str(value)[:80]}`", key
    for key in _EXPIRY_DATES:
        value, date = metadata.value(key), read_date(metadata.value(key))
        if value not in (None, "") and not (date and as_date(date) > timezone.localdate()):
            yield f"`{key}` is over or can't be read", key
    for key in DATE_KEYS:
        value = metadata.value(key)
        dates = value.values() if isinstance(value, dict) else [value]
        if key != "published" and value not in (None, "") and not any(map(read_date, dates)):
            yield f"`{key}` isn't a date that can be read", key
    for key, value in metadata.values.items():
        values = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
        words = {word.strip().lower() for word in values if isinstance(word, str)}
        if key.lower() not in ("title", "slug") and words & _DRAFT_WORDS:
            yield f"`{key[:80]}` says that the post isn't public", key
        if value in (None, "") and re.sub("[-_]", "", key.lower()).removesuffix("at") in (
            "published",
            "publish",
            "public",
        ):
            yield f"`{key}` is empty", key
    if _DRAFT_TITLE.match(metadata.text("title")):
        yield "The title is a draft's", "title"
    if any(metadata.value(key) is False for key in ("permalink", "permalink.build")):
        yield "The post had no address", "permalink"
    if metadata.text("password", "passphrase", "post_password"):
        yield "The post had a password", "password", "passphrase", "post_password"
    # Generators leave out names with an underscore.
    for folder in name.parents:
        is_unknown = folder.startswith("_") and folder not in public_folders
        if is_unknown or folder.lower() in (*_DRAFT_WORDS, "hidden"):
            yield (f"The old site may not have shown the folder `{folder}`",)
    first, last = re.split(r"[-_. ]", name.stem.lower())[0], name.stem.lower().rpartition(".")[2]
    if name.stem.startswith("_") or last in _DRAFT_NAMES or (first in _DRAFT_NAMES and not name.date):
        yield (f"The name `{name.stem}` is a draft's",)

"""Turns the text of a post into the site's Markdown. Pure: reads picture files, touches no database."""

import hashlib
import json
import re
from dataclasses import dataclass, replace

from transfer.conversion import Conversion, Surroundings
from transfer.dates import as_moment
from transfer.html import convert_figures, convert_html_references, convert_lost_elements, note_lost_html
from transfer.links import convert_images_and_links
from transfer.notes import Notes
from transfer.pictures import Picture
from transfer.plain_text import plain_text, shorten
from transfer.references import IMAGE
from transfer.source import MAX_EXCERPT_LENGTH, LeadImage, SourcePost
from transfer.template_tags import convert_template_tags, restore_raw
from transfer.text import SourceText

# Part of every fingerprint: raise it when the conversion improves, and the next run updates what was imported before.
CONVERSION_VERSION = 2

# In Markdown or HTML; a link to a picture doesn't show it.
_PICTURE_SHOWN = re.compile(rf"(?:!\[[^\[\]]{{0,1000}}\]\(|\bsrc=[\"']){IMAGE}([0-9a-f]{{16,40}})")
_MORE = re.compile(r"<!--\s*(?:more|excerpt|end_excerpt)\s*-->[ \t]*\n?", re.IGNORECASE)


@dataclass
class ConvertedPost:
    """A post ready to be written. `body` refers to pages and pictures by keys, see `references`."""

    source: SourcePost
    key: str
    body: str
    excerpt: str
    lead_image: LeadImage | None
    lead_picture: str
    pictures: dict[str, Picture]
    alts: dict[str, str]
    fingerprint: str = ""

    @property
    def notes(self) -> Notes:
        """What there is to tell about the post."""
        return self.source.notes


def convert_post(post: SourcePost, surroundings: Surroundings) -> ConvertedPost:
    """Return `post` in the site's form, and note on it what was kept, changed and not understood."""
    conversion = Conversion(post, surroundings)
    text = SourceText.from_body(post.body, post.body_line)
    convert_template_tags(text, post.metadata, surroundings.people, post.notes)
    excerpt = _take_excerpt(text, post)
    convert_lost_elements(text, conversion)
    convert_figures(text)
    convert_images_and_links(text, conversion)
    convert_html_references(text, conversion)
    note_lost_html(text, conversion)
    body, lead_picture = restore_raw(text.text).strip("\n"), _resolve_lead_image(conversion)
    converted = ConvertedPost(
        source=post,
        key=surroundings.address_book.key(post),
        body=body,
        excerpt=excerpt,
        lead_image=_show_once(post, lead_picture, body),
        lead_picture=lead_picture,
        pictures=conversion.pictures,
        alts=conversion.alts,
    )
    converted.fingerprint = _fingerprint(converted)
    post.notes.sort()
    return converted


def _take_excerpt(text: SourceText, post: SourcePost) -> str:
    """Return the excerpt: from the front matter, or what stands above a `<!-- more -->`, which is taken out."""
    match = _MORE.search(text.text)
    if not match:
        return post.excerpt
    beginning = plain_text(text.text[: match.start()])
    text.text = text.text.replace(match[0], "\n", 1) if match[0].endswith("\n") else text.text.replace(match[0], "", 1)
    return post.excerpt or (
        beginning if len(beginning) <= MAX_EXCERPT_LENGTH else shorten(beginning, MAX_EXCERPT_LENGTH)
    )


def _resolve_lead_image(conversion: Conversion) -> str:
    lead = conversion.post.lead_image
    if not lead:
        return ""
    return conversion.find_picture(lead.reference, lead.alt, lead.line, "The lead image {} {}; the post has none.")


def _show_once(post: SourcePost, picture: str, body: str) -> LeadImage | None:
    """Return the post's lead image, which is only for sharing if the text shows the same picture."""
    lead = post.lead_image
    if not lead or lead.only_for_sharing or not picture or picture not in _PICTURE_SHOWN.findall(body):
        return lead
    post.notes.changed(
        "The lead image is in the text too: at the top it is left out, so that it shows once.", lead.line
    )
    return replace(lead, only_for_sharing=True)


def _fingerprint(converted: ConvertedPost) -> str:
    """Hash all that would be written, so that a run can tell whether it would change anything."""
    post, lead = converted.source, converted.lead_image
    written = {
        "version": CONVERSION_VERSION,
        "title": post.title,
        "slug": post.slug,
        "addresses": post.old_addresses,
        "date": as_moment(post.date).isoformat() if post.date else None,
        "draft": post.draft,
        "authors": [[author.name, author.slug] for author in post.authors],
        "tags": post.tags,
        "categories": post.categories,
        "series": [post.series, post.series_position],
        "texts": [converted.excerpt, post.search_description, post.canonical_url],
        "lead image": [converted.lead_picture, lead.alt, lead.caption, lead.only_for_sharing] if lead else None,
        "body": converted.body,
    }
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()

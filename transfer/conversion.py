"""Converts a source post to the site's Markdown. Reads image files, but not the database."""

import hashlib
import json
import re
from dataclasses import dataclass, replace

from transfer.image_files import ImageError, ImageFile
from transfer.links import convert_links
from transfer.readers import MAX_EXCERPT_LENGTH, Diagnostics, LeadImage, SourcePost
from transfer.references import IMAGE, ImportContext, References
from transfer.text import SourceText, parse_blocks, plain_text, shorten, words_of

# Part of every fingerprint. With a higher number, the next import updates all posts that were imported before.
CONVERSION_VERSION = 3
_WRITTEN_AS_READ = (
    "title", "slug", "old_addresses", "moment", "draft", "expires", "authors", "tags", "categories", "series",
    "series_position", "search_description", "canonical_url",
)  # fmt: skip

# In Markdown or HTML. A link to an image doesn't show it.
_SHOWN_IMAGE = re.compile(rf"(?:!\[[^\[\]]{{0,1000}}\]\(|\bsrc=[\"']){IMAGE}([0-9a-f]{{16,40}})")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_MORE = re.compile(r"<!--\s*(?:more|excerpt|end_excerpt)\s*-->[ \t]*\n?", re.IGNORECASE)


@dataclass
class ConvertedPost:
    """A post that can be written. `body` refers to pages and images by keys, see `references`."""

    source: SourcePost
    key: str
    body: str
    excerpt: str
    lead_image: LeadImage | None
    lead_image_key: str
    images: dict[str, ImageFile]
    alts: dict[str, str]

    @property
    def diagnostics(self) -> Diagnostics:
        """The diagnostics of the post."""
        return self.source.diagnostics

    @property
    def fingerprint(self) -> str:
        """A hash of everything that would be written. It tells the next import whether a post has changed."""
        lead = self.lead_image
        written = {name: getattr(self.source, name) for name in _WRITTEN_AS_READ} | {
            "version": CONVERSION_VERSION,
            "excerpt": self.excerpt,
            "lead image": [self.lead_image_key, lead.alt, lead.caption, lead.only_for_sharing] if lead else None,
            "body": self.body,
        }
        return hashlib.sha256(json.dumps(written, sort_keys=True, default=str).encode()).hexdigest()


def convert_post(post: SourcePost, context: ImportContext) -> ConvertedPost:
    """Return `post` with its text converted. Adds to its diagnostics."""
    references = References(post, context)
    text = SourceText.from_body(post.body, post.body_line)
    context.reader.convert_markup(text, post)
    excerpt = _show_excerpt_once(_take_excerpt(text, post), text, post)
    _show_all_cells(text, post.diagnostics)
    convert_links(text, references)
    body, lead_image_key = text.text.strip("\n"), _find_lead_image(references)
    lead_image = _show_once(post, lead_image_key, body)
    post.diagnostics.sort()
    return ConvertedPost(
        source=post,
        key=context.url_index.key(post),
        body=body,
        excerpt=excerpt,
        lead_image=lead_image,
        lead_image_key=lead_image_key,
        images=references.images,
        alts=references.alts,
    )


def _take_excerpt(text: SourceText, post: SourcePost) -> str:
    """Return the excerpt of `post`, which is printed above the text. Removes `<!-- more -->` from `text`.

    What stands above that comment is the description for search engines. As the excerpt it would be printed twice.
    """
    match = _MORE.search(text.text)
    if not match:
        return post.excerpt
    beginning = plain_text(text.text[: match.start()])
    text.text = text.text.replace(match[0], "\n" if match[0].endswith("\n") else "", 1)
    post.search_description = post.search_description or shorten(beginning, MAX_EXCERPT_LENGTH)
    return post.excerpt


def _show_excerpt_once(excerpt: str, text: SourceText, post: SourcePost) -> str:
    """Return `excerpt`, or an empty text if `text` begins with the same words."""
    words = words_of(excerpt.removesuffix("…"))
    if not words or words_of(plain_text(text.text[: 3 * len(excerpt) + 200]))[: len(words)] != words:
        return excerpt
    post.diagnostics.changed("The excerpt is the beginning of the text, and is therefore left out above it.")
    return ""


def _show_all_cells(text: SourceText, diagnostics: Diagnostics) -> None:
    """Give the heading of each table as many cells as its longest row. Otherwise the last cells wouldn't be shown."""
    lines = text.text.split("\n")
    for first, last in [token.map for token in parse_blocks(text.text) if token.type == "table_open" and token.map]:
        counts = [len(_CELL_BORDER.split(line.strip(" \t>").strip("|"))) for line in lines[first:last]]
        missing = max(counts) - counts[0]
        if missing > 0:
            row = text.origins[first + counts.index(max(counts))]
            diagnostics.changed("A row of the table has more cells than its heading, which gets empty ones.", row)
            lines[first] = lines[first].rstrip().removesuffix("|") + "| " * missing + "|"
            lines[first + 1] = lines[first + 1].rstrip().removesuffix("|") + "|---" * missing + "|"
    text.text = "\n".join(lines)


def _find_lead_image(references: References) -> str:
    """Return the key of the lead image, or an empty text after a diagnostic."""
    lead = references.post.lead_image
    if not lead:
        return ""
    try:
        return references.find_image(lead.reference, lead.alt).key
    except ImageError as error:
        references.diagnostics.lost(f"The lead image `{lead.reference}` {error}; the post has none.", lead.line)
        return ""


def _show_once(post: SourcePost, image_key: str, body: str) -> LeadImage | None:
    """Return the lead image of `post`. It is only for sharing if the text shows the same image."""
    lead = post.lead_image
    if not lead or image_key not in _SHOWN_IMAGE.findall(body):
        return lead
    post.diagnostics.changed("The lead image is in the text too, and is therefore left out at the top.", lead.line)
    return replace(lead, only_for_sharing=True)

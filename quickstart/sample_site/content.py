"""Reads the sample content: pages as Markdown with front matter, images, the rest as YAML.

`content/README.md` describes the files and the notation for blocks.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import frontmatter
import markdown  # type: ignore[import-untyped]
import yaml
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.utils.file import hash_filelike

from home.models import SiteImage

CONTENT_FOLDER = Path(__file__).parent / "content"
PICTURES_FOLDER = Path(__file__).parent / "pictures"

SECTION = re.compile(r"^:::(?P<type>[a-z_]+)\n(?P<source>.*?)^:::$\n?", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(?P<marks>#{2,3}) (?P<text>.+)$\n?", re.MULTILINE)

Block = dict[str, Any]
Item = TypeVar("Item")
Report = Callable[[str], object]
SampleImages = dict[str, SiteImage]


@dataclass(frozen=True)
class PageFile:
    """The file of a page: its path in the page tree (`blog/casting-off`), its fields and its text."""

    path: str
    fields: dict[str, Any]
    text: str

    @property
    def slug(self) -> str:
        """The slug of the page."""
        return self.path.rpartition("/")[2]

    @property
    def parent_path(self) -> str:
        """The path of the parent page. It is empty for the home page."""
        if self.path == "home":
            return ""
        return self.path.rpartition("/")[0] or "home"


@dataclass(frozen=True)
class Content:
    """The files of the sample site."""

    folder: Path = CONTENT_FOLDER
    pictures_folder: Path = PICTURES_FOLDER

    def read_yaml(self, name: str) -> Any:
        """Return the content of the file `name`.yaml."""
        return yaml.safe_load((self.folder / f"{name}.yaml").read_text(encoding="utf-8"))

    def read_pages(self) -> Iterator[PageFile]:
        """Yield the home page and its descendants in menu order, each page before its children."""
        for path in ("home", *self.read_yaml("site")["pages"]):
            yield self._read_page(path)
            children = [self._read_page(f"{path}/{file.stem}") for file in (self.folder / path).glob("*.md")]
            yield from sorted(children, key=lambda page: (str(page.fields.get("date", "")), page.path))

    def _read_page(self, path: str) -> PageFile:
        post = frontmatter.loads((self.folder / f"{path}.md").read_text(encoding="utf-8"))
        return PageFile(path, dict(post.metadata), post.content)


def report_each(items: Collection[Item], report: Report, describe: Callable[[Item], str]) -> Iterator[Item]:
    """Yield the `items`, each after its description has been reported."""
    for number, item in enumerate(items, start=1):
        report(f"{describe(item)} ({number} of {len(items)})")
        yield item


def load_images(content: Content, report: Report) -> SampleImages:
    """Return the images of `pictures.yaml` by file name, after storing those that are missing.

    Each image is committed at once and found by its content, so that the next run continues an interrupted one.
    """
    descriptions = content.read_yaml("pictures")
    return {
        name: _find_or_store(content.pictures_folder / name, descriptions[name])
        for name in report_each(descriptions, report, "Picture {}".format)
    }


def _find_or_store(path: Path, description: dict[str, str]) -> SiteImage:
    with path.open("rb") as file:
        file_hash = hash_filelike(file)
        image = SiteImage.objects.filter(file_hash=file_hash).first()
        return image or _store(ImageFile(file, name=path.name), file_hash, description)


def _store(file: ImageFile, file_hash: str, description: dict[str, str]) -> SiteImage:
    """Create the site image for `file`. A file that an interrupted run has left in the media folder is used."""
    image = SiteImage(
        title=description["title"],
        description=description["alt"],
        credit=description.get("credit", ""),
        file_size=file.size,
        file_hash=file_hash,
    )
    leftover = image.get_upload_to(file.name)
    image.file = leftover if _has_content(leftover, file_hash) else file
    with transaction.atomic():
        image.save()
    return image


def _has_content(stored_name: str, file_hash: str) -> bool:
    storage = SiteImage._meta.get_field("file").storage
    if not storage.exists(stored_name):
        return False
    with storage.open(stored_name) as file:
        return hash_filelike(file) == file_hash


def build_body(text: str, images: SampleImages, *, rich: bool) -> list[Block]:
    """Return the blocks of `text` as a StreamField stores them. Raises `ValueError` for an unknown section.

    Text outside of sections becomes Markdown blocks or, if `rich`, headings and paragraphs.
    """
    plain_blocks = _rich_blocks if rich else _markdown_blocks
    blocks: list[Block] = []
    position = 0
    for section in SECTION.finditer(text):
        blocks += plain_blocks(text[position : section.start()])
        blocks.append(_section_block(section["type"], section["source"], images))
        position = section.end()
    return [*blocks, *plain_blocks(text[position:])]


def _markdown_blocks(text: str) -> Iterator[Block]:
    if text.strip():
        yield {"type": "markdown", "value": text.strip()}


def _rich_blocks(text: str) -> Iterator[Block]:
    position = 0
    for heading in HEADING.finditer(text):
        yield from _paragraph_blocks(text[position : heading.start()])
        yield {"type": "heading", "value": {"text": heading["text"], "level": str(len(heading["marks"]))}}
        position = heading.end()
    yield from _paragraph_blocks(text[position:])


def _paragraph_blocks(text: str) -> Iterator[Block]:
    if text.strip():
        yield {"type": "paragraph", "value": _rich_text(text)}


def _rich_text(text: str) -> str:
    """Return `text` as the HTML of Wagtail's rich text editor: `b` and `i`, not `strong` and `em`."""
    html: str = markdown.markdown(text.strip())
    for written, stored in (("strong", "b"), ("em", "i")):
        html = html.replace(f"<{written}>", f"<{stored}>").replace(f"</{written}>", f"</{stored}>")
    return html


def _section_block(block_type: str, source: str, images: SampleImages) -> Block:
    if block_type == "markdown":
        return {"type": "markdown", "value": source.strip()}
    if block_type not in SECTION_VALUES:
        raise ValueError(f"There is no block called “{block_type}”; there are: markdown, {', '.join(SECTION_VALUES)}.")
    return {"type": block_type, "value": SECTION_VALUES[block_type](yaml.safe_load(source), images)}


def _picture_value(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    image = images[fields["picture"]]
    alt_text = fields.get("alt", image.description)
    return {
        "image": {"image": image.pk, "alt_text": alt_text, "decorative": False},
        "caption": fields.get("caption", ""),
    }


def _figure_value(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    return _picture_value(fields, images) | {"placement": fields.get("placement", "column")}


def _gallery_value(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    # Wagtail would read an item without an id as a value from before Wagtail 2.16.
    pictures = [
        {"type": "item", "id": str(uuid4()), "value": _picture_value(picture, images)} for picture in fields["pictures"]
    ]
    return {"pictures": pictures, "caption": fields.get("caption", "")}


def _text_value(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    return fields | {"text": _rich_text(fields["text"])}


def _table_value(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    header = fields.get("header", "row")
    return {
        "data": [[str(cell) for cell in row] for row in fields["rows"]],
        "cell": [],
        "mergeCells": [],
        "table_caption": fields.get("caption", ""),
        "table_header_choice": header,
        "first_row_is_table_header": header in ("row", "both"),
        "first_col_is_header": header in ("column", "both"),
    }


def _value_as_written(fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    return fields


SECTION_VALUES: dict[str, Callable[[dict[str, Any], SampleImages], dict[str, Any]]] = {
    "pull_quote": _value_as_written,
    "callout": _text_value,
    "details": _text_value,
    "margin_note": _text_value,
    "formula": _value_as_written,
    "figure": _figure_value,
    "gallery": _gallery_value,
    "code": _value_as_written,
    "table": _table_value,
}

"""Reads the sample content: pages as Markdown with front matter, images, the rest as YAML.

`content/README.md` describes the files and the notation for blocks.
"""

import re
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import frontmatter
import markdown  # type: ignore[import-untyped]
import yaml
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.utils.file import hash_filelike

from home.blocks import BodyBlock
from home.models import SharedText, SiteImage

CONTENT_FOLDER = Path(__file__).parent / "content"
PICTURES_FOLDER = Path(__file__).parent / "pictures"

# A section with the fields of a block, or a heading.
BLOCK = re.compile(
    r"^:::(?P<type>[a-z_]+)\n(?P<fields>.*?)^:::$\n?|^(?P<marks>#{2,3}) (?P<heading>[^\n]+)\n?",
    re.MULTILINE | re.DOTALL,
)

# The blocks whose `text` may be written in Markdown.
RICH_TEXTS = {"callout", "details", "margin_note"}
SAMPLE_PAGES = uuid.UUID("6a1e7f50-0b6c-4b7e-9a53-2f1c86d4e0a9")

Item = TypeVar("Item")
Report = Callable[[str], object]
SampleImages = dict[str, SiteImage]


@dataclass(frozen=True)
class PageFile:
    """The file of a page: its path in the page tree (`blog/casting-off`), its parent's path, its fields and its text.

    The path of the home page's parent is empty.
    """

    path: str
    parent_path: str
    fields: dict[str, Any]
    text: str


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
        yield self._read_page("home", "")
        for path in self.read_yaml("site")["pages"]:
            yield self._read_page(path, "home")
            children = [self._read_page(f"{path}/{file.stem}", path) for file in (self.folder / path).glob("*.md")]
            yield from sorted(children, key=lambda page: (str(page.fields.get("date", "")), page.path))

    def _read_page(self, path: str, parent_path: str) -> PageFile:
        post = frontmatter.loads((self.folder / f"{path}.md").read_text(encoding="utf-8"))
        return PageFile(path, parent_path, dict(post.metadata), post.content)


def report_each(items: Collection[Item], report: Report, describe: Callable[[Item], str]) -> Iterator[Item]:
    """Yield the `items`, each after its description has been reported."""
    for number, item in enumerate(items, start=1):
        report(f"{describe(item)} ({number} of {len(items)})")
        yield item


def load_images(content: Content, report: Report) -> SampleImages:
    """Return the images of `pictures.yaml` by file name, after storing those that are missing.

    Each image is committed at once and found by its content, so that the next run continues an interrupted one.
    """
    pictures = content.read_yaml("pictures")
    return {
        name: _find_or_store(content.pictures_folder / name, pictures[name])
        for name in report_each(pictures, report, "Picture {}".format)
    }


def _find_or_store(path: Path, fields: dict[str, str]) -> SiteImage:
    with path.open("rb") as opened, transaction.atomic():
        file, file_hash = ImageFile(opened, name=path.name), hash_filelike(opened)
        image = SiteImage.objects.filter(file_hash=file_hash).first()
        return image or SiteImage.objects.create(**fields, file=file, file_size=file.size, file_hash=file_hash)


def build_body(text: str, images: SampleImages, *, rich: bool) -> list[tuple[str, Any]]:
    """Return the blocks of `text` as a StreamField takes them. Raises `KeyError` for an unknown section or image.

    Text outside of sections becomes Markdown blocks or, if `rich`, headings and paragraphs.
    """
    blocks: list[tuple[str, Any]] = []
    position = 0
    for match in BLOCK.finditer(text):
        if match["heading"] and not rich:
            continue
        blocks.append(_text_block(text[position : match.start()], rich))
        if match["heading"]:
            blocks.append(("heading", {"text": match["heading"], "level": str(len(match["marks"]))}))
        elif match["type"] == "markdown":
            blocks.append(_text_block(match["fields"], rich=False))
        elif match["type"] == "shared_text":
            blocks.append(("shared_text", SharedText.objects.get(name=match["fields"].strip()).pk))
        else:
            fields = yaml.safe_load(match["fields"])
            blocks.append((match["type"], _block_value(match["type"], fields, images)))
        position = match.end()
    blocks.append(_text_block(text[position:], rich))
    body = BodyBlock()
    return [(name, body.child_blocks[name].to_python(value)) for name, value in blocks if value]


def _text_block(text: str, rich: bool) -> tuple[str, str]:
    return ("paragraph", _rich_text(text)) if rich else ("markdown", text.strip())


def _rich_text(text: str) -> str:
    """Return Markdown as the HTML of Wagtail's rich text editor: `b` and `i`, not `strong` and `em`."""
    html: str = markdown.markdown(text.strip())
    for written, stored in (("strong", "b"), ("em", "i")):
        html = html.replace(f"<{written}>", f"<{stored}>").replace(f"</{written}>", f"</{stored}>")
    return html


def _block_value(kind: str, fields: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    """Return the `fields` as the block stores them: with ids in place of names, and HTML instead of Markdown."""
    if "text" in fields and kind in RICH_TEXTS:
        fields["text"] = _rich_text(fields["text"])
    for picture in [fields, *fields.get("pictures", [])]:
        if "image" in picture:
            picture["image"] = images[picture["image"]].pk
    if "page" in fields:
        fields["page"] = _find_page(fields["page"])
    if "posts" in fields:
        fields["posts"] = [_find_page(path) for path in fields["posts"]]
    if "document" in fields:
        fields["document"] = get_document_model().objects.get(title=fields["document"]).pk
    for side in {"left", "right"} & fields.keys():
        fields[side] = [_column_part(part, images) for part in fields[side]]
    if "data" in fields:
        header = fields.setdefault("table_header_choice", "row")
        fields["first_row_is_table_header"] = header in ("row", "both")
        fields["first_col_is_header"] = header in ("column", "both")
    return fields


def _column_part(part: dict[str, Any], images: SampleImages) -> dict[str, Any]:
    [(kind, value)] = part.items()
    stored = _rich_text(value) if kind == "paragraph" else _block_value(kind, value, images)
    return {"type": kind, "value": stored}


def _find_page(path: str) -> int:
    return int(Page.objects.get(translation_key=sample_key(path)).pk)


def sample_key(path: str) -> uuid.UUID:
    """Return the translation key of the page at `path`, by which it is found wherever, also after a renaming."""
    return uuid.uuid5(SAMPLE_PAGES, path)

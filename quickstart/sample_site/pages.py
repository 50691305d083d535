"""Builds a page from its file and publishes it."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail.models import Page

from blog.models import BlogIndexPage, BlogPostPage, PostAuthor
from forms.models import ContactPage
from home.models import HomePage, StandardPage
from portfolio.models import PortfolioIndexPage, ProjectLink, ProjectPage, ProjectPicture
from quickstart.sample_site.body import build_body
from quickstart.sample_site.content import PageFile
from quickstart.sample_site.groups import Groups
from quickstart.sample_site.pictures import PictureLibrary

PAGE_TYPES: dict[str, type[Page]] = {
    "home": HomePage,
    "standard": StandardPage,
    "contact": ContactPage,
    "portfolio": PortfolioIndexPage,
    "project": ProjectPage,
    "blog": BlogIndexPage,
    "post": BlogPostPage,
}

# The page made from a file has the same key in every installation: so it is known again, renamed and moved or not.
SAMPLE_PAGES = uuid.UUID("6a1e7f50-0b6c-4b7e-9a53-2f1c86d4e0a9")


def sample_key(place: str) -> uuid.UUID:
    """Return the translation key of the page that the file at `place` describes."""
    return uuid.uuid5(SAMPLE_PAGES, place)


@dataclass(frozen=True)
class Shelf:
    """What pages refer to: pictures, and the groups that posts belong to."""

    library: PictureLibrary
    groups: Groups


def publish_page(file: PageFile, parent: Page, shelf: Shelf) -> Page:
    """Make the page that `file` describes under `parent`, publish it and return it.

    Raises ValidationError if the page would not pass in the editor.
    """
    fields = dict(file.fields)
    page = PAGE_TYPES[fields.pop("type")](slug=file.slug, translation_key=sample_key(file.place))
    rich = fields.pop("rich", False)
    if file.text:
        page.body = page.body.stream_block.to_python(build_body(file.text, shelf.library, rich=rich))
    for name, value in fields.items():
        _set_field(page, name, value, shelf)
    parent.add_child(instance=page)
    page.save_revision(log_action=True).publish()
    return page


def _set_field(page: Page, name: str, value: Any, shelf: Shelf) -> None:
    if name in REFERENCES:
        REFERENCES[name](page, value, shelf)
    else:
        setattr(page, name, value)


def _set_lead_image(page: Page, file_name: str, shelf: Shelf) -> None:
    page.lead_image = shelf.library[file_name]
    page.lead_image_alt = page.lead_image.description


def _set_gallery(page: Page, pictures: list[dict[str, str]], shelf: Shelf) -> None:
    for picture in pictures:
        image = shelf.library[picture["picture"]]
        page.gallery.add(ProjectPicture(image=image, alt_text=image.description, caption=picture.get("caption", "")))


def _set_links(page: Page, links: list[dict[str, str]], shelf: Shelf) -> None:
    page.links = [ProjectLink(**link) for link in links]


def _set_authors(page: Page, slugs: list[str], shelf: Shelf) -> None:
    page.post_authors = [PostAuthor(author=shelf.groups.authors[slug]) for slug in slugs]


def _set_categories(page: Page, slugs: list[str], shelf: Shelf) -> None:
    page.categories = [shelf.groups.categories[slug] for slug in slugs]


def _set_series(page: Page, slug: str, shelf: Shelf) -> None:
    page.series = shelf.groups.series[slug]


def _set_tags(page: Page, names: list[str], shelf: Shelf) -> None:
    page.tags.add(*names)


def _set_skills(page: Page, names: list[str], shelf: Shelf) -> None:
    page.skills.add(*names)


def _set_date(page: Page, date: datetime.date, shelf: Shelf) -> None:
    """Date the post, and its first publication with it: feeds and site maps go by the latter."""
    page.date = date
    page.first_published_at = datetime.datetime.combine(date, datetime.time(9), tzinfo=datetime.UTC)


REFERENCES: dict[str, Callable[[Page, Any, Shelf], None]] = {
    "lead_image": _set_lead_image,
    "gallery": _set_gallery,
    "links": _set_links,
    "authors": _set_authors,
    "categories": _set_categories,
    "series": _set_series,
    "tags": _set_tags,
    "skills": _set_skills,
    "date": _set_date,
}

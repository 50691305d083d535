"""Publishes the pages of the sample site, with the terms to which they refer."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wagtail.models import Page

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, PostAuthor, Series
from forms.models import ContactPage
from home.models import HomePage, StandardPage
from portfolio.models import PortfolioIndexPage, ProjectLink, ProjectPage, ProjectPicture
from quickstart.sample_site.content import Content, PageFile, SampleImages, build_body

PAGE_TYPES: dict[str, type[Page]] = {
    "home": HomePage,
    "standard": StandardPage,
    "contact": ContactPage,
    "portfolio": PortfolioIndexPage,
    "project": ProjectPage,
    "blog": BlogIndexPage,
    "post": BlogPostPage,
}

# Each sample page has the same translation key in every installation, by which it is found after it was renamed.
SAMPLE_PAGES = uuid.UUID("6a1e7f50-0b6c-4b7e-9a53-2f1c86d4e0a9")


def sample_key(path: str) -> uuid.UUID:
    """Return the translation key of the page with the file `path`."""
    return uuid.uuid5(SAMPLE_PAGES, path)


@dataclass(frozen=True)
class Fixtures:
    """The images by file name, and the terms by slug, to which pages refer."""

    images: SampleImages
    authors: dict[str, Author]
    categories: dict[str, Category]
    series: dict[str, Series]


def load_fixtures(content: Content, images: SampleImages) -> Fixtures:
    """Return `images` and the terms of `site.yaml`, after creating those that are missing."""
    site = content.read_yaml("site")
    for fields in site["authors"].values():
        fields["portrait"] = images[fields["portrait"]]
    return Fixtures(
        images=images,
        authors=_load_terms(Author, site["authors"]),
        categories=_load_terms(Category, site["categories"]),
        series=_load_terms(Series, site["series"]),
    )


def _load_terms(model: Any, terms: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {slug: model.objects.get_or_create(slug=slug, defaults=fields)[0] for slug, fields in terms.items()}


def publish_page(file: PageFile, parent: Page, fixtures: Fixtures) -> Page:
    """Publish the page of `file` under `parent` and return it. Raises `ValidationError`."""
    fields = dict(file.fields)
    page = PAGE_TYPES[fields.pop("type")](slug=file.slug, translation_key=sample_key(file.path))
    rich = fields.pop("rich", False)
    if file.text:
        page.body = page.body.stream_block.to_python(build_body(file.text, fixtures.images, rich=rich))
    for name, value in fields.items():
        _set_field(page, name, value, fixtures)
    parent.add_child(instance=page)
    page.save_revision(log_action=True).publish()
    return page


def _set_field(page: Page, name: str, value: Any, fixtures: Fixtures) -> None:
    if name in REFERENCES:
        REFERENCES[name](page, value, fixtures)
    else:
        setattr(page, name, value)


def _set_lead_image(page: Page, file_name: str, fixtures: Fixtures) -> None:
    page.lead_image = fixtures.images[file_name]
    page.lead_image_alt = page.lead_image.description


def _set_gallery(page: Page, pictures: list[dict[str, str]], fixtures: Fixtures) -> None:
    for picture in pictures:
        image = fixtures.images[picture["picture"]]
        page.gallery.add(ProjectPicture(image=image, alt_text=image.description, caption=picture.get("caption", "")))


def _set_links(page: Page, links: list[dict[str, str]], fixtures: Fixtures) -> None:
    page.links = [ProjectLink(**link) for link in links]


def _set_authors(page: Page, slugs: list[str], fixtures: Fixtures) -> None:
    page.post_authors = [PostAuthor(author=fixtures.authors[slug]) for slug in slugs]


def _set_categories(page: Page, slugs: list[str], fixtures: Fixtures) -> None:
    page.categories = [fixtures.categories[slug] for slug in slugs]


def _set_series(page: Page, slug: str, fixtures: Fixtures) -> None:
    page.series = fixtures.series[slug]


def _set_tags(page: Page, names: list[str], fixtures: Fixtures) -> None:
    page.tags.add(*names)


def _set_skills(page: Page, names: list[str], fixtures: Fixtures) -> None:
    page.skills.add(*names)


def _set_date(page: Page, date: datetime.date, fixtures: Fixtures) -> None:
    """Set the date of the post and of its first publication, which feeds and the sitemap use."""
    page.date = date
    page.first_published_at = datetime.datetime.combine(date, datetime.time(9), tzinfo=datetime.UTC)


REFERENCES: dict[str, Callable[[Page, Any, Fixtures], None]] = {
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

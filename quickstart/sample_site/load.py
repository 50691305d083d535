"""Loads the sample site once, completely or not at all, and only into an empty site."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import CommandError
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.models import Page, Site

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, PostAuthor, Series
from forms.models import ContactPage
from galley.embeds.models import Embed
from galley.site_settings.site_address import read_address
from home.models import HomePage, SharedText, SiteLink, SiteSettings, StandardPage
from portfolio.models import PortfolioIndexPage, ProjectLink, ProjectPage, ProjectPicture
from quickstart.sample_site.content import (
    Content,
    PageFile,
    Report,
    SampleImages,
    build_body,
    load_images,
    report_each,
    sample_key,
)

# The title that Wagtail's first migration gives to its page.
WELCOME_TITLE = "Welcome to your new Wagtail site!"
PAGE_TYPES: dict[str, type[Page]] = {
    "home": HomePage,
    "standard": StandardPage,
    "contact": ContactPage,
    "portfolio": PortfolioIndexPage,
    "project": ProjectPage,
    "blog": BlogIndexPage,
    "post": BlogPostPage,
}


class SiteInUseError(CommandError):
    """The site has pages of its own or none at all. The message says so, and how to see the sample site."""


@dataclass(frozen=True)
class Fixtures:
    """The images by file name, and the terms by slug, to which pages refer."""

    images: SampleImages
    authors: dict[str, Author]
    categories: dict[str, Category]
    series: dict[str, Series]


def load_sample_site(report: Report, content: Content | None = None) -> str:
    """Load the sample `content` into an empty site, and return a sentence that describes the outcome.

    `report` is called with a line of text for each step. Images are committed one by one, pages in one transaction. An
    interrupted run leaves no pages, and the next run creates no image twice. The sample site, edited or not, isn't
    loaded again. Raises `SiteInUseError` if there are other pages.
    """
    content = content or Content()
    if Page.objects.filter(translation_key=sample_key("home")).exists():
        return "The sample site is already there. Nothing was changed."
    _find_welcome_page()
    images = load_images(content, report)
    with transaction.atomic():
        # An editor may have started while the images were stored.
        count = _load_pages(content, images, _find_welcome_page(), report)
    return f"The sample site is loaded: {count} pages, {len(images)} pictures."


def _find_welcome_page() -> Page:
    """Return the page of Wagtail's first migration. Raises `SiteInUseError` if it isn't all that there is."""
    untouched = Page.objects.exact_type(Page).filter(depth=2, slug="home", live=True, latest_revision=None)
    welcome = untouched.filter(title=WELCOME_TITLE).first()
    own_page = Page.objects.filter(depth__gt=1).exclude(pk=welcome and welcome.pk).order_by("path").first()
    if welcome and not own_page:
        return welcome
    reason = (
        f"This site already has pages of its own, “{own_page.title}” for example."
        if own_page
        else "All pages of this site were deleted."
    )
    raise SiteInUseError(
        f"{reason} The sample site was not loaded, and nothing was changed. To see it, start with a new database."
    )


def _load_pages(content: Content, images: SampleImages, welcome: Page, report: Report) -> int:
    """Publish all pages, make the home page the root of the default site, and return the number of pages."""
    root = Page.get_first_root_node()
    # The root page stands in for the home page, so that the welcome page can be deleted.
    fields = {**(read_address() or {}), "root_page": root}
    site, _ = Site.objects.update_or_create(is_default_site=True, defaults=fields)
    welcome.delete()
    root.refresh_from_db()

    texts = content.read_yaml("site")
    fixtures = _load_fixtures(texts, images)
    _load_files(texts, content)
    files = list(content.read_pages())
    pages = {"": root}
    for file in report_each(files, report, lambda file: f"Page {file.path}"):
        pages[file.path] = _publish_page(file, pages[file.parent_path], fixtures)

    site.root_page, site.site_name = pages["home"], texts["site_name"]
    site.save()
    site_settings = SiteSettings.for_site(site)
    site_settings.tagline, site_settings.footer_text = texts["tagline"], texts["footer_text"]
    site_settings.links = [SiteLink(**link) for link in texts["links"]]
    site_settings.save()
    return len(files)


def _load_fixtures(texts: dict[str, Any], images: SampleImages) -> Fixtures:
    """Return `images` and the terms of `site.yaml`, after creating those that are missing."""

    def load_terms(model: Any, terms: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {slug: model.objects.get_or_create(slug=slug, defaults=fields)[0] for slug, fields in terms.items()}

    for name, words in texts.get("shared_texts", {}).items():
        SharedText.objects.get_or_create(name=name, defaults={"body": [("markdown", words)]})
    for fields in texts["authors"].values():
        fields["portrait"] = images[fields["portrait"]]
    return Fixtures(
        images=images,
        authors=load_terms(Author, texts["authors"]),
        categories=load_terms(Category, texts["categories"]),
        series=load_terms(Series, texts["series"]),
    )


def _load_files(texts: dict[str, Any], content: Content) -> None:
    """Store the documents, and what is known of addresses elsewhere."""
    for name, title in texts.get("documents", {}).items():
        file = ContentFile((content.folder / "documents" / name).read_bytes(), name)
        get_document_model().objects.get_or_create(title=title, defaults={"file": file, "file_size": file.size})
    for address, fields in texts.get("embeds", {}).items():
        picture = content.pictures_folder / fields.pop("picture")
        file = ContentFile(picture.read_bytes(), picture.name)
        Embed.objects.get_or_create(address=address, defaults={**fields, "picture": file})


def _publish_page(file: PageFile, parent: Page, fixtures: Fixtures) -> Page:
    """Publish the page of `file` under `parent` and return it. Raises `ValidationError`."""
    fields = dict(file.fields)
    page_type = PAGE_TYPES[fields.pop("type")]
    page = page_type(slug=file.path.rpartition("/")[2], translation_key=sample_key(file.path))
    rich = fields.pop("rich", False)
    if file.text:
        page.body = build_body(file.text, fixtures.images, rich=rich)
    for name, value in fields.items():
        _set_field(page, name, value, fixtures)
    parent.add_child(instance=page)
    page.save_revision(log_action=True).publish()
    return page


def _set_field(page: Page, name: str, value: Any, fixtures: Fixtures) -> None:
    match name:
        case "lead_image":
            page.lead_image = fixtures.images[value]
            page.lead_image_alt = page.lead_image.description
        case "gallery":
            for picture in value:
                image = fixtures.images[picture.pop("image")]
                page.gallery.add(ProjectPicture(image=image, alt_text=image.description, **picture))
        case "links":
            page.links = [ProjectLink(**link) for link in value]
        case "authors":
            page.post_authors = [PostAuthor(author=fixtures.authors[slug]) for slug in value]
        case "categories":
            page.categories = [fixtures.categories[slug] for slug in value]
        case "series":
            page.series = fixtures.series[value]
        case "tags" | "skills":
            getattr(page, name).add(*value)
        case "date":  # feeds and the sitemap use the date of the first publication
            page.date = value
            page.first_published_at = datetime.datetime.combine(value, datetime.time(9), tzinfo=datetime.UTC)
        case _:
            setattr(page, name, value)

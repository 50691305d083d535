"""Loads the sample site once, completely or not at all, and only into an empty site."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Page, Site

from home.models import SiteLink, SiteSettings
from quickstart.sample_site.content import Content, Report, SampleImages, load_images, report_each
from quickstart.sample_site.pages import load_fixtures, publish_page, sample_key

# The title that Wagtail's first migration gives to its page.
WELCOME_TITLE = "Welcome to your new Wagtail site!"


class Outcome(StrEnum):
    """The outcome of loading."""

    LOADED = "loaded"
    ALREADY_THERE = "already there"
    REFUSED = "refused"


@dataclass(frozen=True)
class LoadResult:
    """The outcome, and a sentence that describes it."""

    outcome: Outcome
    message: str


def load_sample_site(report: Report, content: Content | None = None) -> LoadResult:
    """Load the sample `content` into an empty site. `report` is called with a line of text for each step.

    Images are committed one by one, pages in one transaction. An interrupted run leaves no pages, and the next run
    creates no image twice. A site with pages of its own or with the sample site, edited or not, isn't changed.
    """
    content = content or Content()
    if refusal := _find_refusal():
        return refusal
    images = load_images(content, report)
    with transaction.atomic():
        # An editor may have started while the images were stored.
        if refusal := _find_refusal():
            return refusal
        count = _load_pages(content, images, report)
    return LoadResult(Outcome.LOADED, f"The sample site is loaded: {count} pages, {len(images)} pictures.")


def _find_refusal() -> LoadResult | None:
    """Return a result with the reason not to load, or None."""
    if Page.objects.filter(translation_key=sample_key("home")).exists():
        return LoadResult(Outcome.ALREADY_THERE, "The sample site is already there. Nothing was changed.")
    welcome = _find_untouched_welcome_page()
    own_page = Page.objects.filter(depth__gt=1).exclude(pk=welcome and welcome.pk).order_by("path").first()
    if own_page:
        return _refuse(f"This site already has pages of its own, “{own_page.title}” for example.")
    if not welcome:
        return _refuse("All pages of this site were deleted.")
    return None


def _refuse(reason: str) -> LoadResult:
    return LoadResult(
        Outcome.REFUSED,
        f"{reason} The sample site was not loaded, and nothing was changed. To see it, start with a new database.",
    )


def _find_untouched_welcome_page() -> Page | None:
    """Return the page of Wagtail's first migration, unless an editor has changed or deleted it."""
    page = Page.objects.filter(
        depth=2, slug="home", numchild=0, live=True, latest_revision=None, title=WELCOME_TITLE
    ).first()
    return page if page and page.specific_class is Page else None


def _load_pages(content: Content, images: SampleImages, report: Report) -> int:
    """Publish all pages, make the home page the root of the default site, and return the number of pages."""
    root = Page.get_first_root_node()
    site = _detach_default_site(root)
    if welcome := _find_untouched_welcome_page():
        welcome.delete()
    root.refresh_from_db()

    fixtures = load_fixtures(content, images)
    files = list(content.read_pages())
    pages = {"": root}
    for file in report_each(files, report, lambda file: f"Page {file.path}"):
        pages[file.path] = publish_page(file, pages[file.parent_path], fixtures)

    site.root_page = pages["home"]
    _load_site_texts(content, site)
    return len(files)


def _detach_default_site(root: Page) -> Site:
    """Return the default site with the root page as its home page, so that the old home page can be deleted."""
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site.hostname = address.hostname or "localhost"
    site.port = address.port or (443 if address.scheme == "https" else 80)
    site.root_page = root
    site.save()
    return site


def _load_site_texts(content: Content, site: Site) -> None:
    texts = content.read_yaml("site")
    site.site_name = texts["site_name"]
    site.save()
    site_settings = SiteSettings.for_site(site)
    site_settings.tagline = texts["tagline"]
    site_settings.footer_text = texts["footer_text"]
    site_settings.links = [SiteLink(**link) for link in texts["links"]]
    site_settings.save()

"""Loads the sample site: all of it or nothing, once, and never over content of one's own."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Page, Site

from home.models import SiteLink, SiteSettings
from quickstart.sample_site.content import Content
from quickstart.sample_site.groups import load_groups
from quickstart.sample_site.pages import Shelf, publish_page, sample_key
from quickstart.sample_site.pictures import PictureLibrary, load_pictures
from quickstart.sample_site.progress import Report, count_off


class Outcome(StrEnum):
    """How the loading went."""

    LOADED = "loaded"
    ALREADY_THERE = "already there"
    REFUSED = "refused"


@dataclass(frozen=True)
class LoadResult:
    """The outcome, and a sentence that tells it to a person."""

    outcome: Outcome
    message: str


def load_sample_site(report: Report, content: Content | None = None) -> LoadResult:
    """Fill an empty site with the sample `content`, telling `report` of each step in a line of text.

    Pictures are stored one by one and found again by the next run; pages come in one transaction. Stopped at any
    point, the site is still empty, and a second run completes it without copies. A site that has the sample, in
    whatever state its editors have brought it, or pages of its own, is left as it is.
    """
    content = content or Content()
    if hindrance := _find_hindrance():
        return hindrance
    library = load_pictures(content, report)
    with transaction.atomic():
        # Somebody may have begun while the pictures came in.
        if hindrance := _find_hindrance():
            return hindrance
        count = _load_pages(content, library, report)
    return LoadResult(Outcome.LOADED, f"The sample site is loaded: {count} pages, {len(library)} pictures.")


def _find_hindrance() -> LoadResult | None:
    """Return the reason not to load, if there is one."""
    if Page.objects.filter(translation_key=sample_key("home")).exists():
        return LoadResult(Outcome.ALREADY_THERE, "The sample site is already there. Nothing was changed.")
    welcome = _find_untouched_welcome_page()
    own_page = Page.objects.filter(depth__gt=1).exclude(pk=welcome and welcome.pk).order_by("path").first()
    if own_page:
        return _refuse(f"This site already has pages of its own, “{own_page.title}” for example.")
    if not welcome:
        return _refuse("Somebody has emptied this site.")
    return None


def _refuse(reason: str) -> LoadResult:
    return LoadResult(
        Outcome.REFUSED,
        f"{reason} The sample site was not loaded, and nothing was changed. To see it, start with a new database.",
    )


def _find_untouched_welcome_page() -> Page | None:
    """Return the page that Wagtail's first migration makes, unless somebody has edited or deleted it."""
    page = Page.objects.filter(
        depth=2, slug="home", numchild=0, live=True, latest_revision=None, title="Welcome to your new Wagtail site!"
    ).first()
    return page if page and page.specific_class is Page else None


def _load_pages(content: Content, library: PictureLibrary, report: Report) -> int:
    """Publish every page and put the home page at the top of the default site; return how many there are."""
    root = Page.get_first_root_node()
    site = _detach_default_site(root)
    if welcome := _find_untouched_welcome_page():
        welcome.delete()
    root.refresh_from_db()

    shelf = Shelf(library, load_groups(content, library))
    files = list(content.read_pages())
    pages = {"": root}
    for file in count_off(files, report, lambda file: f"Page {file.place}"):
        pages[file.place] = publish_page(file, pages[file.parent_place], shelf)

    site.root_page = pages["home"]
    _load_site_texts(content, site)
    return len(files)


def _detach_default_site(root: Page) -> Site:
    """Return the default site, hung at the root so that it survives its old home page."""
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

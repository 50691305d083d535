"""Loads the sample site: all of it or nothing, once, and never over content of one's own."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Page, Site

from config.sample_site.content import Content
from config.sample_site.groups import load_groups
from config.sample_site.pages import Shelf, publish_page, sample_key
from config.sample_site.pictures import PictureLibrary, load_pictures
from config.sample_site.progress import Report, count_off
from home.models import SiteLink, SiteSettings


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
    own_pages = Page.objects.filter(depth__gt=1).exclude(pk__in=_untouched_welcome_pages())
    if titles := list(own_pages.order_by("path").values_list("title", flat=True)[:3]):
        return LoadResult(
            Outcome.REFUSED,
            f"This site already has pages of its own ({', '.join(titles)}…), so the sample site was not loaded "
            "and nothing was changed. To look at the sample, start with an empty database.",
        )
    return None


def _untouched_welcome_pages() -> list[int]:
    """Return the page that Wagtail's first migration makes, unless somebody has edited it."""
    welcome = Page.objects.filter(
        depth=2, slug="home", numchild=0, latest_revision=None, title="Welcome to your new Wagtail site!"
    )
    return [page.pk for page in welcome if page.specific_class is Page]


def _load_pages(content: Content, library: PictureLibrary, report: Report) -> int:
    """Publish every page and put the home page at the top of the default site; return how many there are."""
    root = Page.get_first_root_node()
    site = _detach_default_site(root)
    for page in Page.objects.filter(pk__in=_untouched_welcome_pages()):
        page.delete()
    root.refresh_from_db()

    shelf = Shelf(library, load_groups(content, library))
    home_file, *files = content.read_home(), *content.read_pages()
    home = publish_page(home_file, root, shelf)
    places: dict[str, Page] = {}
    for place, file in count_off(((f"/{file.place}/", file) for file in files), len(files), "Page", report):
        parent = places.get(file.place.rpartition("/")[0], home)
        places[file.place] = publish_page(file, parent, shelf)

    site.root_page = home
    site.save()
    _load_site_texts(content, site)
    return 1 + len(files)


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

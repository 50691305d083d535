"""Which pages of a site are of one kind: the same type, or the same view, with parameters of the same sort."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.site.crawling import Crawl
from tests.site.filled_site import imported_addresses, whole_posts

Kind = tuple[str, ...]

# Whatever a list is filtered by, it looks the same.
NO_FILTERS = {"q", "page"}
# Whatever a list of posts is about, its page looks the same; only authors have portraits.
TERMS = {"categories", "series", "tags"}


def pages_to_look_at(crawl: Crawl, var_dir: Path) -> list[str]:
    """Return the addresses of a page of each kind and of twenty real posts."""
    return [*one_of_each_kind(crawl, var_dir).values(), *whole_posts(var_dir)]


def pages_for(crawl: Crawl, var_dir: Path, *, are_all: bool) -> list[str]:
    """Return the addresses of all pages to look at, or of one of each look."""
    if are_all:
        return pages_to_look_at(crawl, var_dir)
    return list({_find_look(kind): url for kind, url in one_of_each_kind(crawl, var_dir).items()}.values())


def one_of_each_kind(crawl: Crawl, var_dir: Path) -> dict[Kind, str]:
    """Return for each kind of page the address of the largest one of the sample site."""
    types = _read_page_types(var_dir)
    pages = crawl.pages()
    own = pages.keys() - imported_addresses(var_dir)
    by_size = sorted(own, key=lambda url: (len(pages[url].body), url))
    return {_find_kind(url, pages[url].status, types): url for url in by_size}


def _find_look(kind: Kind) -> Kind:
    """Return the same for all kinds that have the same template and the same things on them."""
    if "filter" in kind:
        return ("filter",)
    parts = ("terms" if part in TERMS else part for part in kind if part != "page")
    return tuple(dict.fromkeys(parts))  # a month looks like a year


def _read_page_types(var_dir: Path) -> dict[str, str]:
    """Return the type of each page by its address."""
    query = """
        SELECT page.url_path, type.model FROM wagtailcore_page AS page
        JOIN django_content_type AS type ON type.id = page.content_type_id WHERE page.depth > 1 ORDER BY page.depth
    """
    with closing(sqlite3.connect(var_dir / "galley.sqlite3")) as database:
        rows = database.execute(query).fetchall()
    front = rows[0][0]
    return {f"/{path.removeprefix(front)}": model for path, model in rows}


def _find_kind(url: str, status: int, types: dict[str, str]) -> Kind:
    if status != 200:
        return (str(status),)
    address = urlsplit(url)
    parts = address.path.strip("/").split("/")
    known = next((count for count in range(len(parts), 0, -1) if f"/{'/'.join(parts[:count])}/" in types), 0)
    page_type = types["/" if not known else f"/{'/'.join(parts[:known])}/"] if known or address.path == "/" else "view"
    # Below a page, the first word names the view, and the rest what it shows.
    rest = [part if number == 0 and not part.isdecimal() else "*" for number, part in enumerate(parts[known:]) if part]
    parameters = {name if name in NO_FILTERS else "filter" for name, _ in parse_qsl(address.query)}
    return (page_type, *rest, *sorted(parameters))

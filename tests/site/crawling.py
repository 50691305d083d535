"""A visitor who follows every link of the site, as far as there are any."""

import asyncio
import re
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlsplit

from tests.galley.page_cache.visitors import Answer
from tests.site.links import find_links

Fetch = Callable[[str], Awaitable[Answer]]
Kind = tuple[str, ...]

# What no page needs to link to, and anybody may ask for.
WELL_KNOWN = (
    "/robots.txt",
    "/sitemap.xml",
    "/humans.txt",
    "/favicon.ico",
    "/.well-known/security.txt",
    "/nowhere/",
)
# Lists of posts by what they have in common: each looks the same for all its values.
LISTS = {"authors", "categories", "series", "tags"}
# Made when it is first asked for, which takes longer than a page.
RENDITION = re.compile(r"/media/pictures/(?P<picture>[\w-]+)/(?P<cut>[a-z]+)[\w-]*\.(?P<format>\w+)")
AT_ONCE = 4
# Whoever comes first to a page with many pictures waits until they are made in all sizes.
PATIENCE = 300  # seconds
MOST_ADDRESSES = 5_000


@dataclass
class Crawl:
    """All that was found: the answer of each address, and where each address was met first."""

    answers: dict[str, Answer] = field(default_factory=dict)
    met_at: dict[str, str] = field(default_factory=dict)
    links: dict[str, set[str]] = field(default_factory=dict)

    def pages(self) -> dict[str, Answer]:
        """Return the whole HTML pages among the answers, whatever their status."""
        return {url: answer for url, answer in self.answers.items() if answer.body[:9].lower() == b"<!doctype"}


async def crawl(fetch: Fetch, starts: Iterable[str] = ("/", *WELL_KNOWN), *, are_all: bool = True) -> Crawl:
    """Ask for `starts` and for all that they lead to within the site. Raises OverflowError if there is no end of it.

    Without `are_all`, only one of each kind is followed of lists, feeds, share images and renditions of pictures.
    """
    found = Crawl()
    kinds_met: set[Kind] = set()
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(url: str) -> None:
        async with turn:
            found.answers[url] = await fetch(url)

    new = dict.fromkeys(starts, "")
    while new:
        found.met_at |= new
        if len(found.met_at) > MOST_ADDRESSES:
            raise OverflowError(f"More than {MOST_ADDRESSES} addresses, at last {list(new)[-5:]}")
        await asyncio.gather(*map(ask, new))
        found.links |= {url: find_links(url, found.answers[url]) for url in new}
        met = {urldefrag(link).url: url for url in reversed(new) for link in sorted(found.links[url])}
        new = {link: url for link, url in met.items() if link not in found.met_at and is_worth_following(link)}
        if not are_all:
            new = {link: url for link, url in new.items() if _is_first_of_its_kind(link, kinds_met)}
    return found


def is_worth_following(url: str) -> bool:
    """Whether an address shows what others don't: lists can be filtered by several values at once, without end."""
    return len(_filters_in_query(url)) <= 1


def kind_of_list(url: str) -> Kind | None:
    """Return which list, feed or share image it is, without the value that it is for, or None for all else.

    Such as `blog, tags, *, author` of the posts with some tag by some author.
    """
    section, *below = [part for part in urlsplit(url).path.split("/") if part] or [""]
    filters = sorted(name for name, _ in parse_qsl(urlsplit(url).query) if name != "q")
    if section == "share":
        return (section,)
    if section.isdecimal() or not (filters or (below and (below[0] in LISTS or below[0].isdecimal()))):
        return None
    # A number is a year, a month or a day. After the name of a list comes a value.
    parts = ["*" if part.isdecimal() or before in LISTS else part for before, part in pairwise(["", *below])]
    return (section, *parts, *filters)


def kinds_of_rendition(url: str) -> set[Kind]:
    """Return of which picture a rendition is, and how it is cut and in which format; nothing for other addresses."""
    if not (rendition := RENDITION.fullmatch(url)):
        return set()
    return {("picture", rendition["picture"]), (rendition["cut"], rendition["format"])}


def _is_first_of_its_kind(url: str, kinds_met: set[Kind]) -> bool:
    """Whether no address was met that shows what this one does; this one is met from now on."""
    kind = kind_of_list(url)
    kinds = {kind} if kind else kinds_of_rendition(url)
    is_first = not kinds or not kinds <= kinds_met
    kinds_met |= kinds
    return is_first


def _filters_in_query(url: str) -> set[str]:
    return {name for name, _ in parse_qsl(urlsplit(url).query) if name != "page"}


class _AsItComes(urllib.request.HTTPErrorProcessor):
    """Redirects and errors are answers like others."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response

    https_response = http_response


def over_http(site_url: str) -> Fetch:
    """Return who asks the running site at `site_url`."""
    opener = urllib.request.build_opener(_AsItComes, urllib.request.ProxyHandler({}))

    def ask(url: str) -> Answer:
        with opener.open(f"{site_url}{url}", timeout=PATIENCE) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, headers, response.read())

    async def fetch(url: str) -> Answer:
        return await asyncio.to_thread(ask, url)

    return fetch

"""What the visitors of a spike ask for: every kind of page, most of all posts; now and then one begins to write."""

import re
import urllib.request
from itertools import cycle, islice

from benchmarks.pages.servers import Server

ENTRANCES = ("/", "/blog/", "/blog/?page=2", "/blog/?page=4", "/portfolio/", "/about/", "/colophon/", "/contact/")
# A form's token is one visitor's own, so it is made for each of them.
TOKEN = "/forms/token/"  # noqa: S105  (an address)
ONE_TOKEN_IN = 200
_LINK = re.compile(r'<a[^>]* href="(/(?:blog|portfolio)/[^"#]+)"')


def find_mix(server: Server) -> list[str]:
    """Return addresses to be asked for in turn, all of them answered with a page: lists, tags, posts and projects."""
    links: dict[str, None] = {}
    for entrance in ENTRANCES:
        links |= dict.fromkeys(link.replace("&amp;", "&") for link in _LINK.findall(read(server, entrance)))
    posts = [link for link in links if "?" not in link]
    tags = [link for link in links if "?" in link][:20]
    paths = [*ENTRANCES, *posts, *tags, *ENTRANCES, *posts]
    return [TOKEN, *islice(cycle(paths), ONE_TOKEN_IN - 1)]


def read(server: Server, path: str) -> str:
    """Return the page at `path`. Raises HTTPError if there is none."""
    with urllib.request.urlopen(f"{server.url}{path}", timeout=60) as answer:  # noqa: S310  (our own server)
        body: bytes = answer.read()
    return body.decode()

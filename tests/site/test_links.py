"""Every link, picture, style, script and feed of the site is there."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from wagtail.models import get_page_models

from home.models import HomePage
from tests.running_site import RunningSite
from tests.site.crawling import WELL_KNOWN, Crawl
from tests.site.filled_site import imported_addresses, losses_told
from tests.site.kinds import one_of_each_kind
from tests.site.links import find_ids


def test_the_crawl_comes_to_every_type_of_page(whole_site: Crawl, server: RunningSite) -> None:
    """What isn't reached isn't checked."""
    reached = {kind[0] for kind in one_of_each_kind(whole_site, server.var_dir)}
    own = {model._meta.model_name for model in get_page_models() if model.__module__.split(".")[0] != "wagtail"}
    assert own - reached == set()
    assert HomePage._meta.model_name in own
    assert set(imported_addresses(server.var_dir)) - set(whole_site.answers) == set()
    kinds = {answer.headers["content-type"].partition(";")[0] for answer in whole_site.answers.values()}
    assert {"text/html", "text/css", "text/javascript", "image/webp", "image/svg+xml", "font/woff2"} - kinds == set()


def test_nothing_is_broken_but_what_the_importer_has_named(whole_site: Crawl, server: RunningSite) -> None:
    losses = re.findall(r"The \w+ `(.+?)`", "\n".join(losses_told(server.var_dir)))
    lost = [address.lstrip("./") for address in losses]
    broken = {
        url: whole_site.met_at[url]
        for url, answer in whole_site.answers.items()
        if answer.status not in {200, 301, 302} and url not in WELL_KNOWN
    }
    unnamed = {url: page for url, page in broken.items() if not any(urlsplit(url).path.endswith(name) for name in lost)}
    assert not unnamed, "\n".join(f"{url}, on {page}" for url, page in unnamed.items())


def test_every_redirect_leads_to_something(whole_site: Crawl) -> None:
    for url, answer in whole_site.answers.items():
        if answer.status in {301, 302}:
            target = urlsplit(urljoin(url, answer.headers["location"]))
            address = target._replace(scheme="", netloc="", fragment="").geturl()
            assert whole_site.answers[address].status in {200, 301, 302}, url


def test_every_fragment_names_a_place(whole_site: Crawl) -> None:
    pages = whole_site.pages()
    ids = {url: find_ids(answer) for url, answer in pages.items()}
    lost = {
        (page, link)
        for page, links in whole_site.links.items()
        for link in links
        if (fragment := urldefrag(link).fragment)
        and (target := urldefrag(link).url) in ids
        and fragment not in ids[target]
    }
    assert lost == set()

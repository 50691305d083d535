"""Whoever only reads stays among themselves: nobody else is asked for anything, and nothing is left with them."""

from playwright.async_api import Browser

from tests.e2e.conftest import Watch
from tests.running_site import RunningSite
from tests.site.crawling import Crawl
from tests.site.kinds import all_or_some, pages_for


@all_or_some
async def test_no_request_leaves_the_site_and_no_cookie_comes(
    browser: Browser, whole_site: Crawl, server: RunningSite, watch: Watch, are_all: bool
) -> None:
    # What a post lost at its import is answered with 404.
    watch.expect_error("404")
    context = await browser.new_context(base_url=server.url)
    page = await context.new_page()
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    for url in pages_for(whole_site, server.var_dir, are_all=are_all):
        await page.goto(url)
        # What is loaded late is loaded too.
        await page.evaluate("document.querySelectorAll('[loading=lazy]').forEach((one) => (one.loading = 'eager'))")
        await page.wait_for_load_state("networkidle")
    assert len(asked) > 100
    assert watch.foreign_requests == []
    assert await context.cookies() == []


def test_no_answer_sets_a_cookie(whole_site: Crawl) -> None:
    assert len(whole_site.answers) > 100
    assert {url for url, answer in whole_site.answers.items() if "set-cookie" in answer.headers} == set()


def test_no_page_names_another_host_to_load_from(whole_site: Crawl) -> None:
    """Also what only some browsers would load, or none yet."""
    from selectolax.lexbor import LexborHTMLParser

    loads = "img, script, iframe, source, video, audio, track, embed, object, use, input[type=image]"
    hints = ["stylesheet", "preload", "modulepreload", "preconnect", "dns-prefetch", "prefetch", "icon", "manifest"]
    foreign = set()
    for url, answer in whole_site.pages().items():
        page = LexborHTMLParser(answer.body.decode())
        links = [node for node in page.css("link") if set((node.attributes.get("rel") or "").split()) & set(hints)]
        for node in [*page.css(loads), *links]:
            for name in ("src", "href", "srcset", "poster", "data", "imagesrcset"):
                if "//" in (node.attributes.get(name) or "") and not (node.attributes[name] or "").startswith("data:"):
                    foreign.add((url, node.tag, node.attributes[name]))
    assert foreign == set()

"""A visitor who only reads stays alone with the site: nobody else is asked for anything, and nothing is left with them.

`test_accessibility.py` looks at that in a browser as well.
"""

from tests.site.crawling import Crawl


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

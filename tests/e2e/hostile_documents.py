"""Markdown that tries to run a script wherever it is opened, and what a browser makes of it under a policy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from playwright.async_api import Browser

from galley.markdown import render_markdown
from galley.security_headers.policies import CSP, build_headers

RUN = "window.ran=(window.ran||0)+1"
IMAGE = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
HANDLERS = ["onerror", "onload", "onfocus", "onclick", "ontoggle", "onanimationstart", "onpointerenter", "onbegin"]
TAGS = [
    f'<img src=x {{handler}}="{RUN}">',
    f'<img src="{IMAGE}" {{handler}}="{RUN}">',
    f'<svg {{handler}}="{RUN}"><animate {{handler}}="{RUN}" attributeName=x dur=1s></svg>',
    f'<details open {{handler}}="{RUN}"><summary>a</summary></details>',
    f'<input autofocus {{handler}}="{RUN}">',
    f"<a href=# {{handler}}={RUN}>a</a>",
    f'<style>@keyframes x{{{{}}}}</style><p style="animation:x 1s" {{handler}}="{RUN}">a</p>',
    f"<math><mtext><img src=x {{handler}}={RUN}></mtext></math>",
]
URLS = [f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"java\tscript:{RUN}", f"data:text/html,<script>{RUN}</script>"]
LINKS = [
    "[a]({url})",
    "<{url}>",
    "![a]({url})",
    '<a href="{url}">a</a>',
    '<iframe src="{url}"></iframe>',
    '<form action="{url}"><button>a</button></form>',
    '<object data="{url}"></object>',
    '<embed src="{url}">',
    '<meta http-equiv=refresh content="0;url={url}">',
    '<svg><a xlink:href="{url}"><text>a</text></a></svg>',
    '<math href="{url}"><mi>a</mi></math>',
]
SCRIPTS = [
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</sCrIpT>",
    f"<script/x>{RUN}</script>",
    f"<svg><script>{RUN}</script></svg>",
    f"<noscript><p title='</noscript><script>{RUN}</script>'>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f'<script src="data:text/javascript,{RUN}"></script>',
    f"<template><script>{RUN}</script></template>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<!--><script>{RUN}</script>-->",
    f"<textarea></textarea><script>{RUN}</script>",
    "<base href='//evil.example/'><script src='x.js'></script>",
    "<link rel=stylesheet href='//evil.example/x.css'><link rel=import href='//evil.example/'>",
]
PLACES = [
    "{}",
    "> {}",
    "- {}",
    "1. {}\n2. b",
    "a | b\n--|--\n{} | c",
    "`a` {} `b`",
    "# {}",
    "*{}*",
    "a[^1]\n\n[^1]: {}",
]
PLACES += [
    "<div>\n\n{}\n\n</div>",
    "<details><summary>{}</summary></details>",
    "```html\n{}\n```",
    "[{}](#a)",
    "$a$ {}",
]
NESTS = ["{}", "<p>{}", "<table><tr><td>{}", "<svg>{}", "<math><mtext>{}", "</div></main>{}", "<b><i>{}</b>", "&lt;{}"]


@dataclass
class Outcome:
    """What has happened in the browser."""

    scripts: int = 0
    reports: int = 0


def write_documents(number: int) -> Iterator[str]:
    """Yield that many different documents, each time the same."""
    seeds = [tag.format(handler=handler) for tag, handler in product(TAGS, HANDLERS)]
    seeds += [link.format(url=url) for link, url in product(LINKS, URLS)]
    documents = [place.format(nest.format(seed)) for seed, place, nest in product([*SCRIPTS, *seeds], PLACES, NESTS)]
    yield from Random(14).sample(documents, number)


async def open_documents(browser: Browser, bodies: Iterable[str], *, has_policy: bool = True) -> Outcome:
    """Open each text as a page of the site, press all that can be pressed, and count. No server is asked."""
    context = await browser.new_context(base_url="http://localhost")
    await context.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.type))"
    )
    page, outcome, body = await context.new_page(), Outcome(), ""
    headers = {CSP: build_headers().public[CSP]} if has_policy else {}

    async def answer(route) -> None:
        is_page = route.request.url.endswith("/hostile/")
        text = f"<!DOCTYPE html><title>a</title><main><div class=body>{body}</div></main>" if is_page else ""
        await route.fulfill(status=200 if is_page else 204, content_type="text/html", headers=headers, body=text)

    await context.route("**/*", answer)
    for body in bodies:  # noqa: B007  (read by `answer`)
        await page.goto("/hostile/")
        await page.evaluate(PRESS_ALL)
        found = await page.evaluate("[window.ran || 0, window.violations.length]")
        outcome.scripts += found[0]
        outcome.reports += found[1]
    await context.close()
    return outcome


# A link that leads elsewhere would only leave the page.
PRESS_ALL = """() => {
    for (const one of document.querySelectorAll("a, button, summary, [onclick], [tabindex], input, details")) {
        const target = one.getAttribute("href") ?? one.getAttribute("xlink:href") ?? "";
        const form = one.closest("form");
        if (!form && (!target || /^\\s*j\\s*a\\s*v\\s*a/i.test(target))) one.dispatchEvent(new MouseEvent("click"));
        one.focus?.();
    }
    return new Promise((resolve) => setTimeout(resolve));
}"""


def render(documents: Iterable[str]) -> Iterator[str]:
    """Yield what the site makes of them."""
    return (str(render_markdown(text)) for text in documents)

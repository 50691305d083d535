"""What the reader holds stays where its words are, also in another element, and whatever the page's scripts have done.

Needs no server: the draft's script is given the messages.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.running_site import PROJECT

STATIC = PROJECT / "galley" / "preview" / "static"
HELD = 'The <a href="/weir">weir</a> is highest in March, as they come and go.'
OTHERS = "<p>A ferryman waits for no tide.</p>", "<p>Nobody reads the table of tides twice.</p>"
PARAGRAPH = f"<p>{HELD}</p>"


def between(*held: str) -> str:
    return "\n".join((OTHERS[0], *held, OTHERS[1]))


def notes(*texts: str) -> str:
    return items(*texts, tag="ol").replace("<li>", '<li id="fn-{}">').format(*range(1, len(texts) + 1))


def items(*texts: str, tag: str = "ul") -> str:
    return "\n".join((f"<{tag}>", *(f"<li>{text}</li>" for text in texts), f"</{tag}>"))


# Each: a part of the page before and after a change. 'come and' is selected, or the link has the focus.
CHANGES = {
    "becomes a heading": (between(PARAGRAPH), between(f'<h2 id="weir">{HELD}</h2>')),
    "becomes an item": (between(PARAGRAPH), between(items(HELD))),
    "becomes a quotation": (between(PARAGRAPH), between(f"<blockquote>\n{PARAGRAPH}\n</blockquote>")),
    "gets a wrapper": (between(PARAGRAPH), between(f'<div class="wide">{PARAGRAPH}</div>')),
    "is split before the words": (between(f"<p>Low in June. {HELD}</p>"), between("<p>Low in June.</p>", PARAGRAPH)),
    "is appended to another": (between("<p>Low in June.</p>", PARAGRAPH), between(f"<p>Low in June. {HELD}</p>")),
    "stands between new marks": (
        between(PARAGRAPH),
        between(PARAGRAPH.replace("highest", "<b>highest</b>").replace(" go", " <i>go</i>")),
    ),
    "loses its marks": (
        between(PARAGRAPH.replace("highest", "<b>highest</b>").replace(" go", " <i>go</i>")),
        between(PARAGRAPH),
    ),
    "becomes bold": (between(PARAGRAPH), between(PARAGRAPH.replace("come and", "<b>come and</b>"))),
    "changes on both sides": (between(PARAGRAPH), between(PARAGRAPH.replace("highest", "low").replace("go.", "stay"))),
    "is in a list that gets looser": (items("Low in June.", HELD), items("<p>Low in June.</p>", PARAGRAPH)),
    "is in a list that gets numbers": (items("Low in June.", HELD), items("Low in June.", HELD, tag="ol")),
    "is indented": (items("Low in June.", HELD), items(f"Low in June.\n{items(HELD)}")),
    "is a note that gets another number": (notes("One.", HELD), notes("One.", "Two.", HELD)),
    "is a heading that gets another id": (
        f'<h2 id="tide">Tides</h2><h2 id="tide-2">{HELD}</h2>',
        f'<h2 id="tide">{HELD}</h2>',
    ),
    "has an equal one before, which is deleted": (
        between(PARAGRAPH, "<p>Low.</p>", f"{PARAGRAPH}<!-- held -->"),
        between("<p>Low!</p>", PARAGRAPH).replace("twice", "once"),
    ),
}  # fmt: skip

# `change` is a patch of the region, or also changes what stands around it.
SHOW = """async ([before, after, isWhole]) => {
  const { Draft } = await import("/preview/screen/draft.js");
  const { findSplice } = await import("/preview/splices.js");
  const skeleton = (words) => [
    `<html><head></head><body><div id="menu" hidden>Menu</div><p>${words}</p><div data-region="text">`, "text",
    "</div></body></html>",
  ];
  window.draft = new Draft("");
  draft.received({type: "snapshot", version: "1", about: {}, skeleton: skeleton("One"), regions: {text: before}});
  const next = {version: "2", base: "1", about: {}};
  window.region = document.querySelector("[data-region]");
  window.change = () => draft.received(
    isWhole
      ? {type: "structure", ...next, skeleton: skeleton("<b>Two</b>"), regions: {text: after}}
      : {type: "patch", ...next, splices: [["text", ...findSplice(before, after)]]}
  );
}"""
SELECT = """(words) => {
  const all = document.createTreeWalker(region, NodeFilter.SHOW_TEXT);
  let node;
  while (all.nextNode()) if (all.currentNode.data.includes(words)) node = all.currentNode;
  const start = node.data.indexOf(words);
  getSelection().setBaseAndExtent(node, start + words.length, node, start);
}"""
SELECTED = """() => {
  const { anchorNode, focusNode } = getSelection();
  const isBackward = anchorNode.compareDocumentPosition(focusNode) & 2 || getSelection().direction !== "forward";
  return [String(getSelection()), focusNode.parentElement.closest("p, li, h2").textContent, isBackward];
}"""

IS_SHOWN = "html => Object.assign(document.createElement('div'), {innerHTML: html}).innerHTML === region.innerHTML"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def window(running_browser: Browser) -> AsyncIterator[Page]:
    """A window in which the preview's scripts can be loaded."""

    async def answer(route: Route) -> None:
        path = STATIC / route.request.url.removeprefix("http://draft.test/")
        await (route.fulfill(path=path) if path.suffix else route.fulfill(body="", content_type="text/html"))

    page = await running_browser.new_page()
    await page.route("http://draft.test/**", answer)
    yield page
    await page.close()


@pytest_asyncio.fixture(loop_scope="session")
async def screen(window: Page) -> Page:
    """An empty page with the preview's scripts beside it."""
    await window.goto("http://draft.test/")
    return window


# By day, two changes show that a structure finds the words as a patch does.
STRUCTURES_BY_DAY = ("becomes an item", "changes on both sides")
CASES = [
    pytest.param(
        *texts,
        is_whole,
        id=f"{name}-{'structure' if is_whole else 'patch'}",
        marks=[pytest.mark.nightly] if is_whole and name not in STRUCTURES_BY_DAY else [],
    )
    for name, texts in CHANGES.items()
    for is_whole in (False, True)
]


@pytest.mark.parametrize(("before", "after", "is_whole"), CASES)
async def test_selection_and_focus_follow_the_words(screen: Page, before: str, after: str, is_whole: bool) -> None:
    await screen.evaluate(SHOW, [before, after, is_whole])
    await screen.evaluate("[...region.querySelectorAll('a')].at(-1).focus()")
    await screen.evaluate(SELECT, "come and")
    await screen.evaluate("change()")
    words, paragraph, is_backward = await screen.evaluate(SELECTED)
    assert (words, is_backward) == ("come and", True)
    assert "in March, as they come and" in paragraph
    assert await screen.evaluate("document.activeElement.getAttribute('href')") == "/weir"
    assert await screen.evaluate(IS_SHOWN, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (between(PARAGRAPH), between(items(HELD))),
        (items("Low in June.", HELD, "High tide."), items("<p>Low in June.</p>", PARAGRAPH, "<p>High tide.</p>")),
        (between(PARAGRAPH), between(f"{PARAGRAPH[:-4]} {OTHERS[1][3:]}")[: -len(OTHERS[1])]),
    ],
)
async def test_a_selection_of_several_paragraphs_follows_the_words(screen: Page, before: str, after: str) -> None:
    await screen.evaluate(SHOW, [before, after, False])
    await screen.evaluate("getSelection().selectAllChildren(region)")
    selected = (await screen.evaluate("String(getSelection())")).split()
    await screen.evaluate("change()")
    assert (await screen.evaluate("String(getSelection())")).split() == selected


async def test_a_selection_follows_its_ends_when_its_words_change_in_another_element(screen: Page) -> None:
    before, after = items(HELD, "Low in June."), items(HELD.replace("highest", "low"), "New.", "Low in June.")
    await screen.evaluate(SHOW, [before, f'<div class="wide">{after}</div>', False])
    await screen.evaluate(SELECT, "in June")
    # From the link, which is wholly selected, to the words.
    await screen.evaluate(
        "() => { const end = getSelection(); end.setBaseAndExtent("
        "region.querySelector('a').firstChild, 0, end.anchorNode, end.anchorOffset) }"
    )
    await screen.evaluate("change()")
    words = " ".join((await screen.evaluate("String(getSelection())")).split())
    assert words == "weir is low in March, as they come and go. New. Low in June"


@pytest.mark.parametrize("after", [between(), between("<h2>They stay in March.</h2>")])
async def test_words_that_are_gone_are_selected_nowhere_else(screen: Page, after: str) -> None:
    more = "<p>Where else do they come and stay?</p>"
    await screen.evaluate(SHOW, [more + between(PARAGRAPH), more + after, False])
    await screen.evaluate(SELECT, "come and")
    await screen.evaluate("change()")
    assert await screen.evaluate("String(getSelection())") == ""


@pytest.mark.parametrize("is_whole", [False, True], ids=["patch", "structure"])
async def test_what_the_page_s_scripts_have_done_stays(screen: Page, is_whole: bool) -> None:
    listing = '<figure><button aria-expanded="false">Fold</button><pre>{}</pre></figure>'
    await screen.evaluate(SHOW, [listing.format("ebb"), listing.format("ebb and flow"), is_whole])
    await screen.evaluate(
        """() => {
             document.body.className = "has-menu";
             document.querySelector("#menu").hidden = false;
             region.querySelector("button").ariaExpanded = "true";
             const copy = document.createElement("button");
             copy.textContent = "Copy";
             region.firstChild.append(copy);
             copy.focus();
           }"""
    )
    await screen.evaluate("change()")
    assert await screen.locator("pre").text_content() == "ebb and flow"
    assert await screen.evaluate("document.activeElement.textContent") == "Copy"
    assert await screen.evaluate("[document.body.className, menu.hidden]") == ["has-menu", False]
    assert await screen.locator("[aria-expanded=true]").count() == 1
    # After a gap, all is as the server has it.
    await screen.evaluate("draft.received({type: 'snapshot', version: '3', about: {}, ...draft.shown})")
    assert await screen.locator("[aria-expanded=true]").count() == 0

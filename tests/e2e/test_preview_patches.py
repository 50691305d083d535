"""A screen is changed and never reloaded: what its reader does and holds there stays as it is.

What is held stays with its paragraph while others are put in, deleted and moved. Only what changes travels.
"""

import json

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.watching import watch_on_another_screen

HELD = "Paragraph 10 of the tides, as they come and go."
BEFORE = "Paragraph 5 of the tides, as they come and go."
AFTER = "Paragraph 20 of the tides, as they come and go."
NEW = "A paragraph that is new."

# Each: the change of the Markdown text, and how the screen shows that it has arrived.
INSERTION = (f"text.replace('{BEFORE}', '{NEW}\\n\\n{BEFORE}')", f"words.includes('{NEW}')")
DELETION = (f"text.replace('{BEFORE}\\n\\n', '')", f"!words.includes('{BEFORE}')")
MOVE_DOWN = (
    f"text.replace('{HELD}\\n\\n', '').replace('{AFTER}', '{AFTER}\\n\\n{HELD}')",
    f"words.indexOf('{HELD}') > words.indexOf('{AFTER}')",
)
MOVE_UP = (
    f"text.replace('{HELD}\\n\\n', '').replace('{BEFORE}', '{HELD}\\n\\n{BEFORE}')",
    f"words.indexOf('{HELD}') < words.indexOf('{BEFORE}')",
)
Change = tuple[str, str]
CHANGES: list[Change] = [INSERTION, DELETION, MOVE_DOWN, MOVE_UP]
IN_ORDER = f"/{BEFORE}.*{HELD}.*{AFTER}/s.test(words) && !words.includes('{NEW}')"

SELECT = """(element, words) => {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (!text.nextNode().data.includes(words)) continue;
  const start = text.currentNode.data.indexOf(words);
  getSelection().setBaseAndExtent(text.currentNode, start, text.currentNode, start + words.length);
}"""
# The button stays in the window, also where the words have gone out of it.
IS_BELOW = """(button) => {
  const { bottom } = getSelection().getRangeAt(0).getBoundingClientRect();
  const top = Math.min(Math.max(bottom + 8, 8), innerHeight - 120);
  return Math.abs(button.getBoundingClientRect().top - top) < 2;
}"""
# A style sheet that isn't in the markup. One more link would make the screen load the page again.
ADOPT_STYLES = """(styles) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets.push(sheet);
}"""
OPEN = "summary => { summary.parentElement.open = true; summary.focus(); }"
SELECTED = """() => [String(getSelection()), getSelection().anchorNode.parentElement.textContent]"""

UP, DOWN = 300, 500  # bytes
LINES = [f"Line {number} 𝄞 of a text that is long, with an umlaut ü in it." for number in range(200)]


# Noted by the page itself, in order: what its sockets send, and what they receive before it is shown.
NOTE_FRAMES = """
  window.frames_sent = [];
  window.frames_received = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (frame) { frames_sent.push(frame); send.call(this, frame); };
  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      this.addEventListener("message", ({ data }) => frames_received.push(data));
    }
  };
"""


def kinds(frames: list[str]) -> set[str]:
    return {json.loads(frame)["type"] for frame in frames}


def longest(frames: list[str]) -> int:
    return max(len(frame.encode()) for frame in frames)


async def watch_while_editing(editor_page: Page, project: int) -> Page:
    """Open the project in the editor, and a screen that shows what is written."""
    await editor_page.context.add_init_script(NOTE_FRAMES)
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    # An autosave that is still under way at the end would make the next test's out of date.
    await editor_page.locator("#page-edit-form").evaluate(
        "form => form.setAttribute('data-w-autosave-active-value', 'false')"
    )
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await write(editor_page, screen, "Before.")
    return screen


async def write(editor_page: Page, screen: Page, words: str) -> None:
    """Change the text around everything that a test looks at: its first line, its last one, and the introduction."""
    await editor_page.evaluate(
        """words => {
             const code = document.querySelector(".CodeMirror").CodeMirror;
             code.replaceRange(`${words} `, {line: 2, ch: 0});
             code.replaceRange(`\\n\\n${words}`, {line: code.lastLine()});
           }""",
        words,
    )
    await editor_page.locator("[name=introduction]").fill(words)
    await expect(screen.locator(".standfirst")).to_have_text(words)
    await expect(screen.locator(".block--markdown")).to_contain_text(words)


async def swap_the_first_blocks(editor_page: Page, screen: Page, then_first: str) -> None:
    """Change the structure of the page."""
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(screen.locator(".block").first).to_contain_text(then_first)


async def make_nothing_anew_that_is_unchanged(editor_page: Page, screen: Page) -> None:
    marked = await screen.evaluate(
        """() => {
             const all = [...document.querySelectorAll("main .block, main img, main p, main h2, main table")];
             for (const element of all) element.madeBefore = true;
             return all.length;
           }"""
    )
    requests: list[str] = []
    screen.on("request", lambda request: requests.append(request.url))
    await write(editor_page, screen, "Not from scratch.")
    await swap_the_first_blocks(editor_page, screen, "How it is read")
    marked_after = await screen.evaluate(
        "[...document.querySelectorAll('main *')].filter((element) => element.madeBefore).length"
    )
    assert marked_after == marked
    assert requests == []


async def hold_scroll_in_both_directions_and_in_boxes(editor_page: Page, screen: Page) -> None:
    await screen.evaluate(ADOPT_STYLES, "html, pre, .table-scroll { scroll-behavior: smooth; } body { width: 2000px; }")
    places = await screen.evaluate(
        """() => {
             scrollTo({left: 150, top: 900, behavior: "instant"});
             const box = document.querySelector(".block--markdown .table-scroll, .block--markdown table");
             window.box = [box, box.parentElement].find((one) => {
               one.scrollTo({left: 40, behavior: "instant"});
               return one.scrollLeft;
             });
             return [scrollX, window.box?.scrollLeft];
           }"""
    )
    assert places == [150, 40]
    # The text above the reader grows: what they read stays where it is on their screen.
    read = screen.get_by_text("Paragraph 10 of")
    before = await read.evaluate("element => element.getBoundingClientRect().top")
    await write(editor_page, screen, "Written while somebody reads.")
    after = await read.evaluate("element => element.getBoundingClientRect().top")
    assert abs(after - before) < 2
    assert await screen.evaluate("[scrollX, window.box.scrollLeft, window.box.isConnected]") == [150, 40, True]


async def hold_focus_selection_and_opened_details(editor_page: Page, screen: Page) -> None:
    await screen.get_by_text("More", exact=True).evaluate(OPEN)
    await screen.locator(".block--code pre").focus()
    await screen.evaluate(
        """() => {
             const paragraphs = [...document.querySelectorAll(".block--markdown p")];
             const words = paragraphs.find((paragraph) => paragraph.textContent.includes("hard here"));
             getSelection().setBaseAndExtent(words.lastChild, 1, words.lastChild, 5);
           }"""
    )
    await write(editor_page, screen, "Once more.")
    await swap_the_first_blocks(editor_page, screen, "The first words")
    assert await screen.evaluate("String(getSelection())") == "hard"
    assert await screen.evaluate("document.querySelector('details').open")
    assert await screen.evaluate("document.activeElement.matches('.block--code pre')")


async def hold_a_selection_in_the_very_words_that_change(editor_page: Page, screen: Page) -> None:
    await editor_page.locator("[name=introduction]").fill("Forty sheets of water.")
    standfirst = screen.locator(".standfirst")
    await expect(standfirst).to_have_text("Forty sheets of water.")
    await standfirst.evaluate(
        "element => getSelection().setBaseAndExtent(element.firstChild, 6, element.firstChild, 12)"
    )
    await editor_page.locator("[name=introduction]").fill("Forty sheets of moving water.")
    await expect(standfirst).to_have_text("Forty sheets of moving water.")
    assert await screen.evaluate("String(getSelection())") == "sheets"


async def rewrite(editor_page: Page, screen: Page, change: str, arrived: str) -> None:
    """Change the Markdown text, as it was at first, and wait until the screen shows it."""
    await editor_page.evaluate(
        f"""() => {{
             const code = document.querySelector(".CodeMirror").CodeMirror;
             const text = (window.firstText ??= code.getValue());
             code.setValue({change});
           }}"""
    )
    await screen.wait_for_function(
        f"() => {{ const words = document.querySelector('.block--markdown').textContent; return {arrived}; }}"
    )


def paragraph(screen: Page, words: str) -> Locator:
    return screen.get_by_text(words, exact=True)


async def hold_a_selection_in_its_paragraph(editor_page: Page, screen: Page, changes: list[Change]) -> None:
    for change, arrived in changes:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await paragraph(screen, HELD).evaluate(SELECT, "come and")
        await rewrite(editor_page, screen, change, arrived)
        assert await screen.evaluate(SELECTED) == ["come and", HELD]


async def hold_the_focus_on_its_link(editor_page: Page, screen: Page, changes: list[Change]) -> None:
    with_link = HELD.replace("tides", "[tides](/tides/)")
    text = f"text.replace('{HELD}', '{with_link}')"
    link = screen.locator('[href="/tides/"]')
    for change, arrived in changes:
        await rewrite(editor_page, screen, text, IN_ORDER)
        await expect(link).to_have_count(1)
        await link.focus()
        await link.evaluate("link => (link.madeBefore = true)")
        await rewrite(editor_page, screen, change.replace(HELD, with_link).replace("text", text, 1), arrived)
        await expect(link).to_be_focused()
        assert await link.evaluate("link => link.madeBefore")


async def hold_opened_details(editor_page: Page, screen: Page, changes: list[Change]) -> None:
    summary = screen.get_by_text("More", exact=True)
    await summary.evaluate(OPEN)
    for change, arrived in changes:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await rewrite(editor_page, screen, change, arrived)
        await expect(summary).to_be_focused()
        assert await screen.evaluate("document.querySelector('details').open")


async def hold_a_note_about_to_be_left(editor_page: Page, screen: Page, changes: list[Change]) -> None:
    button = screen.get_by_role("button", name="Leave a note")
    dialog = screen.get_by_role("dialog")
    for change, arrived in changes:
        await rewrite(editor_page, screen, "text", IN_ORDER)
        await paragraph(screen, HELD).evaluate(SELECT, "come and")
        await expect(button).to_be_visible()
        await rewrite(editor_page, screen, change, arrived)
        await screen.wait_for_function(IS_BELOW, arg=await button.element_handle())
        await button.click()
        await dialog.get_by_label("Your note").fill("At what time?")
        await rewrite(editor_page, screen, f"{change}.replace('{AFTER}', 'Twenty.')", "words.includes('Twenty.')")
        await expect(dialog.locator("blockquote")).to_have_text("come and")
        await expect(dialog.get_by_label("Your note")).to_be_focused()
        await screen.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    await paragraph(screen, HELD).evaluate(SELECT, "come and")
    await button.click()
    await dialog.get_by_label("Your note").fill("At what time?")
    await dialog.get_by_role("button", name="Send").click()
    await expect(screen.get_by_text("Thank you.")).to_be_visible()


async def move_a_block_with_what_is_selected_in_it(editor_page: Page, screen: Page) -> None:
    await screen.locator(".block--paragraph p").last.evaluate(SELECT, "thought")
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(screen.locator(".block").first).to_contain_text("How it is read")
    assert await screen.evaluate("String(getSelection())") == "thought"


async def hold_the_focus_around_the_change(editor_page: Page, screen: Page) -> None:
    """The draft goes on inside the element that has the focus."""
    await screen.get_by_role("link", name="Skip to the text").press("Enter")
    await expect(screen.locator("main")).to_be_focused()
    await editor_page.locator("[name=introduction]").fill("On it goes.")
    await editor_page.get_by_role("button", name="Move down").first.click()
    await expect(screen.locator(".block").first).to_contain_text("The first words of the tide.")
    await expect(screen.locator(".standfirst")).to_have_text("On it goes.")
    await expect(screen.locator("main")).to_be_focused()


async def send_only_the_changed_characters(editor_page: Page, screen: Page) -> None:
    """A key in a long text travels as the characters that changed, up to the server and down to the screens."""
    await editor_page.bring_to_front()
    await editor_page.locator(".CodeMirror").last.click()
    await editor_page.keyboard.press("Control+A")
    await editor_page.keyboard.insert_text("\n\n".join(LINES))
    await expect(screen.get_by_text("Line 199")).to_be_attached()

    await editor_page.evaluate("frames_sent.length = 0")
    await screen.evaluate("frames_received.length = 0")
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.press("ArrowUp")
    await editor_page.keyboard.type("Set it so.")
    await expect(screen.get_by_text("Set it so.")).to_be_attached()

    sent: list[str] = await editor_page.evaluate("frames_sent")
    assert longest([frame for frame in sent if json.loads(frame)["type"] == "change"]) <= UP
    assert kinds(sent) <= {"change", "focus", "ping"}
    received: list[str] = await screen.evaluate("frames_received")
    assert longest([frame for frame in received if json.loads(frame)["type"] == "patch"]) <= DOWN
    assert not kinds(received) & {"snapshot", "structure"}


@pytest.mark.parametrize(
    "changes",
    [pytest.param([INSERTION, MOVE_UP], id="few"), pytest.param(CHANGES, id="all", marks=pytest.mark.nightly)],
)
async def test_a_screen_is_changed_where_the_text_has_changed_and_what_its_reader_holds_stays(
    editor_page: Page, project: int, changes: list[Change]
) -> None:
    screen = await watch_while_editing(editor_page, project)
    await screen.evaluate("window.sameDocument = true")
    await hold_scroll_in_both_directions_and_in_boxes(editor_page, screen)
    await make_nothing_anew_that_is_unchanged(editor_page, screen)
    await hold_focus_selection_and_opened_details(editor_page, screen)
    await hold_a_selection_in_the_very_words_that_change(editor_page, screen)
    # A tab in the background gets one frame a second, and a click waits for frames.
    await screen.bring_to_front()
    await hold_a_selection_in_its_paragraph(editor_page, screen, changes)
    await hold_the_focus_on_its_link(editor_page, screen, changes)
    await hold_opened_details(editor_page, screen, changes)
    await hold_a_note_about_to_be_left(editor_page, screen, changes)
    await move_a_block_with_what_is_selected_in_it(editor_page, screen)
    await hold_the_focus_around_the_change(editor_page, screen)
    await send_only_the_changed_characters(editor_page, screen)
    assert await screen.evaluate("window.sameDocument")


# A page as another site may have it, in the midst of whose text something plays and something can be filled in.
OTHER_PAGE = """(words) => [
  `<html><head>${document.head.innerHTML}</head><body><p>${words}</p><div id="text"><p>`, "text",
  `</p></div><video muted></video><iframe srcdoc="Elsewhere"></iframe>
   <form><input id="asked"><textarea id="told"></textarea><input type="checkbox" id="ticked">
   <select id="chosen"><option>One<option>Two</select></form><p>${words}</p></body></html>`]"""


async def test_what_plays_goes_on_and_what_was_typed_stays(editor_page: Page, project: int) -> None:
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await screen.evaluate(
        f"""async () => {{
             const {{ Draft }} = await import("/static/preview/screen/draft.js");
             window.skeleton = {OTHER_PAGE};
             window.draft = new Draft("");
             const snapshot = {{type: "snapshot", version: "1", about: {{}}}};
             draft.received({{...snapshot, skeleton: skeleton("One"), regions: {{text: "1"}}}});
             const canvas = document.createElement("canvas");
             const video = document.querySelector("video");
             video.srcObject = canvas.captureStream(5);
             canvas.getContext("2d").fillRect(0, 0, 9, 9);
             await video.play();
           }}"""
    )
    await screen.wait_for_function("document.querySelector('iframe').contentDocument.body.textContent === 'Elsewhere'")
    await screen.evaluate("document.querySelector('iframe').contentWindow.same = true")
    await screen.locator("#asked").fill("typed")
    await screen.locator("#told").fill("written")
    await screen.locator("#ticked").check()
    await screen.locator("#chosen").select_option("Two")
    await screen.evaluate(
        """draft.received(
             {type: "structure", version: "2", base: "1", about: {}, skeleton: skeleton("<b>Two</b>"), regions: {}})"""
    )
    assert await screen.locator("b").count() == 2
    assert await screen.evaluate("document.querySelector('video').paused") is False
    assert await screen.evaluate("document.querySelector('iframe').contentWindow.same")
    assert await screen.evaluate("[asked.value, told.value, ticked.checked, chosen.value]") == [
        "typed",
        "written",
        True,
        "Two",
    ]

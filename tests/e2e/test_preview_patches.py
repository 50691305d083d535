"""A screen is changed and never reloaded: what its reader does there stays as it is."""

from playwright.async_api import Page, expect

from tests.e2e.watching import watch_on_another_screen


async def watch_while_editing(editor_page: Page, project: int) -> Page:
    """Open the project in the editor, and a screen that shows what is written."""
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
             window.sameDocument = true;
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
    await screen.add_style_tag(content="html, pre, .table-scroll { scroll-behavior: smooth; } body { width: 2000px; }")
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
    await screen.get_by_text("More", exact=True).click()
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


async def test_a_screen_is_changed_where_the_text_has_changed(editor_page: Page, project: int) -> None:
    screen = await watch_while_editing(editor_page, project)
    await hold_scroll_in_both_directions_and_in_boxes(editor_page, screen)
    await make_nothing_anew_that_is_unchanged(editor_page, screen)
    await hold_focus_selection_and_opened_details(editor_page, screen)
    await hold_a_selection_in_the_very_words_that_change(editor_page, screen)
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

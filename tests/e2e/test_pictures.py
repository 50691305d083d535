"""A gallery seen large, by keyboard and without JavaScript; pictures that take no room from what is read; bad files."""

import base64
import subprocess
import sys
import zlib

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.e2e.editing import add_block, start_post, type_markdown, until_autosave_notices, until_saved
from tests.e2e.test_many_pictures import SVG
from tests.e2e.test_pasting import PIXEL
from tests.e2e.visiting import wait_for_htmx
from tests.galley.decoding.test_bombs import png
from tests.running_site import PROJECT, RunningSite, environment

FILL = """
import django
django.setup()
from tests.factories import BlogPostPageFactory, SiteImageFactory
from blog.models import BlogIndexPage
index = BlogIndexPage.objects.get()
images = [SiteImageFactory(file__width=900, file__height=600, description=name) for name in ("One", "Two", "Three")]
pictures = [{"image": image, "caption": f"Caption {image.description}"} for image in images]
body = [("gallery", {"pictures": pictures})]
BlogPostPageFactory(parent=index, title="Gallery", slug="gallery", lead_image=images[0], body=body)
for number in range(10):
    BlogPostPageFactory(parent=index, title=f"Entry {number:02}", date=f"{2000 + number}-01-01")
index.posts_per_page = 5
index.save()
"""

GOOD: FilePayload = {"name": "proof.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)}
# What is chosen by mistake or out of malice, and what a person reads then. The bomb has 65 bytes, and says that it is
# 65,500 pixels wide and high.
BAD: list[tuple[FilePayload, str]] = [
    ({"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": SVG.encode()}, "This drawing contains a script"),
    (
        {"name": "bomb.png", "mimeType": "image/png", "buffer": png(65_500, 65_500, pixels=zlib.compress(b""))},
        "This picture has so many pixels",
    ),
]


@pytest.fixture(scope="module", autouse=True)
def filled(server: RunningSite) -> None:
    subprocess.run([sys.executable, "-c", FILL], cwd=PROJECT, env=environment(server.var_dir), check=True)


async def test_a_gallery_by_keyboard(server: RunningSite, browser: Browser) -> None:
    page = await browser.new_page(base_url=server.url)
    await page.goto("/blog/gallery/")
    links = page.locator("a[data-enlarge]")
    await links.nth(0).focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    status = dialog.get_by_role("status")
    await expect(status).to_contain_text("Caption One")
    for key, words in [("ArrowRight", "Two"), ("End", "Three"), ("ArrowRight", "One"), ("ArrowLeft", "Three")]:
        await page.keyboard.press(key)
        await expect(status).to_contain_text(f"Caption {words}")
    await expect(dialog.locator("img")).to_have_js_property("complete", True)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(links.nth(2)).to_be_focused()


async def test_a_gallery_by_finger(server: RunningSite, browser: Browser) -> None:
    context = await browser.new_context(base_url=server.url, has_touch=True, viewport={"width": 390, "height": 800})
    page = await context.new_page()
    await page.goto("/blog/gallery/")
    await page.locator("a[data-enlarge]").first.tap()
    status = page.get_by_role("dialog").get_by_role("status")
    await expect(status).to_contain_text("Caption One")
    finger = await context.new_cdp_session(page)

    async def swipe(start: int, end: int, down: int = 0) -> None:
        for kind, points in [
            ("touchStart", [{"x": start, "y": 300}]),
            ("touchMove", [{"x": (start + end) // 2, "y": 300 + down // 2}]),
            ("touchMove", [{"x": end, "y": 300 + down}]),
            ("touchEnd", []),
        ]:
            await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for start, end, words in [(300, 100, "Two"), (300, 100, "Three"), (100, 300, "Two"), (200, 190, "Two")]:
        await swipe(start, end)
        await expect(status).to_contain_text(f"Caption {words}")
    await swipe(300, 200, down=200)
    await expect(status).to_contain_text("Caption Two")


async def test_pictures_move_nothing(server: RunningSite, browser: Browser) -> None:
    page = await browser.new_page(base_url=server.url, viewport={"width": 390, "height": 800})
    await page.goto("/blog/gallery/", wait_until="networkidle")
    await page.locator("a[data-enlarge]").last.scroll_into_view_if_needed()
    await page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
    shift = await page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => resolve(
          list.getEntries().reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0)
        )).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0)))"""
    )
    # The text's font may come a moment after the first paint, on machines without the fonts that stand in for it.
    assert shift < 0.005


async def test_more_of_a_list_and_back(server: RunningSite, browser: Browser) -> None:
    page = await browser.new_page(base_url=server.url)
    await page.goto("/blog/")
    await wait_for_htmx(page)
    entries = page.locator(".entry")
    await expect(entries).to_have_count(5)
    await page.get_by_role("link", name="Show more below").click()
    await expect(entries).to_have_count(10)
    await expect(entries.nth(5).get_by_role("link")).to_be_focused()
    await expect(page.get_by_role("contentinfo")).to_be_visible()
    assert page.url.endswith("/blog/?page=2")
    title = await entries.nth(7).get_by_role("link").inner_text()
    await entries.nth(7).get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await page.go_back()
    await expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()


async def test_gallery_and_list_without_javascript(server: RunningSite, browser: Browser, watch) -> None:
    # A picture that is opened by itself takes no part in the turning of pages, and Chromium says so.
    watch.expect_error("Transition was aborted")
    context = await browser.new_context(base_url=server.url, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/blog/")
    await page.get_by_role("link", name="Show more below").click()
    await expect(page.locator("#listing-status")).to_contain_text("page 2 of 3")
    await page.goto("/blog/gallery/")
    await page.locator("a[data-enlarge]").first.click()
    await page.wait_for_url("**/media/pictures/**/width-900.webp")


async def test_a_chosen_theme_is_there_before_anything_is_painted(server: RunningSite, browser: Browser) -> None:
    page = await browser.new_page(base_url=server.url, color_scheme="light")
    await page.goto("/")
    await page.get_by_role("button", name="Switch to dark colours").click()
    await page.add_init_script(
        "new PerformanceObserver(() => window.painted ??= document.documentElement.dataset.theme)"
        ".observe({type: 'paint', buffered: true})"
    )
    await page.reload()
    await page.wait_for_function("window.painted")
    assert await page.evaluate("window.painted") == "dark"


async def test_an_address_that_leads_nowhere_helps(server: RunningSite, browser: Browser, watch) -> None:
    watch.expect_error("404")
    page = await browser.new_page(base_url=server.url)
    response = await page.goto("/nowhere/")
    assert response is not None
    assert response.status == 404
    await expect(page.locator(".entry").first).to_be_visible()


async def test_a_bad_picture_gets_a_sentence_and_takes_nothing_with_it(editor_page: Page) -> None:
    page = editor_page
    await start_post(page, "With a picture")
    await until_autosave_notices(page)
    await type_markdown(page, "Words that were there before.")
    await add_block(page, "Figure")
    await page.get_by_role("button", name="Choose an image").last.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("tab", name="Upload").click()
    file_field, title = dialog.get_by_label("File"), dialog.get_by_label("Title")
    for file, sentence in BAD:
        await file_field.set_input_files(file)
        # The first file names the picture.
        await expect(title).not_to_have_value("")
        await title.fill("A proof")
        await dialog.get_by_role("button", name="Upload").click()
        await expect(dialog.locator(".error-message")).to_contain_text(sentence)
        await expect(title).to_have_value("A proof")
    await file_field.set_input_files(GOOD)
    await dialog.get_by_role("button", name="Upload").click()
    await expect(page.locator(".modal-content")).to_have_count(0)
    figure = page.locator("[data-streamfield-child]").last
    await expect(figure.locator("[data-chooser-title]")).to_have_text("A proof")
    await expect(page.locator(".CodeMirror")).to_contain_text("Words that were there before.")
    await until_saved(page)


async def test_of_many_files_the_bad_ones_get_a_sentence_and_the_others_are_stored(editor_page: Page) -> None:
    page = editor_page
    await page.goto("/admin/images/")
    await page.get_by_role("link", name="Add an image").click()
    # Another picture than that of the other test: of one that is stored already, Wagtail asks whether it is wanted.
    good: FilePayload = {"name": "sheet.png", "mimeType": "image/png", "buffer": png(9, 9)}
    await page.locator("#fileupload").set_input_files([*(file for file, _sentence in BAD), good])
    rows = page.locator("#upload-list > li")
    for _file, sentence in BAD:
        await expect(rows.filter(has_text=sentence).get_by_text(sentence)).to_be_visible()
    await expect(rows.get_by_label("Title")).to_have_value("sheet")

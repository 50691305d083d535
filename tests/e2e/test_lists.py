"""From lists, many posts get a tag at once, tags are merged, a post is copied, and one begins as another is."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.accessibility import SCREENS, View, assert_accessible, at_night, one_of
from tests.e2e.editing import add_block, publish, publish_post, start_post, type_paragraph, until_saved
from tests.e2e.test_subjects import add_terms
from tests.e2e.visiting import reload_until_shown
from tests.running_site import BLOG_ID, POST_ID, RunningSite

# On the small site.
ABOUT_ID, CONTACT_ID = 6, 9
TITLES = "A sheet of the first kind", "A sheet of the second kind"


async def select_all(page: Page) -> None:
    """Select both posts in their list."""
    await page.goto("/admin/blogpostpage-list/")
    for title in TITLES:
        row = page.get_by_role("row").filter(has_text=title)
        await row.get_by_role("checkbox").check()


async def change_all(page: Page) -> None:
    await page.get_by_role("button", name="Change the pages").click()
    await expect(page.locator(".messages")).to_contain_text("2 pages have changed.")


async def tag_all(page: Page, *tags: str) -> None:
    """Give both posts the tags, from their list."""
    await select_all(page)
    await reach_the_bulk_actions_on_a_phone(page)
    await page.get_by_label("Add tags to the selected posts").click()
    field = page.locator("input.tagit-new, .tagit-new input").first
    for tag in tags:
        await field.fill(tag)
        await field.press("Enter")
    await change_all(page)


async def categorise_all(page: Page, category: str) -> None:
    """Put both posts into the category, from their list."""
    await select_all(page)
    await page.get_by_label("Put the selected posts into categories").click()
    await page.get_by_role("checkbox", name=category).check()
    await change_all(page)


async def add_author_to_all(page: Page, author: str) -> None:
    """Name an author who is new as that of both posts, from their list."""
    await select_all(page)
    await page.get_by_label("Add an author to the selected posts").click()
    await page.get_by_role("button", name=re.compile("Choose.* author", re.IGNORECASE)).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("tab", name="Create").click()
    await dialog.get_by_label("Name").fill(author)
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_have_count(0)
    await change_all(page)


async def reach_the_bulk_actions_on_a_phone(page: Page) -> None:
    """None stands beyond the edge."""
    await page.set_viewport_size(SCREENS["phone"])
    for name in ("Move", "Tags", "Author", "More"):
        await expect(page.locator(".bulk-actions-choices").get_by_text(name, exact=True)).to_be_in_viewport(ratio=1)
    await page.set_viewport_size(SCREENS["desk"])


# How many lines a word takes as a title of the first row.
LINES_OF_WORD = """word => {
  const title = document.querySelector('.listing td.title a').firstChild;
  title.data = word;
  const range = document.createRange();
  range.selectNodeContents(title);
  return range.getClientRects().length;
}"""

RIGHT_EDGE = "document.querySelector('.listing').getBoundingClientRect().right"


async def test_a_list_on_a_phone_breaks_no_word_of_a_title(editor_page: Page) -> None:
    await editor_page.set_viewport_size(SCREENS["phone"])
    for path in (f"/admin/pages/{BLOG_ID}/", "/admin/blogpostpage-list/"):
        await editor_page.goto(path)
        assert await editor_page.evaluate(LINES_OF_WORD, "footbridges") == 1
        await editor_page.set_viewport_size({"width": 320, "height": 844})
        assert await editor_page.evaluate(RIGHT_EDGE) <= 320
        await editor_page.set_viewport_size(SCREENS["phone"])
    await editor_page.set_viewport_size(SCREENS["desk"])


async def test_many_posts_change_at_once_and_two_tags_become_one(
    server: RunningSite, editor_page: Page, views: list[View]
) -> None:
    page = editor_page
    add_terms(server, "category", "Ephemera")
    await page.goto("/admin/session/")
    for title in TITLES:
        await publish_post(page, title, "A text about a sheet.")
    await tag_all(page, "broadsides", "broadsheets")
    await categorise_all(page, "Ephemera")
    await add_author_to_all(page, "Ada Lovelace")
    for subject in ("tags/broadsides", "tags/broadsheets", "categories/ephemera", "authors/ada-lovelace"):
        for title in TITLES:
            assert title in await (await page.request.get(f"/blog/{subject}/")).text()

    await page.goto("/admin/snippets/blog/tag/?q=broadsides")
    await page.get_by_role("button", name=re.compile("More options for")).first.click()
    await page.get_by_role("link", name="Merge into another").click()
    await page.get_by_role("button", name=re.compile("Choose.* tag", re.IGNORECASE)).click()
    await page.get_by_role("dialog").get_by_role("link", name="broadsheets").click()
    await assert_accessible(page, one_of(views))
    await page.get_by_role("button", name="Merge").click()
    await expect(page.locator(".messages")).to_contain_text("“broadsides” was merged into “broadsheets”.")
    moved = await page.request.get("/blog/tags/broadsides/")
    assert moved.url.endswith("/blog/tags/broadsheets/")


async def test_a_post_begins_as_a_template_is(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    await page.goto("/admin/session/")
    await publish_post(page, "How every review begins", "Title, printer, year.")
    await page.goto(f"/admin/pages/{BLOG_ID}/")
    await page.get_by_role("link", name="How every review begins", exact=True).click()
    await page.get_by_role("button", name="Actions").first.click()
    await page.get_by_role("link", name="Use as a template").click()
    await page.wait_for_url("**/mark/")
    await assert_accessible(page, one_of(views))
    await page.get_by_role("button", name="Use as a template").click()
    await page.wait_for_url(lambda url: not url.endswith("/mark/"))
    await page.goto("/admin/")
    await page.locator(".dashboard-templates").get_by_role("link", name="How every review begins").click()
    await assert_accessible(page, at_night(views))
    await page.get_by_label("Title").fill("A review of one sheet")
    await page.get_by_role("button", name="Start writing").click()
    await page.wait_for_url("**/edit/**")
    await expect(page.locator(".CodeMirror")).to_contain_text("Title, printer, year.")
    await until_saved(page)
    assert (await page.request.get("/blog/a-review-of-one-sheet/")).status == 404


async def test_a_copy_is_a_draft_of_its_own_at_an_address_that_is_free(editor_page: Page) -> None:
    page, title = editor_page, "A sheet that goes twice"
    await page.goto("/admin/session/")
    await publish_post(page, title, "Its first and only text.")
    for slug in ("a-sheet-that-goes-twice-1", "a-sheet-that-goes-twice-2"):
        await page.goto(f"/admin/pages/{BLOG_ID}/")
        await page.get_by_role("button", name=f"More options for '{title}'", exact=True).click()
        await page.get_by_role("link", name="Copy", exact=True).click()
        await expect(page.get_by_label("New slug")).to_have_value(slug)
        await page.get_by_label("New title").fill(f"{title}, {slug[-1]}")
        await page.get_by_role("button", name="Copy this page").click()
        await expect(page.locator(".messages")).to_contain_text("copied.")
        assert (await page.request.get(f"/blog/{slug}/")).status == 404
    await page.get_by_role("link", name=f"{title}, 2", exact=True).click()
    await expect(page.locator(".CodeMirror")).to_contain_text("Its first and only text.")
    await page.get_by_role("tab", name="Promote").click()
    # It is dated when it goes live.
    await expect(page.get_by_label("Date", exact=True)).to_have_value("")
    assert (await page.request.get("/blog/a-sheet-that-goes-twice/")).status == 200


@pytest.mark.nightly
async def test_the_forms_for_many_pages_and_for_moving_one_are_accessible(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    for action in ("tags", "categories", "post_authors", "move"):
        await page.goto(f"/admin/bulk/wagtailcore/page/{action}/?id={POST_ID}&next=/admin/")
        await expect(page.get_by_role("main").locator("form")).to_be_visible()
        await assert_accessible(page, views)
    await page.goto(f"/admin/pages/{CONTACT_ID}/move/{ABOUT_ID}/confirm/")
    await expect(page.get_by_role("main")).to_contain_text("1 address changes.")
    await assert_accessible(page, views)


async def test_a_search_without_hits_leads_on(editor_page: Page, views: list[View]) -> None:
    page = editor_page
    await page.goto("/admin/blogpostpage-list/?state=published")
    await page.get_by_role("textbox", name="Search term").fill("nowhere")
    await expect(page.get_by_role("alert")).to_have_text("No blog posts match your query.")
    await assert_accessible(page, one_of(views))
    await page.get_by_role("link", name="Show all").click()
    await expect(page.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "page")
    for path in (
        f"pages/{BLOG_ID}/?q=nowhere",
        "blogpostpage-list/?state=scheduled",
        f"pages/{CONTACT_ID}/",
        "reports/locked/",
        "reports/workflow/",
    ):
        await page.goto(f"/admin/{path}")
        await expect(page.get_by_role("table")).to_have_count(0)
        await assert_accessible(page, at_night(views))


async def test_a_shared_text_changes_on_the_page_that_shows_it(
    server: RunningSite, editor_page: Page, browser: Browser
) -> None:
    page = editor_page
    await page.goto("/admin/snippets/home/sharedtext/add/")
    await page.get_by_role("textbox", name="Name").fill("On the press")
    await type_paragraph(page, "Printed by hand")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("created.")

    await start_post(page, "A sheet with a note")
    await add_block(page, "Shared text")
    await page.get_by_role("button", name="Choose Shared text").click()
    await page.get_by_role("dialog").get_by_role("link", name="On the press").click()
    await publish(page)
    visitor = await browser.new_page(base_url=server.url)
    await visitor.goto("/blog/a-sheet-with-a-note/")
    await expect(visitor.get_by_text("Printed by hand", exact=True)).to_be_visible()

    await page.goto("/admin/snippets/home/sharedtext/")
    await page.get_by_role("link", name="On the press", exact=True).click()
    await page.locator(".public-DraftEditor-content").last.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(", and by machine")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".messages")).to_contain_text("updated.")
    await reload_until_shown(visitor, visitor.get_by_text("Printed by hand, and by machine"))

"""Whatever is changed in the form is live: pictures, tags, numbers, inline children, their order, deleting, undo."""

from playwright.async_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.watching import watch_on_another_screen


async def choose_a_picture_and_take_it_away(editor_page: Page, screen: Page) -> None:
    lead = screen.locator(".lead__picture img")
    await expect(lead).to_have_count(0)
    field = editor_page.locator('[data-contentpath="lead_image"]')
    await field.get_by_role("button", name="Choose an image").click()
    modal = editor_page.locator(".modal")
    await modal.get_by_role("link", name="The first sheet").or_(modal.get_by_title("The first sheet")).first.click()
    await expect(lead).to_have_count(1)
    await field.get_by_role("button", name="Actions").click()
    await editor_page.get_by_role("button", name="Clear choice").click()
    await expect(lead).to_have_count(0)


async def add_move_and_delete_inline_children(editor_page: Page, screen: Page) -> None:
    links = screen.locator('[data-region="links"] a')
    await expect(links).to_have_count(1)
    await editor_page.locator("#id_links-ADD").click()
    await editor_page.locator('[name="links-1-label"]').fill("The atlas on paper")
    await editor_page.locator('[name="links-1-url"]').fill("https://example.org/paper")
    await expect(links).to_have_text(["The atlas at sea", "The atlas on paper"])
    children = editor_page.locator("#id_links-FORMS")
    await children.get_by_role("button", name="Move up").last.click()
    await expect(links).to_have_text(["The atlas on paper", "The atlas at sea"])
    await children.get_by_role("button", name="Delete", exact=True).first.click()
    await expect(links).to_have_count(1)


async def fill_in_tags_and_numbers(editor_page: Page, screen: Page) -> None:
    await editor_page.locator('[name="year"]').fill("1987")
    await expect(screen.locator('[data-region="year"]')).to_contain_text("1987")
    await editor_page.locator(".tagit-new input").last.fill("engraving")
    await editor_page.keyboard.press("Enter")
    await expect(screen.get_by_role("link", name="engraving")).to_be_attached()


async def undo(editor_page: Page, screen: Page) -> None:
    text = editor_page.locator(".CodeMirror").last
    await text.click()
    await editor_page.keyboard.press("Control+End")
    await editor_page.keyboard.type("Written in error.")
    await expect(screen.get_by_text("Written in error.")).to_be_attached()
    await editor_page.keyboard.press("Control+z")
    await expect(screen.get_by_text("Written in error.")).to_have_count(0)


async def test_whatever_is_changed_in_the_form_is_live(editor_page: Page, project: int, watch: Watch) -> None:
    watch.expect_error("400")  # autosave refuses what isn't valid yet
    await editor_page.goto(f"/admin/pages/{project}/edit/")
    screen = await watch_on_another_screen(editor_page, f"/preview/pages/{project}/")
    await expect(screen.get_by_text("Forty sheets of moving water.")).to_be_visible()
    await choose_a_picture_and_take_it_away(editor_page, screen)
    await add_move_and_delete_inline_children(editor_page, screen)
    await fill_in_tags_and_numbers(editor_page, screen)
    await undo(editor_page, screen)

"""What an editor does in the admin, step by step, as a person does it."""

from collections.abc import Callable

from playwright.async_api import APIResponse, BrowserContext, Locator, Page, Response, expect

from tests.running_site import BLOG_ID

# The text of a Markdown block, or what the form sends of any other.
Block = str | dict[str, str]

# A style sheet that isn't in the document, so that neither its scripts nor its policy see it.
HOLD_PRESSES = """
    if (window === top) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("body { pointer-events: none !important }");
        document.adoptedStyleSheets.push(sheet);
        addEventListener("load", () => {
            document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
        });
    }
"""


async def hold_presses(pages: Page | BrowserContext) -> None:
    """Let each press wait until its page is loaded: before the scripts of the admin run, a menu doesn't open.

    A person sees that and presses again. Playwright is faster than they start, after a link that was pressed.
    """
    await pages.add_init_script(HOLD_PRESSES)


async def log_in(page: Page, username: str, password: str, *, lands_on: str = "/admin/session/") -> None:
    """Log in through the form. The page that comes then needs no scripts of the admin; other sites don't have it."""
    await hold_presses(page)
    await page.goto(f"/admin/login/?next={lands_on}")
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**{lands_on}")


async def start_post(page: Page, title: str) -> None:
    """Open the form for a new post under the blog, and give it a title."""
    await page.goto(f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/")
    await page.get_by_role("textbox", name="Title*").fill(title)


async def until_autosave_notices(page: Page) -> None:
    """Wait until what is typed is saved by itself: what stands in the form when upstream first looks, is not."""
    await page.wait_for_function(
        """() => wagtail.app.getControllerForElementAndIdentifier(
            document.querySelector("form[data-edit-form]"), "w-unsaved").initialFormData !== undefined"""
    )


async def add_block(page: Page, kind: str) -> None:
    """Add a block of the kind at the end of the body."""
    blocks = page.locator("[data-streamfield-child]")
    number = await blocks.count()
    await page.get_by_role("button", name="Insert a block").last.click()
    await page.get_by_role("option", name=kind, exact=True).click()
    # Until its fields are there, the last ones are another's.
    await expect(blocks.nth(number)).to_be_attached()


async def add_to(editors: Locator, kind: str) -> None:
    """Add a block of the kind at the end of the body, and put the cursor into its editor, the last of `editors`."""
    number = await editors.count()
    await add_block(editors.page, kind)
    await editors.nth(number).click()


async def add_paragraph(page: Page) -> None:
    """Add a paragraph at the end of the body, and put the cursor into it."""
    await add_to(page.locator(".public-DraftEditor-content"), "Paragraph")


async def type_paragraph(page: Page, text: str) -> None:
    """Add a paragraph and type into it."""
    await add_paragraph(page)
    await page.keyboard.type(text)


async def type_markdown(page: Page, text: str) -> None:
    """Add a Markdown block and type into its editor."""
    await add_to(page.locator(".CodeMirror"), "Markdown")
    await page.keyboard.type(text)


async def save_post(page: Page, title: str, *blocks: Block) -> str:
    """Save a new post with these blocks, as the editor's scripts do; return the address of its form."""
    answer = await send_form(page, f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/", post_fields(title, *blocks))
    return (await answer.json())["url"]


async def publish_post(page: Page, title: str, *blocks: Block) -> None:
    """Publish a new post with these blocks, by its form alone: no page of the admin is loaded."""
    fields = post_fields(title, *blocks) | {"action-publish": "1"}
    answer = await send_form(page, f"/admin/pages/add/blog/blogpostpage/{BLOG_ID}/", fields, accept="text/html")
    assert answer.status == 302, await answer.text()


def post_fields(title: str, *blocks: Block) -> dict[str, str | float | bool]:
    """Return what the form of a post with these blocks sends."""
    fields: dict[str, str | float | bool] = {
        "title": title,
        "slug": "",
        "body-count": str(len(blocks)),
        "post_authors-TOTAL_FORMS": "0",
        "post_authors-INITIAL_FORMS": "0",
    }
    for number, block in enumerate(blocks):
        parts = {"type": "markdown", "value": block} if isinstance(block, str) else block
        parts = {"order": str(number), "deleted": "", **parts}
        fields |= {f"body-{number}-{name}": value for name, value in parts.items()}
    return fields


async def send_form(
    page: Page, address: str, fields: dict[str, str | float | bool], *, accept: str = "application/json"
) -> APIResponse:
    """Send a form of the admin with the session of the page."""
    script = {"X-Requested-With": "XMLHttpRequest"}
    token = (await (await page.request.get("/admin/session/", headers=script)).json())["token"]
    headers = {"Accept": accept, "X-CSRFToken": token}
    return await page.request.post(address, form=fields, headers=headers, max_redirects=0)


async def open_saved_post(page: Page, title: str, text: str) -> None:
    """Save a new post with a Markdown block, and open it in the editor."""
    await page.goto(await save_post(page, title, text))


async def until_saved(page: Page) -> None:
    """Wait until the form is saved as it is, and no autosave is under way."""
    await page.wait_for_function(
        """() => {
            const form = document.querySelector("form[data-edit-form]");
            const [unsaved, autosave] = ["w-unsaved", "w-autosave"].map(
                (name) => wagtail.app.getControllerForElementAndIdentifier(form, name));
            return unsaved.initialFormData === unsaved.formData && !unsaved.hasEditsValue && !autosave.submitPromise;
        }"""
    )


async def press_publish(page: Page) -> None:
    """Press the button, and choose to do it now."""
    await page.get_by_role("button", name="Publish", exact=True).click()
    await page.get_by_role("button", name="Publish now").click()


def saves(part: str) -> Callable[[Response], bool]:
    """Return a function that says whether a response is to a form with `part`."""
    return lambda response: response.request.method == "POST" and part in (response.request.post_data or "")


async def use_colours(page: Page, colours: str) -> None:
    """Let the page be light or dark, and wait until it is: colours change in transitions."""
    await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    # A link whose colour is inherited begins its transition when that of its parent has ended.
    await page.evaluate(
        """async () => {
            const transitions = () => document.getAnimations().filter((one) => one instanceof CSSTransition);
            for (let running; (running = transitions()).length;) {
                await Promise.allSettled(running.map((one) => one.finished));
                // One that has ended is listed until the next frame, which promises alone would never let come.
                await new Promise(requestAnimationFrame);
            }
        }"""
    )


async def publish(page: Page) -> None:
    """Publish what stands in the form."""
    await press_publish(page)
    await expect(page.locator(".messages")).to_contain_text("published")

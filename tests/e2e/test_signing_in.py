"""A session that ends while somebody writes costs no word: they sign in over the page, and saving goes on."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FrameLocator, Locator, Page, expect

from galley.second_factor.adapters import make_cipher
from tests.e2e.conftest import Watch
from tests.e2e.editing import (
    log_in,
    open_saved_post,
    press_publish,
    start_post,
    type_markdown,
    until_autosave_notices,
    until_saved,
    use_colours,
)
from tests.e2e.watching import open_panel
from tests.galley.second_factor.conftest import code_for
from tests.running_site import DATABASE, EDITOR, EDITOR_PASSWORD, RunningSite, wait_until

OTHER = "theodora"
READER = "reader"
SIGNED_OUT = "You were signed out"
# The group whose members need a second factor: `tests/e2e/settings.py`.
STRICT = "Strict"

# Adds another editor, and somebody who may open the admin and edit nothing. Both have the editor's password.
ADD_USER = """
    INSERT INTO auth_user
        (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
    SELECT ?, password, ?, 0, 1, '', '', '', date_joined FROM auth_user WHERE username = ?
"""
JOIN = """
    INSERT INTO auth_user_groups (user_id, group_id)
    SELECT u.id, g.id FROM auth_user AS u, auth_group AS g WHERE u.username = ? AND g.name = ?
"""
LET_IN = """
    INSERT INTO auth_user_user_permissions (user_id, permission_id)
    SELECT u.id, p.id FROM auth_user AS u, auth_permission AS p WHERE u.username = ? AND p.codename = 'access_admin'
"""


class Database:
    """What the server has stored, and a way to end sessions."""

    def __init__(self, site: RunningSite) -> None:
        self.path = site.var_dir / DATABASE
        self.sessions = self.run("SELECT * FROM django_session")

    def run(self, statement: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.path, timeout=60)) as database, database:
            return database.execute(statement, values).fetchall()

    def end_sessions(self) -> None:
        self.run("DELETE FROM django_session")

    def restore_sessions(self) -> None:
        """Let everybody be logged in who was at first."""
        for session in self.sessions:
            self.run("INSERT OR REPLACE INTO django_session VALUES (?, ?, ?)", *session)

    def give_second_factor(self, username: str) -> str:
        """Return the secret of an authenticator app, which the account has from now on."""
        secret = generate_totp_secret()
        cipher = make_cipher((self.path.parent / "secret-key").read_text())
        data = json.dumps({"secret": cipher.encrypt(secret.encode()).decode()})
        self.run(
            "INSERT INTO mfa_authenticator (type, data, created_at, user_id)"
            " SELECT 'totp', ?, date_joined, id FROM auth_user WHERE username = ?",
            data,
            username,
        )
        return secret

    def savers_of(self, words: str) -> list[str]:
        """Return who has saved a revision with these words, the newest first."""
        query = """
            SELECT u.username FROM wagtailcore_revision AS r JOIN auth_user AS u ON u.id = r.user_id
            WHERE r.content LIKE ? ORDER BY r.created_at DESC
        """
        return [name for (name,) in self.run(query, f"%{words}%")]

    async def until_saved(self, words: str, saver: str = EDITOR) -> None:
        """Wait until the newest revision with these words is of `saver`."""
        await asyncio.to_thread(wait_until, lambda: self.savers_of(words)[:1] == [saver])


@pytest.fixture(scope="module")
def database(server: RunningSite) -> Database:
    database = Database(server)
    database.run(ADD_USER, OTHER, 1, EDITOR)
    database.run(ADD_USER, READER, 0, EDITOR)
    database.run(LET_IN, READER)
    return database


@pytest.fixture
def refusals(watch: Watch) -> None:
    """A browser writes into its console that a request was refused, or that a socket broke."""
    watch.expect_error("403")
    watch.expect_error("WebSocket")
    watch.expect_error("ERR_")
    watch.expect_error("Failed to fetch")
    # Wagtail's own preview reads the sign-in page as JSON.
    watch.expect_error("is not valid JSON")


@pytest.fixture
def writer(editor_page: Page, database: Database, refusals: None) -> Page:
    """The page of an editor whose session can be ended."""
    database.restore_sessions()
    database.run("DELETE FROM mfa_authenticator")
    database.run("DELETE FROM auth_user_groups WHERE group_id IN (SELECT id FROM auth_group WHERE name = ?)", STRICT)
    database.run("DELETE FROM auth_group WHERE name = ?", STRICT)
    return editor_page


def dialog(page: Page) -> Locator:
    return page.locator(".sign-in-again")


def sign_in_form(page: Page) -> FrameLocator:
    return page.frame_locator(".sign-in-again iframe")


async def sign_in(page: Page, username: str = EDITOR, password: str = EDITOR_PASSWORD) -> None:
    """Fill in the form in the dialog."""
    form = sign_in_form(page)
    await form.get_by_label("Username").fill(username)
    await form.get_by_label("Password").fill(password)
    await form.get_by_role("button", name="Sign in").click()


async def write_on(page: Page, words: str) -> None:
    """Write at the end of the text block."""
    await page.locator(".CodeMirror").last.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(words)


async def look_with_axe(page: Page, colours: str) -> None:
    """Let axe find nothing in the dialog."""
    await use_colours(page, colours)
    results = await Axe().run(page, context=".sign-in-again")
    assert results.violations_count == 0, results.generate_report()


async def test_a_session_ends_and_what_is_written_is_saved_and_published_after_the_sign_in(
    writer: Page, database: Database
) -> None:
    await open_saved_post(writer, "Short session", "Before.")
    await lose_the_right_for_a_while(writer, database)
    await sign_in_over_the_text(writer, database, "Before.")
    await sign_in_as_somebody_else(writer, database)
    await publish_after_the_sign_in(writer, database)


async def lose_the_right_for_a_while(writer: Page, database: Database) -> None:
    """The session hasn't ended: signing in would help nobody. The text can be copied."""
    await until_autosave_notices(writer)
    database.run("UPDATE auth_user SET is_superuser = 0 WHERE username = ?", EDITOR)
    await writer.get_by_role("textbox", name="Excerpt").fill("An excerpt.")
    await expect(writer.locator(".footer__save-warning")).to_contain_text("may not use the admin any more")
    await expect(writer.get_by_role("button", name="Copy the text")).to_be_visible()
    await expect(dialog(writer)).to_be_hidden()
    database.run("UPDATE auth_user SET is_superuser = 1 WHERE username = ?", EDITOR)
    await writer.get_by_role("textbox", name="Excerpt").fill("An excerpt of it.")
    await expect(writer.locator(".footer__save-warning")).to_be_hidden()


async def sign_in_over_the_text(writer: Page, database: Database, text: str) -> None:
    """The dialog leaves the text as it is, and refuses a wrong password."""
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, " Words of midnight.")
    await expect(dialog(writer)).to_contain_text("Your text is still here")
    await expect(writer.locator(".footer__save-warning")).to_contain_text(SIGNED_OUT)
    await writer.keyboard.type(" Typed on while it opened.")
    await sign_in_form(writer).get_by_label("Username").wait_for()
    await look_with_axe(writer, "light")

    await sign_in(writer, password="wrong")
    await expect(sign_in_form(writer).locator(".messages")).to_contain_text("didn't match")
    await expect(dialog(writer)).to_be_visible()
    assert database.savers_of("Words of midnight.") == []

    await sign_in(writer)
    await expect(dialog(writer)).to_be_hidden()
    await until_saved(writer)
    await is_all_saved(writer)
    assert database.savers_of(f"{text} Words of midnight. Typed on while it opened.") == [EDITOR]


async def is_all_saved(writer: Page) -> None:
    await expect(writer.locator(".w-autosave-indicator")).to_have_attribute("data-w-autosave-state-value", "saved")
    await expect(writer.locator(".footer__save-warning")).to_be_empty()


async def sign_in_as_somebody_else(writer: Page, database: Database) -> None:
    """Another user is asked before anything is saved."""
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, " By whom?")
    await sign_in(writer, OTHER)
    await expect(dialog(writer)).to_contain_text(f"{EDITOR} opened this page. Nothing has been saved as {OTHER}.")
    assert database.savers_of("By whom?") == []
    await dialog(writer).get_by_role("button", name=f"Save as {OTHER}").click()
    await expect(writer.locator(".messages")).to_contain_text("updated")
    assert database.savers_of("By whom?") == [OTHER]


async def publish_after_the_sign_in(writer: Page, database: Database) -> None:
    """What was never sent is published, after a password and a code."""
    await until_saved(writer)
    secret = database.give_second_factor(OTHER)
    database.end_sessions()
    await write_on(writer, " Never sent.")
    await press_publish(writer)
    await sign_in(writer, OTHER)
    code = sign_in_form(writer).get_by_label("Code")
    await code.fill("000000")
    await code.press("Enter")
    await expect(sign_in_form(writer).get_by_text("Incorrect code")).to_be_visible()
    await look_with_axe(writer, "dark")
    await code.fill(code_for(secret))
    await code.press("Enter")
    await expect(writer.locator(".messages")).to_contain_text("published")
    assert database.savers_of("Never sent.")[0] == OTHER


async def test_a_second_factor_that_is_missing_is_set_up_over_the_text(writer: Page, database: Database) -> None:
    await open_saved_post(writer, "Two factors", "Before.")
    await until_autosave_notices(writer)
    database.run("INSERT INTO auth_group (name) VALUES (?)", STRICT)
    database.run(JOIN, EDITOR, STRICT)
    database.end_sessions()
    await write_on(writer, " After it.")
    await sign_in(writer)
    form = sign_in_form(writer)
    await form.get_by_role("link", name="Activate").click()
    secret = await form.locator("#authenticator_secret").input_value()
    await form.get_by_label("code").fill(code_for(secret))
    await form.get_by_label("code").press("Enter")
    # The codes can be written down, perhaps in another window.
    codes = form.get_by_role("heading", name="Recovery Codes")
    await expect(codes).to_be_visible()
    await look_with_axe(writer, "light")
    await writer.evaluate("dispatchEvent(new Event('focus')), fetch('/admin/session/').then(() => {})")
    await expect(dialog(writer)).to_contain_text("You are signed in")
    await expect(codes).to_be_visible()
    await dialog(writer).get_by_role("button", name="Go on").click()
    await expect(dialog(writer)).to_be_hidden()
    await database.until_saved("After it.")


async def test_a_passkey_is_added_and_signs_in_at_the_second_step_and_in_the_dialog(
    writer: Page, database: Database
) -> None:
    await plug_in_security_key(writer)
    await add_passkey(writer)
    await sign_out_and_in_with_passkey(writer, database)
    await sign_in_over_the_text_with_passkey(writer, database)


async def plug_in_security_key(page: Page) -> None:
    """Give Chromium a passkey provider like that of a phone, whose owner always agrees."""
    devtools = await page.context.new_cdp_session(page)
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def add_passkey(writer: Page) -> None:
    """The account leads to it, after the password."""
    await writer.goto("/admin/account/#tab-actions")
    await writer.get_by_role("link", name="Two-factor authentication").click()
    await writer.get_by_role("link", name="Add", exact=True).click()
    await writer.get_by_label("Password").fill(EDITOR_PASSWORD)
    await writer.get_by_role("button", name="Confirm").click()
    await writer.get_by_label("Name").fill("Phone")
    await writer.get_by_role("button", name="Add").click()
    await expect(writer.locator(".messages")).to_contain_text("Security key added")
    await writer.goto("/admin/account/second-factor/webauthn/")
    await expect(writer.get_by_role("row", name="Phone")).to_contain_text("Not used")


async def sign_out_and_in_with_passkey(writer: Page, database: Database) -> None:
    """The password alone opens nothing."""
    database.end_sessions()
    await writer.goto("/admin/login/")
    await writer.get_by_label("Username").fill(EDITOR)
    await writer.get_by_label("Password").fill(EDITOR_PASSWORD)
    await writer.get_by_role("button", name="Sign in").click()
    await expect(writer.get_by_label("Code")).to_be_visible()
    assert (await writer.request.get("/admin/session/", max_redirects=0)).status == 302
    await writer.get_by_role("button", name="Use a security key").click()
    await writer.wait_for_url("**/admin/")


async def sign_in_over_the_text_with_passkey(writer: Page, database: Database) -> None:
    """The dialog's frame may ask for it, too."""
    await open_saved_post(writer, "Passkey", "Before.")
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, " By passkey.")
    await sign_in(writer)
    button = sign_in_form(writer).get_by_role("button", name="Use a security key")
    await button.wait_for()
    # The script that hears the press begins after the button is there.
    [_editor, *frames] = writer.frames
    for frame in frames:
        await frame.wait_for_load_state()
    await button.click()
    await expect(dialog(writer)).to_be_hidden()
    await database.until_saved("Before. By passkey.")


@pytest.mark.nightly
async def test_the_network_breaks_off_and_the_session_ends_and_every_word_is_saved(
    writer: Page, database: Database
) -> None:
    await write_on_after_a_broken_off_first_autosave(writer, database)
    await say_it_in_the_preview(writer, database)
    await log_out_and_in_unnoticed(writer, database)
    await sign_in_elsewhere(writer, database)


async def write_on_after_a_broken_off_first_autosave(writer: Page, database: Database) -> None:
    """Wagtail had saved the new post, said that it hadn't, and saved nothing more."""
    await writer.route("**/*_w_hydrate_create_view*", lambda route: route.abort())
    await start_post(writer, "Broken off")
    await until_autosave_notices(writer)
    await type_markdown(writer, "Before.")
    await expect(writer.locator(".footer__save-warning")).to_contain_text("can't be reached")
    await writer.unroute("**/*_w_hydrate_create_view*")
    await writer.evaluate("dispatchEvent(new Event('online'))")
    await write_on(writer, " After.")
    await database.until_saved("Before. After.")
    await is_all_saved(writer)


async def say_it_in_the_preview(writer: Page, database: Database) -> None:
    """The preview says that the session has ended, and is live again afterwards."""
    await open_panel(writer)
    preview = writer.locator(".live-preview__state")
    await expect(preview).to_have_text("Live")
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, " Unseen.")
    await expect(preview).to_contain_text("You are logged out")
    await look_with_axe(writer, "dark")
    await sign_in(writer)
    await expect(dialog(writer)).to_be_hidden()
    await database.until_saved("After. Unseen.")
    await expect(preview).to_have_text("Live")


async def log_out_and_in_unnoticed(writer: Page, database: Database) -> None:
    """A session that has ended and begun in another tab is nothing that the author must know."""
    database.end_sessions()
    tab = await writer.context.new_page()
    await log_in(tab, EDITOR, EDITOR_PASSWORD)
    await tab.close()
    # Upstream ends an autosave in a frame of animation: none comes behind another tab.
    await writer.bring_to_front()
    await write_on(writer, " Two tabs.")
    await database.until_saved("Unseen. Two tabs.")
    await expect(dialog(writer)).to_be_hidden()
    await until_saved(writer)


async def sign_in_elsewhere(writer: Page, database: Database) -> None:
    """A sign-in in another tab closes the dialog."""
    database.end_sessions()
    await write_on(writer, " There.")
    async with writer.context.expect_page() as opened:
        await dialog(writer).get_by_role("link", name="Sign in in another tab").click()
    tab = await opened.value
    await tab.get_by_label("Username").fill(EDITOR)
    await tab.get_by_label("Password").fill(EDITOR_PASSWORD)
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    await tab.close()
    await writer.evaluate("dispatchEvent(new Event('focus'))")
    await expect(dialog(writer)).to_be_hidden()
    await database.until_saved("Two tabs. There.")


@pytest.mark.nightly
async def test_a_post_is_created_and_saved_after_the_sign_in_whoever_signs_in(writer: Page, database: Database) -> None:
    await create_a_post_that_was_never_saved(writer, database)
    await sign_in_without_permission(writer, database)


async def create_a_post_that_was_never_saved(writer: Page, database: Database) -> None:
    """The dialog can be declined, and needs no mouse."""
    await writer.goto("/admin/pages/add/blog/blogpostpage/4/")
    database.end_sessions()
    await writer.get_by_role("textbox", name="Title*").fill("Created late")
    await type_markdown(writer, "One.")
    await expect(dialog(writer)).to_be_visible()
    # The focus has stayed in the text.
    await writer.keyboard.type(" Two.")
    await expect(writer.locator(".CodeMirror-code").last).to_have_text("One. Two.")
    await writer.keyboard.press("Control+s")
    await expect(dialog(writer)).to_have_js_property("open", True)
    await writer.wait_for_function("document.querySelector('.sign-in-again:modal')?.contains(document.activeElement)")
    await writer.keyboard.press("Escape")
    await expect(dialog(writer)).to_be_hidden()
    await expect(writer.locator(".footer__save-warning")).to_contain_text(SIGNED_OUT)
    button = writer.get_by_role("button", name="Save draft")
    await expect(button).to_be_enabled()
    await button.press("Enter")
    username = sign_in_form(writer).get_by_label("Username")
    await username.wait_for()
    await writer.wait_for_function("document.querySelector('.sign-in-again:modal')?.contains(document.activeElement)")
    while not await username.evaluate("field => field === document.activeElement && document.hasFocus()"):
        await writer.keyboard.press("Tab")
    await writer.keyboard.type(EDITOR)
    await writer.keyboard.press("Tab")
    await writer.keyboard.type(EDITOR_PASSWORD)
    await writer.keyboard.press("Enter")
    await expect(writer.locator(".messages")).to_contain_text("Created late")
    assert set(database.savers_of("One. Two.")) == {EDITOR}


async def sign_in_without_permission(writer: Page, database: Database) -> None:
    """Somebody who may not edit the page can only sign out again."""
    await until_saved(writer)
    database.end_sessions()
    await write_on(writer, " Still theirs.")
    await writer.get_by_role("button", name="Save draft").click()
    await sign_in(writer, READER)
    await look_with_axe(writer, "light")
    await dialog(writer).get_by_role("button", name=f"Save as {READER}").click()
    await expect(dialog(writer)).to_contain_text(f"{READER} may not edit it. Your text is still here.")
    await expect(dialog(writer).get_by_role("button", name="Save as")).to_have_count(0)
    await dialog(writer).get_by_role("button", name=f"Sign {READER} out").click()
    async with writer.expect_navigation():
        await sign_in(writer)
    await expect(writer.locator(".messages")).to_contain_text("updated")
    assert database.savers_of("Two. Still theirs.")[0] == EDITOR


@pytest.mark.nightly  # In CI, `test_no_word_is_lost.py` changes the key while somebody writes.
async def test_a_server_that_starts_with_another_secret_key_loses_nothing(
    writer: Page, server: RunningSite, database: Database
) -> None:
    await open_saved_post(writer, "New key", "Old key.")
    await until_saved(writer)
    path = server.var_dir / "secret-key"
    key = path.read_text()
    try:
        server.server.kill()
        path.write_text("another-" + key)
        server.server.start()
        await write_on(writer, " Another key.")
        await sign_in(writer)
        await expect(dialog(writer)).to_be_hidden()
        await database.until_saved("Old key. Another key.")
    finally:
        server.server.kill()
        path.write_text(key)
        server.server.start()


async def test_an_account_is_saved_in_a_browser(writer: Page) -> None:
    """Wagtail's form for it has two fields for the CSRF token."""
    await writer.goto("/admin/account/")
    for name, value in (("old_password", "wrong"), ("new_password1", "galley-17"), ("new_password2", "galley-17")):
        await writer.locator(f"#id_password-{name}").fill(value)
    await writer.get_by_role("button", name="Save", exact=True).click()
    await expect(writer.get_by_text("Your old password was entered incorrectly")).to_be_visible()

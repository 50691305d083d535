"""In a browser, whose policies look at each redirect: signing in at a provider, also over an open editor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.editing import open_saved_post, until_saved
from tests.e2e.test_signing_in import Database, dialog, sign_in_form, write_on
from tests.galley.single_sign_on.provider import CLIENT_ID, CLIENT_SECRET, Provider, run_provider
from tests.running_site import EDITOR, RunningSite, build_small_site, run_site

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with run_provider() as provider:
        provider.person["email"] = f"{EDITOR}@example.org"
        yield provider


@pytest.fixture(scope="module")
def server(chromium: str, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The small site, which knows the provider."""
    folder: Path = tmp_path_factory.mktemp("site")
    names = {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}
    names |= {"OIDC_NAME": "Guild"}
    build_small_site(folder, **names)
    with run_site(folder, **names) as site:
        yield site


@pytest.fixture(scope="module")
def small_site_folder(server: RunningSite) -> Path:
    """Where the session of the editor's page is found."""
    return server.var_dir


@pytest.fixture
def refusals(watch: Watch) -> None:
    """The session ends while somebody writes, and the provider is another host."""
    for text in ("403", "WebSocket", "ERR_", "Failed to fetch", "is not valid JSON"):
        watch.expect_error(text)


async def test_a_session_that_ends_over_an_editor_goes_on_after_the_provider(
    editor_page: Page, server: RunningSite, provider: Provider, refusals: None, watch: Watch
) -> None:
    database = Database(server)
    await open_saved_post(editor_page, "Short session", "Before.")
    await until_saved(editor_page)
    database.end_sessions()
    await write_on(editor_page, " Words of midnight.")
    await expect(dialog(editor_page)).to_contain_text("Your text is still here")
    async with editor_page.context.expect_page() as opened:
        await sign_in_form(editor_page).get_by_role("button", name="Sign in with Guild").click()
    tab = await opened.value
    await expect(tab.get_by_role("heading")).to_have_text("You are signed in")
    await tab.close()
    # What a browser does when somebody comes back to a tab.
    await editor_page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(dialog(editor_page)).to_be_hidden()
    await database.until_saved("Before. Words of midnight.")
    # In the same tab, on the page of its own.
    await editor_page.context.clear_cookies()
    await editor_page.goto("/admin/reports/locked/")
    await editor_page.get_by_role("button", name="Sign in with Guild").click()
    await expect(editor_page).to_have_url(f"{server.url}/admin/reports/locked/")
    assert {url for url in watch.foreign_requests if not url.startswith(provider.issuer)} == set()
    watch.foreign_requests.clear()

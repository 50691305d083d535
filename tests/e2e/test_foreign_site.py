"""The preview, installed as a package into a new Wagtail site by the two lines of its README, shows what is typed."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.editing import log_in
from tests.e2e.watching import open_panel, panel
from tests.running_site import EDITOR, EDITOR_PASSWORD, PROJECT, STARTS_WITHIN, start_process

PACKAGE = PROJECT / "galley" / "preview"
# Another path than the README's: where the preview is mounted is the site's choice.
MOUNT = "drafts/"
# The browser of a test reaches no other host.
LOCAL_SETTINGS = """
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
# Wagtail's two hundred migrations take longer than all the rest: its tables are made from its models.
UPSTREAM = ("admin", "core", "docs", "embeds", "forms", "images", "redirects", "search", "users")
MIGRATION_MODULES = {"home": None, "taggit": None} | {f"wagtail{name}": None for name in UPSTREAM}
# The full-text index is made by a migration.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}}
"""
PREPARE = f"""
import django
from django.core.management import call_command

django.setup()

from django.conf import settings
from home.models import HomePage
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Collection, Locale, Page, Site

call_command("makemigrations", "preview", check_changes=True, dry_run=True)
call_command("migrate", run_syncdb=True, verbosity=0)
# What those migrations write.
Locale.objects.create(language_code=get_supported_content_language_variant(settings.LANGUAGE_CODE))
Collection.add_root(name="Root")
home = Page.add_root(title="Root", slug="root").add_child(instance=HomePage(title="Home", slug="home"))
Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
call_command("createsuperuser", interactive=False, username="{EDITOR}", email="editor@example.com")
"""
HOME_ID = 2
TEMPLATE = '{% extends "base.html" %}{% block content %}<h1>{{ page.title }}</h1>{% endblock %}'


@dataclass(frozen=True)
class ForeignSite:
    """A site made by `wagtail start`, running."""

    url: str
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")


def python_lines() -> list[str]:
    """Return the lines of the README that add the preview to a site: of the settings, and of the URLs."""
    return re.findall(r"```python\n(.*?)\n```", (PACKAGE / "README.md").read_text(), flags=re.DOTALL)


def add_preview(project: Path) -> None:
    in_settings, in_urls = python_lines()
    settings, urls = project / "mysite/settings/base.py", project / "mysite/urls.py"
    settings.write_text(f"{settings.read_text()}\n{in_settings}\n")
    urls.write_text(f"{urls.read_text()}\n{in_urls.replace('preview/', MOUNT, 1)}\n")


@pytest.fixture(scope="module")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignSite]:
    folder = tmp_path_factory.mktemp("foreign-site")
    project, packages, log_file = folder / "site", folder / "packages", folder / "log"
    project.mkdir()
    install = ["uv", "pip", "install", "--quiet", "--python", sys.executable, "--target", str(packages)]
    # The package alone, built anew: what it needs is installed already.
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "--no-cache", str(PACKAGE)], check=True)
    start = "from wagtail.bin.wagtail import main; main()"
    subprocess.run([sys.executable, "-c", start, "start", "mysite", str(project)], cwd=folder, check=True)
    add_preview(project)
    (project / "mysite/settings/local.py").write_text(LOCAL_SETTINGS)
    (project / "home/templates/home/home_page.html").write_text(TEMPLATE)
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}} | {
        "PYTHONPATH": str(packages),
        "DJANGO_SETTINGS_MODULE": "mysite.settings.dev",
        "DJANGO_SUPERUSER_PASSWORD": EDITOR_PASSWORD,
    }

    subprocess.run([sys.executable, "-c", PREPARE], cwd=project, env=env, check=True)
    with socket.create_server(("127.0.0.1", 0)) as listener, log_file.open("w") as log:
        url = f"http://localhost:{listener.getsockname()[1]}"
        uvicorn = ["-m", "uvicorn", "galley.preview.asgi:application", "--fd", str(listener.fileno())]
        process = start_process(
            [sys.executable, *uvicorn, "--timeout-graceful-shutdown", "2"],
            cwd=project,
            env=env,
            stdout=log,
            stderr=log,
            pass_fds=[listener.fileno()],
        )
        try:
            urllib.request.urlopen(url, timeout=STARTS_WITHIN)
            yield ForeignSite(url, log_file)
        finally:
            process.terminate()
            process.wait(timeout=30)


async def test_what_is_typed_is_seen_in_the_preview_panel(server: ForeignSite, editor_page: Page) -> None:
    await log_in(editor_page, EDITOR, EDITOR_PASSWORD, lands_on="/admin/")
    await editor_page.goto(f"/admin/pages/{HOME_ID}/edit/")
    await open_panel(editor_page)
    await expect(panel(editor_page).locator("h1")).to_have_text("Home")
    follow = editor_page.get_by_role("link", name="Follow on another screen")
    await expect(follow).to_have_attribute("href", f"/{MOUNT}pages/{HOME_ID}/")
    title = editor_page.get_by_role("textbox", name="Title*")
    await title.press("End")
    await editor_page.keyboard.type(", as it is typed")
    await expect(panel(editor_page).locator("h1")).to_have_text("Home, as it is typed")

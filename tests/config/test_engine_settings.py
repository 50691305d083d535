"""A site that leaves a setting of the engine out has its default, or a system check names it."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.contrib.auth.models import AbstractUser
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from wagtail.admin.menu import MenuItem

from galley.desk.guide import check_guide
from galley.desk.wagtail_hooks import replace_help
from galley.site_settings.site_address import check_address
from tests.conftest import SmallSite
from tests.running_site import PROJECT

# Wagtail's documentation calls the first two required. The third is always there.
REQUIRED = {"WAGTAIL_SITE_NAME", "WAGTAILADMIN_BASE_URL", "SETTINGS_MODULE"}


def reads_of_settings(path: Path) -> set[str]:
    """Return the settings that the module at `path` reads without a default."""
    nodes = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "settings"}


def test_the_engine_reads_no_setting_of_its_own_without_a_default() -> None:
    found = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in (PROJECT / "galley").rglob("*.py")
        for name in reads_of_settings(path)
        if name.isupper() and not hasattr(global_settings, name) and name not in REQUIRED
        if "migrations" not in path.parts
    }
    assert found == set()


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("PASSWORD_ATTEMPTS", "/admin/login/", 200),
        ("PASSWORD_ATTEMPTS_SPAN", "/admin/login/", 200),
        ("TRUSTED_PROXY_COUNT", "/admin/login/", 200),
        ("REDIS_URL", "/health/ready", 200),
        ("VAR_DIR", "/health/ready", 200),
        ("METRICS_TOKEN", "/metrics", 404),
        ("EDITORS_GUIDE", "/admin/help/", 404),
        ("EDITORS_GUIDE", "/admin/", 200),
        ("VAR_DIR", "/admin/health/", 200),
        ("PAGE_CACHE_PRIVATE_MODELS", "/admin/", 200),
        ("BIN_DAYS", "/admin/bin/", 200),
    ],
)
def test_a_screen_needs_no_setting(
    small_site: SmallSite, client: Client, editor: AbstractUser, settings: Any, name: str, path: str, status: int
) -> None:
    delattr(settings, name)
    if "login" in path:
        answer = client.post(path, {"username": "ada", "password": "wrong"})
    else:
        client.force_login(editor)
        answer = client.get(path)
    assert answer.status_code == status
    assert "no answer" not in answer.content.decode()


def test_without_a_guide_the_admin_has_wagtails_help(rf: RequestFactory, settings: Any) -> None:
    def names() -> list[str]:
        items = [MenuItem("Editor guide", "https://guide.wagtail.org/", name="editor-guide")]
        replace_help(rf.get("/admin/"), items)
        return [item.name for item in items]

    assert names() == ["editors-help"]
    del settings.EDITORS_GUIDE
    assert names() == ["editor-guide"]
    assert check_guide() == []


@pytest.mark.parametrize("name", ["gone.md", "."])
def test_a_guide_that_is_no_file_is_refused(settings: Any, tmp_path: Path, name: str) -> None:
    settings.EDITORS_GUIDE = tmp_path / name
    [message] = [message for message in run_checks() if message.id == "desk.E001"]
    assert message.is_serious()
    assert str(tmp_path) in message.msg


@pytest.mark.parametrize("url", [None, ""])
def test_a_missing_address_is_named(small_site: SmallSite, settings: Any, url: str | None) -> None:
    if url is None:
        del settings.WAGTAILADMIN_BASE_URL
    else:
        settings.WAGTAILADMIN_BASE_URL = url
    [message] = check_address(["default"])
    assert (message.id, message.is_serious()) == ("site_settings.E001", True)

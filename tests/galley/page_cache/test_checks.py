"""The system checks of the page cache, and the defaults of its settings."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from galley.page_cache import conf, tables


def ids() -> set[str]:
    return {message.id for message in run_checks() if message.id.startswith("page_cache.")}


def test_this_site_passes() -> None:
    assert ids() == set()


def test_a_missing_middleware_is_reported(settings) -> None:
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if "page_cache" not in path]
    assert ids() == {"page_cache.W001"}


@pytest.mark.parametrize(("name", "cookies"), [("sessionid", []), ("sessionid", ["basket"]), ("own", ["sessionid"])])
def test_a_setting_without_the_cookie_of_the_session_is_reported(settings, name: str, cookies: list[str]) -> None:
    settings.SESSION_COOKIE_NAME = name
    settings.PAGE_CACHE_PERSONAL_COOKIES = cookies
    assert ids() == {"page_cache.W002"}
    settings.PAGE_CACHE_PERSONAL_COOKIES = [*cookies, name]
    assert ids() == set()


@pytest.mark.parametrize("label", ["nobody", "blog.Nothing"])
def test_an_unknown_private_model_is_reported(settings, label: str) -> None:
    settings.PAGE_CACHE_PRIVATE_MODELS = ["blog", label]
    assert ids() == {"page_cache.E001"}


@pytest.mark.parametrize("name", conf.DEFAULTS)
def test_every_setting_has_a_default(settings, name: str) -> None:
    if hasattr(settings, name):
        delattr(settings, name)
    assert conf.get_setting(name) == conf.DEFAULTS[name]


@pytest.mark.parametrize("name", [name for name, default in conf.DEFAULTS.items() if not isinstance(default, int)])
def test_a_text_in_place_of_a_list_is_named(settings, name: str) -> None:
    """Its letters would be taken for the list: with paths that begin with a slash, nothing is cached."""
    setattr(settings, name, "/static/")
    with pytest.raises(ImproperlyConfigured, match=f"{name} has to be a (list|tuple)"):
        conf.get_setting(name)


def test_a_site_may_lack_apps_whose_tables_are_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as sessions and background tasks: `migrate` would fail."""
    before = tables.private_tables()
    monkeypatch.setattr(tables, "PRIVATE", (*tables.PRIVATE, "not_installed"))
    tables.private_tables.cache_clear()
    assert tables.private_tables() == before
    monkeypatch.undo()
    tables.private_tables.cache_clear()

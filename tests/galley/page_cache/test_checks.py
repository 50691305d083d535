"""The system checks of the page cache, and the defaults of its settings."""

import pytest
from django.core.checks import run_checks

from galley.page_cache import conf


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

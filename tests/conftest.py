"""An editor, and a visitor who asks Django over ASGI; `tests/databases.py` has the database and the small site."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AbstractUser, Group
from django.db.models.signals import post_save
from django.http import HttpResponse
from django.test import AsyncClient
from hypothesis import settings
from pytest_asyncio import is_async_test
from wagtail import hooks
from wagtail.models import GroupPagePermission
from xdist.scheduler import LoadFileScheduling

from galley.page_lists.apps import READ_NEWEST
from tests.factories import EditorFactory
from tests.factories import SmallSite as SmallSite

# Else each server and command that a test starts would compile Django and Wagtail again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["tests.skips", "tests.services", "tests.processes", "tests.databases"]


@pytest.fixture
def editor(db: None) -> AbstractUser:
    return EditorFactory()


@pytest.fixture
def member(small_site: SmallSite) -> Callable[..., Any]:
    """Return somebody who may enter the admin, and has these permissions on the blog."""

    def member(*codenames: str) -> Any:
        group = Group.objects.create(name="-".join(codenames))
        group.permissions.set(Group.objects.get(name="Editors").permissions.all())
        for codename in codenames:
            GroupPagePermission.objects.create(group=group, page=small_site.blog, permission_type=codename)
        user = EditorFactory(is_superuser=False)
        user.groups.add(group)
        return user

    return member


@pytest.fixture
def asgi_get(async_client: AsyncClient) -> Callable[..., HttpResponse]:
    """GET through Django's ASGI handler; `async_to_sync` keeps sync parts on the test's own thread and connection."""
    return async_to_sync(async_client.get)


@pytest.fixture
def asgi_post(async_client: AsyncClient) -> Callable[..., HttpResponse]:
    """POST through Django's ASGI handler, as `asgi_get` does."""
    return async_to_sync(async_client.post)


@pytest.fixture
def register_hook() -> Iterator[Callable[[str, Callable], None]]:
    """Register Wagtail hooks for the length of the test."""
    with ExitStack() as registered:

        def register(name: str, hook: Callable) -> None:
            registered.enter_context(hooks.register_temporarily(name, hook))

        yield register


def is_nightly(config: pytest.Config) -> bool:
    """Whether the tests marked as `nightly` are run: with `-m ""`, or if they are named there."""
    chosen = config.option.markexpr
    return not chosen or ("nightly" in chosen and "not nightly" not in chosen)


def pytest_configure(config: pytest.Config) -> None:
    """Let hypothesis try many examples at night only, and let pages be saved without the task that reads them again."""
    settings.register_profile("galley", max_examples=400 if is_nightly(config) else 20, deadline=None)
    settings.load_profile("galley")
    # Tasks run at once in the tests: this one would take a third of the time of each save.
    post_save.disconnect(dispatch_uid=READ_NEWEST)


# Without the garbage collector, what is loaded is loaded faster.
gc.disable()


def pytest_collection_finish() -> None:
    """Exempt what is loaded from garbage collections, and collect rarely: else it takes a seventh of the run."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


# What needs Chromium, or starts processes of the site.
BROWSER_FIXTURES = {"chromium", "server", "small_site_folder", "postgresql_url"}


# Comes first: while one worker migrates the database of all, the other runs what needs none.
WITHOUT_DATABASE = "tests/transfer/test_conversion.py"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow as `browser`, and run it first: at the end, short tests keep all workers busy."""
    for item in items:
        by_day = item.get_closest_marker("by_day")
        if by_day and isinstance(item, pytest.Function) and not set(item.callspec.indices.values()) <= set(by_day.args):
            item.add_marker(pytest.mark.nightly)
    if not is_nightly(config):
        long_ones = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=long_ones)
        items[:] = [item for item in items if item not in long_ones]
    for item in items:
        if "tests/e2e/" in item.nodeid or BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
        if "chromium" in getattr(item, "fixturenames", ()) and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    # What is given to one worker as a whole comes early.
    items.sort(
        key=lambda item: (
            WITHOUT_DATABASE not in item.nodeid,
            item.get_closest_marker("browser") is None,
            _group_of(item.nodeid) is None,
        )
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers at most, as servers and browsers use cores too; none where single files are named."""
    return 0 if any(".py" in argument for argument in config.args) else min(2, os.cpu_count() or 1)


def _group_of(nodeid: str) -> str | None:
    """Return which group of files that share a costly site a test belongs to, if any."""
    return next((group for group in ("tests/site/", "test_postgresql.py") if group in nodeid), None)


class Scheduling(LoadFileScheduling):
    """Gives each worker whole files; those that share a costly site go to the same worker."""

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid) or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Let xdist distribute tests so."""
    return Scheduling(config, log)

"""What would keep the preview from working in a site is said by a system check."""

import copy
from typing import Any

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.core.checks import run_checks

from galley.preview.checks import CONTEXT_PROCESSOR, TAG
from tests.conftest import SmallSite


def found() -> list[str | None]:
    return [message.id for message in run_checks(tags=[TAG])]


def test_this_site_passes() -> None:
    assert found() == []


def test_urls_that_are_not_included(settings: Any) -> None:
    settings.ROOT_URLCONF = "galley.preview.urls"  # included nowhere, so without a namespace
    assert found() == ["preview.E002"]


def test_a_missing_context_processor(settings: Any) -> None:
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["OPTIONS"]["context_processors"].remove(CONTEXT_PROCESSOR)
    assert found() == ["preview.W001"]


def test_a_server_without_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "runserver"])
    assert found() == ["preview.W002"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_panels_frame_needs_no_check_because_its_view_allows_it(
    site: SmallSite, editor: AbstractBaseUser, log_in: Any, settings: Any
) -> None:
    settings.X_FRAME_OPTIONS = "DENY"
    client = log_in(editor)
    assert client.get("/preview/tabs/tab1/")["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/preview/")["X-Frame-Options"] == "DENY"

"""Hostile documents, opened in a browser with the policy on: no script runs, and pages of the site cause no report."""

import pytest
from playwright.async_api import Browser

from tests.e2e.hostile_documents import Outcome, open_documents, render, write_documents

ALL = pytest.param(10_000, id="all", marks=[pytest.mark.nightly, pytest.mark.timeout(3_000)])


@pytest.mark.parametrize("number", [pytest.param(25, id="few"), ALL])
async def test_hostile_documents_run_nothing_and_cause_no_report(running_browser: Browser, number: int) -> None:
    documents = list(write_documents(number))
    assert await open_documents(running_browser, render(documents)) == Outcome(scripts=0, reports=0)
    # The same documents as they are: the policy alone stops them all, and says so.
    raw = documents[: max(25, number // 20)]
    stopped = await open_documents(running_browser, raw)
    assert stopped.scripts == 0
    assert stopped.reports > 0
    # Without it, they run.
    assert (await open_documents(running_browser, raw, has_policy=False)).scripts > 0

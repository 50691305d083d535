"""In CI nothing may be skipped: what is absent there is a fault of the set-up, and would hide what it should test."""

import os
from collections.abc import Iterator

import pytest

REFUSED = os.environ.get("GALLEY_NO_SKIPS") == "1" or os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if REFUSED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and this run allows no skips. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    if REFUSED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped whole, and this run allows no skips. {report.longrepr}"
    return report

"""A browser for what the documentation promises."""

from tests.e2e.conftest import (  # noqa: F401
    browser,
    chromium,
    editor_page,
    pytest_runtest_makereport,
    running_browser,
    watch,
)

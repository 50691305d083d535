"""What the server loads when it starts stays in memory, in every process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

pytestmark = pytest.mark.browser

# No picture in that format is accepted; the others are for settings that aren't made.
UNUSED = {"pillow_heif", "sentry_sdk", "opentelemetry", "storages", "boto3", "django_redis", "jwt"}


def test_the_server_loads_no_library_that_nothing_uses(tmp_path: Path) -> None:
    script = "import config.asgi, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environment(tmp_path),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    loaded = set(run.stdout.split())
    assert "wagtail" in loaded
    assert not loaded & UNUSED

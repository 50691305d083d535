"""What nobody asks for isn't loaded; whoever wants the API installs it, and has it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_site import PROJECT, environment

CHECK = """
import sys
import django
from django.conf import settings

settings.INSTALLED_APPS.extend(sys.argv[1:])
django.setup()
from wagtail.api.v3.api import api
print(*sorted({"ninja", "pydantic", "rest_framework", "psycopg"} & sys.modules.keys()), hasattr(api, "urls"))
"""


@pytest.mark.parametrize(
    ("apps", "printed"), [([], "False"), (["wagtail.api.v3"], "ninja psycopg pydantic rest_framework True")]
)
def test_the_api_is_loaded_only_if_it_is_installed(apps: list[str], printed: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CHECK, *apps], cwd=PROJECT, env=environment(tmp_path), capture_output=True, text=True
    )
    assert (run.stderr, run.stdout.strip()) == ("", printed)

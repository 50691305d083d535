"""The scripts of the live preview that need no browser, tested by Node: `node --test tests/js/`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OLDEST_NODE = (18, 19)
# From this version on, Node recognises a module without a `package.json` beside it.
RECOGNISES_MODULES = (20, 19)


def test_the_scripts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is absent: apt-get install nodejs")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    numbers = tuple(map(int, re.findall(r"\d+", version)))
    if numbers < OLDEST_NODE:
        pytest.skip(f"Node {version.strip()} is too old: install {'.'.join(map(str, OLDEST_NODE))} or later")
    flags = [] if numbers >= RECOGNISES_MODULES else ["--experimental-default-type=module"]
    files = sorted(HERE.glob("*.test.js"))
    command = [node, *flags, "--test", "--test-reporter=tap", *files]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    # Node ends well also when it has found no tests.
    assert int(re.findall(r"^# pass (\d+)", run.stdout, re.MULTILINE)[0]) >= len(files)

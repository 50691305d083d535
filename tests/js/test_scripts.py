"""The scripts of the live preview that need no browser, tested by Node: `node --test tests/js/`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# The first version that reads `export` in a file without a `package.json` beside it.
OLDEST_NODE = (20, 19)


def test_the_scripts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is absent: apt-get install nodejs")
    version = re.findall(r"\d+", subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout)
    if tuple(map(int, version[:2])) < OLDEST_NODE:
        pytest.skip(f"Node {'.'.join(version)} is too old: install {'.'.join(map(str, OLDEST_NODE))} or later")
    files = sorted(HERE.glob("*.test.js"))
    run = subprocess.run([node, "--test", "--test-reporter=tap", *files], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    # Node ends well also when it has found no tests.
    assert int(re.findall(r"^# pass (\d+)", run.stdout, re.MULTILINE)[0]) >= len(files)

"""Imported by Python at its start when this folder is on PYTHONPATH: notes when which file of the preview runs code.

When the file `wanted` appears in the folder TRACE_FOLDER, every traced process writes `PID.json` beside it: pairs of
the time (`time.monotonic`) and the path within the project. No code of the project is changed for it.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["TRACE_FOLDER"])
PROJECT = str(Path(__file__).resolve().parents[3])
TRACED = f"{PROJECT}/galley/preview/"

calls: list[tuple[float, str]] = []


def note_call(frame: Any, event: str, _argument: Any) -> None:
    """Note the file of a Python function that is called or resumed: see `sys.setprofile`."""
    if event == "call" and frame.f_code.co_filename.startswith(TRACED):
        calls.append((time.monotonic(), frame.f_code.co_filename.removeprefix(f"{PROJECT}/")))


def write_when_wanted() -> None:
    """Wait for the file `wanted`, then write what was noted."""
    while not (FOLDER / "wanted").exists():
        time.sleep(0.05)
    (FOLDER / f"{os.getpid()}.part").write_text(json.dumps(calls))
    (FOLDER / f"{os.getpid()}.part").rename(FOLDER / f"{os.getpid()}.json")


threading.setprofile(note_call)
sys.setprofile(note_call)
threading.Thread(target=write_when_wanted, daemon=True).start()

"""Run a module, and end when the parent process ends: `python -m quickstart.with_parent MODULE ARGUMENT…`.

The parent holds the other end of standard input and never writes. When it is gone, even by `kill -9`, reading ends.
"""

import os
import runpy
import signal
import sys
from threading import Thread


def end_with_parent() -> None:
    """Wait for the parent's end, then ask this process to stop."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=end_with_parent, name="end-with-parent", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

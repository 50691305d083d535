"""Runs a module and exits with the parent process: `python -m quickstart.exit_with_parent MODULE ARGUMENT…`.

Standard input is a pipe from the parent, which never writes to it. The pipe is closed when the parent ends, even by
`kill -9`.
"""

import os
import runpy
import signal
import sys
from threading import Thread


def exit_with_parent() -> None:
    """Wait until the parent has ended, then send SIGTERM to this process."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    Thread(target=exit_with_parent, name="exit-with-parent", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

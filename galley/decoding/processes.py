"""Asks processes to open pictures, starts them, and ends what takes too long.

A picture that was made to do harm takes the memory, or the life, of such a process, and not of the site's.
"""

import atexit
import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# What one picture may take decoded, where `MAX_PICTURE_MEMORY_MB` doesn't say it.
DEFAULT_MEMORY_MB = 256
# How many pictures this process has opened at a time; others wait.
MAX_PROCESSES = 2
# A process is replaced after so many pictures.
MAX_JOBS = 500
# How long one picture may take, in seconds, on a machine that does much else. The processor's time is limited too.
MAX_SECONDS = 90
# The interpreter with its libraries, and copies of a picture while it is converted.
BASE_MEMORY_MB, COPIES = 384, 3

_slots = threading.BoundedSemaphore(MAX_PROCESSES)
_idle: list["_Process"] = []


class PictureError(Exception):
    """A picture can't be opened. The message says why, for the log."""


class OversizedPictureError(PictureError):
    """It would take more memory than is allowed: `needed` bytes, 0 if that isn't known."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"It takes {needed or 'too much'} bytes of memory, and {max_memory()} are allowed")
        self.needed = needed


class ScriptedPictureError(PictureError):
    """It is a drawing with a script."""


class NoProcessError(PictureError):
    """The picture wasn't looked at: no process can be started, or others take too long."""


def max_memory() -> int:
    """Return how many bytes one picture may take decoded: the setting `MAX_PICTURE_MEMORY_MB`."""
    return int(getattr(settings, "MAX_PICTURE_MEMORY_MB", DEFAULT_MEMORY_MB)) * MEGABYTE


def measure(content: bytes) -> dict[str, Any]:
    """Return what the header of a picture says: `format`, and the upright `width` and `height`. Raises PictureError.

    All frames of an animation count for the memory that it takes. Blocks, as all functions here.
    """
    return _ask("measure", content)[0]


def examine(content: bytes) -> dict[str, Any]:
    """Return what `measure` does, and `tone`, the dominant colour, and `is_animated`. Raises PictureError.

    A small picture is made in each format. `tone` is empty for vector graphics and transparent pictures.
    """
    return _ask("examine", content)[0]


def convert(content: bytes, **options: Any) -> bytes:
    """Return a picture in another size or format, upright and without metadata. Raises PictureError.

    Its colours are those of sRGB, or of the picture's own profile if that has more.

    `format` is Wagtail's name of the format; `save` are options for writing it. `rect` is cut out, in a picture of the
    size `of`, and scaled to `size`. Or the whole is scaled down to fit in `box`. `background` replaces transparency.
    """
    return _ask("convert", content, **options)[1]


def copy(content: bytes) -> bytes:
    """Return a vector graphic or an animation as it is, but without metadata and scripts. Raises PictureError."""
    return _ask("copy", content)[1]


def _ask(job: str, content: bytes, **options: Any) -> tuple[dict[str, Any], bytes]:
    """Return the answer of a process to a job: values, and the content of a file. Raises PictureError."""
    if not _slots.acquire(timeout=MAX_SECONDS):
        raise NoProcessError("Others take too long")
    try:
        values, made = _answer({"job": job, "max_memory": max_memory(), **options}, content)
    except OSError as error:
        logger.error("No process can be started that opens pictures: %s", error)
        raise NoProcessError("No process can be started") from error
    finally:
        _slots.release()
    if fault := values.get("error"):
        if fault == "memory":
            raise OversizedPictureError(values.get("needed", 0))
        raise (ScriptedPictureError if fault == "script" else PictureError)(values.get("detail", fault))
    return values, made


def _answer(job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    process = None
    with suppress(IndexError):
        process = _idle.pop()
    if process and not process.is_usable(job["max_memory"]):
        process.end()
        process = None
    process = process or _Process(job["max_memory"])
    is_new = not process.jobs
    if answer := process.ask(job, content):
        _idle.append(process)
        return answer
    status = process.end()
    if status == 0 and not is_new:  # it was about to end, since nobody had asked
        return _answer(job, content)
    logger.warning("A picture took too much memory or time: the process that opened it ended with status %s", status)
    return {"error": "ended", "detail": "It took too much memory or time"}, b""


class _Process:
    """A process that opens one picture after the other. Nobody else in this process uses it meanwhile."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.jobs = 0
        # No secret of the site is in its environment. Arenas of more threads would take address space.
        environment = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH"}}
        limit = BASE_MEMORY_MB * MEGABYTE + COPIES * memory
        self._process: Any = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "galley.decoding.child", str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            env=environment | {"MALLOC_ARENA_MAX": "2"},
        )

    def is_usable(self, memory: int) -> bool:
        return self.memory == memory and self.jobs < MAX_JOBS and self._process.poll() is None

    def ask(self, job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Return the answer, or None if the process ended or took too long."""
        self.jobs += 1
        questions, answers = self._process.stdin, self._process.stdout
        timer = threading.Timer(MAX_SECONDS, self._process.kill)
        timer.start()
        try:
            questions.write(json.dumps({**job, "length": len(content)}).encode() + b"\n")
            questions.write(content)
            questions.flush()
            values = json.loads(answers.readline())
            # No picture is larger than what it takes decoded.
            made = answers.read(max(0, min(values["length"], self.memory)))
            return (values, made) if len(made) == values["length"] else None
        except (OSError, ValueError, TypeError, LookupError):
            return None
        finally:
            timer.cancel()

    def end(self) -> int:
        """End the process, and return its status, which is 0 if it ended by itself."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def end_processes() -> None:
    """End the processes that wait for a picture."""
    while _idle:
        _idle.pop().end()


atexit.register(end_processes)
# A process that a forked one shares with its parent would give each the answers of the other.
os.register_at_fork(after_in_child=_idle.clear)

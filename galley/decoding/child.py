"""The process that opens pictures: reads jobs from its standard input, and writes the answers to its standard output.

A job is a line of JSON and the content of a file; so is an answer. It knows neither settings nor database of the site.
"""
# ruff: noqa: E402  (Willow asks Django's settings for something when it is imported)

import json
import os
import resource
import select
import signal
import sys
from contextlib import suppress
from typing import Any

from django.conf import settings

settings.configure()

from galley.decoding import jobs

# The time of the processor for one picture.
CPU_SECONDS = 40
# Without a job for so many seconds, the process ends. The next job starts another one.
IDLE_SECONDS = 120


def main() -> None:
    """Answer until nobody asks any more."""
    # What a library prints belongs in no answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A server that is stopped finishes what it has begun. This process ends with it, when its input does.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    questions = sys.stdin.buffer
    while select.select([questions], [], [], IDLE_SECONDS)[0] and (line := questions.readline()):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS, hard))
        job = json.loads(line)
        values, made = answer(job, questions.read(job.pop("length")))
        answers.write(json.dumps({**values, "length": len(made)}).encode() + b"\n")
        answers.write(made)
        answers.flush()
        if values.get("error") == "memory":
            return


def answer(job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """Return values and the content of a file. What goes wrong is the value `error`."""
    try:
        return jobs.JOBS[job.pop("job")](content, **job)
    except jobs.OversizedError as error:
        return {"error": "memory", "needed": error.needed}, b""
    except MemoryError:
        return {"error": "memory"}, b""
    except jobs.ScriptedError:
        return {"error": "script"}, b""
    except Exception as error:  # decoders raise errors of any kind
        return {"error": "broken", "detail": repr(error)[:500]}, b""


if __name__ == "__main__":
    main()

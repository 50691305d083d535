"""How the time that a text takes grows with its length: no text may take more than in proportion.

The steps are all that a text passes on its way from the form to a visitor: a draft's page and what is said of it, what
is read from a saved text for links, search and lists, the published HTML, and the import.

`uv run python -m benchmarks.growth [--texts N] [--processes N] [--json FILE]` takes texts of repeated marks of 2,500,
10,000, 40,000 and 200,000 characters. It prints the slowest, with the seconds of processor time that each step takes
and the exponent of its growth: 1 is linear, 2 is quadratic. A step that can't come near a second by the times that it
has taken is not tried on longer texts. Other work on the machine slows the processor down: seconds are those of its
quietest moment, by a fixed piece of work that is timed beside.
"""

import argparse
import gc
import json
import logging
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.core.management import call_command

from benchmarks import facts
from benchmarks.growing_texts import Text, make_texts

SIZES = (2_500, 10_000, 40_000, 200_000)
TEXTS = 2_000
SLOW_SECONDS = 1.0
# A step that may take so long for the longest text is tried on it.
TRIED_SECONDS = 0.6
# A step that takes longer is not tried on longer texts.
PATIENCE_SECONDS = 10.0
# The growth of shorter times is noise. Even shorter ones are measured twice.
MEASURABLE_SECONDS, NOISY_SECONDS = 0.01, 0.003
LINEAR_EXPONENT = 1.25
_UNIT = re.compile(r"\w\d")


class Growth(NamedTuple):
    """The seconds of processor time that a step takes for the longest text, and the exponent of its growth."""

    seconds: float
    exponent: float
    step: str
    text: str
    size: int

    @property
    def is_superlinear(self) -> bool:
        """Whether the step takes more than in proportion to the length, as far as it was tried."""
        return self.size == SIZES[-1] and self.exponent > LINEAR_EXPONENT

    def __str__(self) -> str:
        return f"{self.seconds:7.2f} s  ^{self.exponent:4.2f}  {self.size:7}  {self.step:24} {self.text}"


class Step(NamedTuple):
    """What is done with a text or with its HTML. `constant` are the seconds that it takes for hardly any text."""

    name: str
    reads: str
    work: Callable[[str], Any]
    constant: float = 0.0

    def time(self, source: Any, times: int = 1) -> float:
        """Return the least seconds of processor time: what else the machine does can only add to it."""
        given = getattr(source, self.reads)
        seconds: list[float] = []
        while len(seconds) < times or (seconds[0] < NOISY_SECONDS and len(seconds) < 2):
            began = time.thread_time()
            with suppress(ValueError):  # the sanitiser refuses what is nested too deeply: it is printed as it is
                self.work(given)
            spent = time.thread_time() - began
            if spent > TRIED_SECONDS / 10:
                spent *= min(_quietest[0] / _time_fixed_work(), 1.0)
            seconds.append(spent - self.constant)
        return min(seconds)


_quietest: list[float] = []


def _time_fixed_work() -> float:
    began = time.thread_time()
    for number in range(20_000):
        _UNIT.match("a1 b2", number % 3)
    return time.thread_time() - began


def measure(text: Text, steps: Iterable[Step]) -> list[Growth]:
    """Return how the time of each step grows with the length of `text`."""
    from benchmarks.growth_steps import Source

    sources = {size: Source(text.make(size)) for size in SIZES}
    return [_measure_step(text.name, step, sources) for step in steps]


def _measure_step(name: str, step: Step, sources: dict[int, Any]) -> Growth:
    before, exponent = 0.0, 1.0
    for shorter, size in zip((0, *SIZES), SIZES, strict=False):
        spent = step.time(sources[size])
        if before > MEASURABLE_SECONDS and spent > 0:
            exponent = math.log(spent / before, size / shorter)
        if spent > PATIENCE_SECONDS or (shorter and _predict(before, spent, shorter, size) < TRIED_SECONDS):
            break
        if size == SIZES[-1] and spent > SLOW_SECONDS:
            spent = min(spent, step.time(sources[size], 2))
            exponent = math.log(spent / before, size / shorter)
        before = spent
    return Growth(spent + step.constant, exponent, step.name, name, size)


def _predict(first: float, second: float, shorter: int, longer: int) -> float:
    """Return the seconds for the longest text by the times for two others.

    What grows faster than the text is taken as the sum of a line and a square, else as that of a constant and a line.
    """
    ratio, ahead, first = longer / shorter, SIZES[-1] / longer, max(first, 0.0)
    if second < ratio * first:
        return second + (second - first) / (1 - 1 / ratio) * (ahead - 1)
    square = (second - ratio * first) * ratio / (ratio - 1)
    return max(second - square, 0.0) * ahead + square * ahead**2


_steps: list[Step] = []


def set_up(chosen: str = "") -> None:
    """Make an empty site and the steps with the `chosen` names, for `measure_number`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    os.environ["GALLEY_VAR_DIR"] = tempfile.mkdtemp()
    django.setup()
    logging.disable()
    call_command("migrate", verbosity=0)
    _quietest.append(min(_time_fixed_work() for _ in range(100)))
    from benchmarks.growth_steps import Source, make_steps

    for name, (reads, work) in make_steps().items():
        if not chosen or name in chosen.split(","):
            step = Step(name, reads, work)
            step.time(Source("a *b* $c$\n\n- d\n" * 100), 2)  # fills caches that don't depend on the text
            _steps.append(step._replace(constant=step.time(Source("a"), 3)))
    gc.collect()
    gc.freeze()


def measure_number(number: int) -> list[Growth]:
    """Return how the time of each step grows with the length of the text with this number."""
    return measure(next(islice(make_texts(), number, None)), _steps)


def main() -> None:
    """Print the slowest texts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=TEXTS, metavar="N", help=f"how many texts (default: {TEXTS})")
    options.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first text")
    options.add_argument("--every", type=int, default=1, metavar="N", help="take only each Nth text")
    options.add_argument("--steps", default="", metavar="NAME,…", help="some of the steps alone")
    options.add_argument("--processes", type=int, default=1, metavar="N", help="how many at a time (default: 1)")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = options.parse_args()
    numbers = range(chosen.first, chosen.first + chosen.texts, chosen.every)
    found: list[Growth] = []
    with ProcessPoolExecutor(chosen.processes, get_context("spawn"), partial(set_up, chosen.steps)) as pool:
        for number, growths in zip(numbers, pool.map(measure_number, numbers, chunksize=5), strict=True):
            found += growths
            for growth in growths:
                if growth.seconds > SLOW_SECONDS or growth.is_superlinear:
                    print(growth, flush=True)
            if number % 20 == 0:
                print(f"{number} texts …", file=sys.stderr, flush=True)
    found.sort(reverse=True)
    worst = list({growth.step: growth for growth in reversed(found)}.values())
    print("The slowest of each step:", *sorted(worst, reverse=True), sep="\n")
    if chosen.json:
        chosen.json.write_text(json.dumps(_make_result(len(numbers), found, worst), indent=2) + "\n")


def _make_result(texts: int, found: list[Growth], worst: list[Growth]) -> dict[str, Any]:
    return {
        "figures": {
            "texts": texts,
            "steps": len(worst),
            "worst_s": round(found[0].seconds, 2),
            "over_a_second": sum(growth.seconds > SLOW_SECONDS for growth in found),
            "superlinear": sum(growth.is_superlinear for growth in found),
        },
        "worst": {
            growth.step: {
                "seconds": round(growth.seconds, 2),
                "exponent": round(growth.exponent, 2),
                "characters": growth.size,
                "text": growth.text,
            }
            for growth in sorted(worst, reverse=True)
        },
        "machine": facts.machine(),
        "commit": facts.commit(),
    }


if __name__ == "__main__":
    main()

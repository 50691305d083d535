"""How the time that a text takes grows with its length: no text may take more than in proportion.

The steps are all that a text passes on its way from the form to a visitor: a draft's page and what is said of it, what
is read from a saved text for links, search and lists, the published HTML, and the import.

`uv run python -m benchmarks.growth [--texts N] [--json FILE]` takes texts of repeated marks of 12,500, 50,000 and
200,000 characters. It prints the slowest, with the seconds of processor time that each step takes and the exponent of
its growth: 1 is linear, 2 is quadratic. A step whose time and growth can't come near a second is not tried on longer
texts.
"""

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.core.management import call_command

from benchmarks import facts
from benchmarks.growing_texts import Text, make_texts
from benchmarks.growth_steps import make_steps

SIZES = (12_500, 50_000, 200_000)
TEXTS = 2_000
# A step that takes longer is not tried on longer texts.
PATIENCE_SECONDS = 4.0
SLOW_SECONDS = 1.0
# The growth of shorter times is noise.
MEASURABLE_SECONDS = 0.01
# A step that grows faster is tried on the longest text, however short it takes.
LINEAR_EXPONENT = 1.2


class Growth(NamedTuple):
    """The seconds of processor time that a step takes for the longest text, and the exponent of its growth."""

    seconds: float
    exponent: float
    step: str
    text: str
    size: int


def measure(text: Text, step: str, work: Callable[[str], Any], sizes: tuple[int, ...] = SIZES) -> Growth:
    """Return how the time of `work` grows with the length of `text`."""
    before, exponent, spent = 0.0, 2.0, 0.0
    for number, size in enumerate(sizes):
        source = text.make(size)
        began = time.thread_time()
        with suppress(ValueError):  # the sanitiser refuses what is nested too deeply: it is printed as it is
            work(source)
        spent = time.thread_time() - began
        if before > MEASURABLE_SECONDS:
            exponent = math.log(spent / before, size / sizes[number - 1])
        before = spent
        # Before the second size, it may be a square.
        at_most = spent * (sizes[-1] / size) ** max(exponent, LINEAR_EXPONENT)
        if spent > PATIENCE_SECONDS or at_most < SLOW_SECONDS:
            break
    return Growth(spent, exponent, step, text.name, size)


def main() -> None:
    """Print the slowest texts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=TEXTS, metavar="N", help=f"how many texts (default: {TEXTS})")
    options.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first text")
    options.add_argument("--steps", default="", metavar="NAME,…", help="some of the steps alone")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    chosen = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with tempfile.TemporaryDirectory() as var_dir:
        os.environ["GALLEY_VAR_DIR"] = var_dir
        django.setup()
        call_command("migrate", verbosity=0)
        measure_texts(chosen)


def measure_texts(chosen: argparse.Namespace) -> None:
    """Print the slowest of the `chosen` texts and steps. Takes an empty database."""
    steps = {name: work for name, work in make_steps().items() if name in chosen.steps or not chosen.steps}
    found = []
    for number, text in zip(range(chosen.first + chosen.texts), make_texts(), strict=False):
        if number < chosen.first:
            continue
        for step, work in steps.items():
            growth = measure(text, step, work)
            found.append(growth)
            if growth.seconds > SLOW_SECONDS:
                print(
                    f"{growth.seconds:7.2f} s  ^{growth.exponent:4.2f}  {growth.size:7}  {step:12} {text.name}",
                    flush=True,
                )
    found.sort(reverse=True)
    print("The slowest:")
    for growth in found[:20]:
        print(f"{growth.seconds:7.2f} s  ^{growth.exponent:4.2f}  {growth.size:7}  {growth.step:12} {growth.text}")
    if chosen.json:
        result = {
            "figures": {
                "texts": float(chosen.texts),
                "worst_s": found[0].seconds,
                "worst_exponent": max(growth.exponent for growth in found),
            },
            "machine": facts.machine(),
            "commit": facts.commit(),
        }
        chosen.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""The hour of mixed load: what grows is noticed, and what only goes up and down isn't."""

import os
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.conf import LazySettings

from benchmarks.soak.samples import read_children, read_objects, read_process
from benchmarks.soak.trend import find_trend
from benchmarks.soak.verdict import BOUNDED, LIMITS, Series, find_growing, limit_of
from galley.monitoring import metrics
from tests.running_site import PROJECT

# Leaves a MiB and a descriptor behind for each line.
LEAKING = """
import os, sys
leaked = []
for line in sys.stdin:
    if line.strip() == "leak":
        leaked.append((os.urandom(1 << 20), os.dup(0)))
    print(flush=True)
"""
NOISE = list(islice(cycle([0, 3, 1, 4, 2]), 40))


def series_of(name: str, values: list[float]) -> Series:
    return Series([10.0 * number for number in range(len(values))], [{name: value} for value in values])


@pytest.mark.parametrize(
    ("values", "grows"),
    [
        ([100.0 + noise for noise in NOISE], False),
        ([100 + noise + number / 2 for number, noise in enumerate(NOISE)], True),
        ([100.0 - number for number in range(40)], False),
        # A peak, even at the end.
        ([100.0] * 36 + [400.0] * 4, False),
        # A cache that is full after a while.
        ([min(100.0 + 10 * number, 200) for number in range(40)], False),
    ],
    ids=["noise", "leak", "less", "peak", "cache"],
)
def test_only_what_grows_all_the_time_is_said_to_grow(values: list[float], grows: bool) -> None:
    assert find_growing(series_of("web 1 anonymous_mib", values)) == (["web 1 anonymous_mib"] if grows else [])


def test_the_warm_up_does_not_count() -> None:
    series = series_of("web 1 descriptors", [*range(20), *[20] * 40])
    assert find_growing(series)
    assert find_growing(series.since(200)) == []
    assert find_trend([0, 1_800, 3_600, 5_400], [1, 2, 3, 4]).per_hour == 2
    with pytest.raises(ValueError, match="four"):
        find_trend([1], [1])


def test_a_table_may_grow_only_if_it_is_said_what_bounds_it() -> None:
    assert limit_of("rows wagtailcore_something") == LIMITS[r"rows \w+"]
    assert [table for table in BOUNDED if limit_of(f"rows {table}") is not None] == []
    assert limit_of("media size_mib") is None


@pytest.mark.parametrize("line", ["leak", "work"])
def test_a_leak_of_a_process_is_measured(line: str) -> None:
    with subprocess.Popen([sys.executable, "-c", LEAKING], stdin=-1, stdout=-1, text=True, bufsize=1) as process:
        assert process.stdin
        assert process.stdout
        series = Series()
        for number in range(12):
            process.stdin.write(f"{line}\n" * 4)
            for _ in range(4):
                process.stdout.readline()
            series.add(number, {f"web 1 {name}": value for name, value in read_process(process.pid).items()})
        process.stdin.close()
    assert find_growing(series) == (["web 1 anonymous_mib", "web 1 descriptors"] if line == "leak" else [])


def test_objects_of_a_process_that_are_never_let_go_are_measured(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    leaked: list[object] = []
    series = Series()
    with metrics.own_file("web") as file:
        assert read_objects(metrics.folder(), os.getpid()) == {}
        for number in range(8):
            leaked += [object() for _ in range(50_000)]
            metrics.write(file)
            taken = read_objects(metrics.folder(), os.getpid())
            series.add(number, {f"web 1 {name}": value for name, value in taken.items()})
    assert find_growing(series) == ["web 1 python_blocks"]


def test_children_of_a_process_are_measured_with_theirs() -> None:
    command = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen(["sh", "-c", f'"{sys.executable}" -c "{command}"; true'], stdin=-1, stdout=-1) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        assert read_children(process.pid)["processes"] == 2
        process.stdin.close()
    assert read_children(process.pid)["processes"] == 0


@pytest.mark.nightly
@pytest.mark.timeout(1_200)
def test_a_leaking_site_is_noticed_and_all_else_works() -> None:
    options = ["--leak", "--minutes", "2", "--warm-up", "0.5", "--every", "3", "--posts", "20", "--filling", "100"]
    command = [sys.executable, "-m", "benchmarks.soak", *options]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "Failed: {}" in run.stdout, run.stderr
    grows = run.stdout.rpartition("Grows: ")[2]
    assert "web 1 descriptors" in grows
    assert "web 2 descriptors" in grows
    assert "worker" not in grows

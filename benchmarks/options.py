"""What can be asked of a benchmark on its command line."""

import argparse
from collections.abc import Collection
from pathlib import Path


def option_parser(program: str, about: str | None, measurements: Collection[str]) -> argparse.ArgumentParser:
    """Return the parser of what all benchmarks take: `--json`, `--runs` and `--only` some of `measurements`."""

    def some_of_them(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(measurements):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return names

    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--runs", type=int, default=3, help="how often everything is measured; medians are shown")
    parser.add_argument(
        "--only",
        type=some_of_them,
        default=list(measurements),
        metavar="NAME,…",
        help=f"some of: {', '.join(measurements)}",
    )
    return parser

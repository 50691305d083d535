"""Shared by the tests of the questions."""

from collections.abc import Callable, Iterator

from galley.health.findings import Finding


def ask(question: Callable[[], Iterator[Finding]]) -> Finding:
    """Return the last finding of `question`: of most, the only one."""
    return list(question())[-1]

"""Tasks for tests."""

from collections.abc import Callable

from django_tasks import task

runs: list[str] = []
# What happens while the task runs.
meanwhile: list[Callable[[], object]] = []


@task()
def note() -> None:
    """Do what a test wants, and note that it ran."""
    for act in meanwhile:
        act()
    runs.append("note")

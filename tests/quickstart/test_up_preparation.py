"""What `up` prepares, and in which order it makes it last."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management.base import OutputWrapper

from quickstart import prepare
from quickstart.console import MigrationCount, Progress
from quickstart.management.commands.up import Command
from tests.factories import EditorFactory


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each loading of the sample site instead of doing it."""
    loads: list[str] = []
    monkeypatch.setattr(prepare, "load_sample_site", lambda report: loads.append("loaded"))
    return loads


@pytest.mark.django_db
def test_the_sample_site_is_loaded_once(loads: list[str]) -> None:
    prepare.load_content_once(print)
    prepare.load_content_once(print)
    assert loads == ["loaded"]


@pytest.mark.django_db
def test_a_site_with_accounts_of_its_own_gets_neither_sample_nor_admin(loads: list[str]) -> None:
    EditorFactory()
    prepare.load_content_once(print)
    assert loads == []
    assert prepare.admin_without_password() is None


@pytest.mark.django_db
def test_a_loading_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch, loads: list[str]) -> None:
    def fail(report: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "load_sample_site", fail)
        with pytest.raises(OSError, match="no space"):
            prepare.load_content_once(print)
    prepare.load_content_once(print)
    assert loads == ["loaded"]


@pytest.mark.django_db
def test_the_password_is_shown_once_and_works(loads: list[str]) -> None:
    prepare.load_content_once(print)
    output = io.StringIO()
    command = Command(stdout=output)

    command.show_password_once()
    password = output.getvalue().partition("Its password:")[2].split()[0]
    assert get_user_model().objects.get(username="admin").check_password(password)

    command.show_password_once()
    assert output.getvalue().count("Its password:") == 1


@pytest.mark.django_db
def test_a_password_that_reached_no_screen_is_not_kept(loads: list[str]) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    prepare.load_content_once(print)
    with pytest.raises(BrokenPipeError):
        Command(stdout=Closed()).show_password_once()
    assert prepare.admin_without_password() is not None


def test_passwords_differ_and_are_long() -> None:
    passwords = {prepare.generate_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(password) == 19 for password in passwords)


def test_migrations_are_counted_in_tenths() -> None:
    lines: list[str] = []
    count = MigrationCount(20, lines.append)
    for number in range(20):
        count.write(f"  Applying blog.{number:04}...")
        count.write(" OK\n")
    assert len(lines) == 10
    assert lines[-1] == "Database: step 20 of 20"


def test_progress_is_one_line_in_a_terminal_and_many_elsewhere() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, breaks in ((Terminal(), 1), (io.StringIO(), 3)):
        progress = Progress(OutputWrapper(stream))
        progress.report("one")
        progress.report("two")
        progress.done("done")
        assert stream.getvalue().count("\n") == breaks

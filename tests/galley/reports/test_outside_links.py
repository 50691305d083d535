"""Links to other hosts are checked at night: politely, within limits, and never in a private network."""

import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from galley import fetching
from galley.reports import outside
from galley.reports.models import Address, Problem
from galley.reports.outside import LinkChecker, check_outside
from galley.tasks.models import CommandRun
from tests.conftest import SmallSite
from tests.galley.reports.conftest import add_broken_link


class Host(ThreadingHTTPServer):
    """A host that notes what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path))
        self.server.agents.add(self.headers["User-Agent"])
        if self.path == "/rude":
            self.close_connection = True
            return
        statuses = {"/ok": 200, "/gone": 410, "/error": 503, "/robots": 403, "/odd": 999, "/no-head": 405}
        targets = {
            "/moved": "/ok",
            "/to-private": "http://127.0.0.2:1/",
            "/loop": "/loop",
            "/to-file": "file:///etc/passwd",
        }
        status = 200 if self.path == "/no-head" and self.command == "GET" else statuses.get(self.path, 404)
        self.send_response(302 if self.path in targets else status)
        if self.path in targets:
            self.send_header("Location", targets[self.path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A host that counts as public, unlike all others on this machine."""
    is_public = fetching.is_public
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    with Host() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def checker(clock: Clock) -> LinkChecker:
    return LinkChecker(clock.sleep, clock)


def add_links(small_site: SmallSite, *urls: str) -> None:
    for url in urls:
        add_broken_link(small_site.post, url, problem="", failing_since=None)


@pytest.mark.parametrize(
    ("path", "problem", "status"),
    [
        ("/ok", "", None),
        ("/moved", "", None),
        ("/no-head", "", None),
        ("/missing", Problem.MISSING, 404),
        ("/gone", Problem.MISSING, 410),
        ("/error", Problem.ERROR, 503),
        ("/robots", "", 403),
        ("/odd", "", 999),
        ("/rude", Problem.ERROR, None),
        ("/loop", Problem.REDIRECTS, 302),
        ("/to-private", Problem.NOT_PUBLIC, None),
        ("/to-file", Problem.REDIRECTS, 302),
    ],
)
@pytest.mark.by_day(0, 3, 10)
def test_what_an_answer_means(host: Host, checker: LinkChecker, path: str, problem: str, status: int | None) -> None:
    assert checker.check(f"{host.url}{path}") == (problem, status)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://127.0.0.2/", Problem.NOT_PUBLIC),
        ("http://localhost/", Problem.NOT_PUBLIC),
        ("http://169.254.169.254/latest/", Problem.NOT_PUBLIC),
        ("http://[::1]/", Problem.NOT_PUBLIC),
        ("http://[/", Problem.INVALID),
        ("http:///x", Problem.INVALID),
        ("http://a..b/", Problem.INVALID),
        ("http://x.example:port/", Problem.INVALID),
        ("http://nowhere.invalid/", Problem.NO_ANSWER),
    ],
)
def test_what_is_never_asked(checker: LinkChecker, url: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = fetching.socket.getaddrinfo

    def look_up(name: str, *rest, **options):
        if name.endswith(".invalid"):
            raise fetching.socket.gaierror(-2, "Name or service not known")
        return known(name, *rest, **options)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    assert checker.check(url).problem == problem


def test_a_name_in_other_letters_is_asked_by_its_ascii_form() -> None:
    assert outside._ascii("https://user:secret@müller.example:8080/ä?q=ö#x").startswith(
        "https://xn--mller-kva.example:8080/%C3%A4?q=%C3%B6"
    )


def test_a_host_gets_one_request_a_second_and_knows_who_asks(
    host: Host, checker: LinkChecker, clock: Clock, small_site: SmallSite
) -> None:
    add_links(small_site, f"{host.url}/missing", f"{host.url}/moved", f"{host.url}/ok")
    assert check_outside(checker) == 3
    # Since Python 3.13, the request after a redirect is a HEAD too.
    redirected = "HEAD" if sys.version_info >= (3, 13) else "GET"
    assert [method for method, _path in host.asked] == ["HEAD", "GET", "HEAD", redirected, "HEAD"]
    assert clock.pauses == [1.0] * 4
    assert host.agents == {"Galley link check (+http://localhost:8080)"}
    assert Address.objects.get(url=f"{host.url}/missing").problem == "missing"


def test_hosts_take_turns(monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite) -> None:
    asked: list[str] = []
    monkeypatch.setattr(checker, "check", lambda url: asked.append(url) or outside.Answer(""))
    add_links(small_site, "http://a.example/1", "http://a.example/2", "http://b.example/1")
    check_outside(checker)
    assert asked == ["http://a.example/1", "http://b.example/1", "http://a.example/2"]


def test_a_host_that_does_not_answer_is_soon_left_alone(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite
) -> None:
    monkeypatch.setattr(checker, "check", lambda url: outside.Answer(Problem.NO_ANSWER))
    add_links(small_site, *(f"http://a.example/{number}" for number in range(9)))
    assert check_outside(checker) == outside.MAX_FAILURES_OF_HOST


@pytest.mark.parametrize(("reached", "counted"), [(False, 0), (True, 4)])
def test_a_machine_without_network_blames_nobody(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite, caplog, reached: bool, counted: int
) -> None:
    def check(url: str) -> outside.Answer:
        return outside.Answer("" if reached and "//a." in url else Problem.NO_ANSWER)

    monkeypatch.setattr(checker, "check", check)
    add_links(small_site, *(f"http://{name}.example/" for name in "abcd"))
    assert check_outside(checker) == counted
    assert Address.objects.filter(failures=1).count() == max(0, counted - 1)
    assert ("has no way out" in caplog.text) is not reached


def test_a_night_has_an_end(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, clock: Clock, small_site: SmallSite
) -> None:
    def check(url: str) -> outside.Answer:
        clock.sleep(outside.MAX_SECONDS)
        return outside.Answer("")

    monkeypatch.setattr(checker, "check", check)
    add_links(small_site, *(f"http://{name}.example/" for name in "abcd"))
    assert check_outside(checker) == 2


def test_number_and_share_of_a_host_are_bounded_and_all_have_their_turn(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(checker, "check", lambda url: asked.append(url) or outside.Answer(""))
    monkeypatch.setattr(outside, "MAX_OF_HOST", 2)
    monkeypatch.setattr(outside, "MAX_ADDRESSES", 3)
    add_links(
        small_site, *(f"http://a.example/{number}" for number in range(4)), "http://b.example/", "http://c.example/"
    )
    assert check_outside(checker) == 3
    assert check_outside(checker) == 3
    assert len(set(asked)) == 6
    assert check_outside(checker) == 0  # all were asked in this night


def test_what_an_editor_asks_for_leaves_nothing_out(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite
) -> None:
    monkeypatch.setattr(checker, "check", lambda url: outside.Answer(""))
    add_links(small_site, "http://a.example/", "http://b.example/")
    assert [check_outside(checker), check_outside(checker)] == [2, 0]
    assert CommandRun.ask("check_links")
    Address.objects.filter(url="http://a.example/").update(checked_at=timezone.now() + timedelta(seconds=1))
    # One was checked since: by a worker that has ended in the middle.
    assert check_outside(checker) == 1
    CommandRun.find("check_links").end()
    assert check_outside(checker) == 0


def test_a_failure_that_may_pass_shows_from_the_second_night_on(
    monkeypatch: pytest.MonkeyPatch, checker: LinkChecker, small_site: SmallSite
) -> None:
    answers = iter([Problem.ERROR, Problem.ERROR, "", Problem.ERROR])
    monkeypatch.setattr(checker, "check", lambda url: outside.Answer(next(answers), 503))
    add_links(small_site, "http://a.example/")
    shown = []
    for _night in range(4):
        check_outside(checker)
        shown.append(Address.objects.get().problem)
        if shown[-1]:
            assert Address.objects.get().failing_since < Address.objects.get().checked_at
        Address.objects.update(checked_at=timezone.now() - timedelta(days=1))
    assert shown == ["", "error", "", ""]


def test_only_published_pages_are_checked(checker: LinkChecker, small_site: SmallSite) -> None:
    add_links(small_site, "http://a.example/")
    small_site.post.unpublish()
    assert check_outside(checker) == 0
